// SPDX-License-Identifier: GPL-2.0-only
//
// A made-up kernel's type information: structs, enums and functions with the names that a test asks
// for, written to a file that KernelBtf::load() reads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

struct btf;

namespace scx::test {

class FakeBtf {
 public:
  // A struct's member. Size 4 is an integer and 8 a pointer, as a callback's; any other is an array
  // of char.
  struct Member {
    Member(const char* n) : name(n) {}
    Member(std::string n, std::uint32_t s = 8) : name(std::move(n)), size(s) {}
    std::string name;
    std::uint32_t size = 8;
  };

  FakeBtf();
  FakeBtf& add_struct(const std::string& name, const std::vector<Member>& members);
  FakeBtf& add_union(const std::string& name);
  FakeBtf& add_enum(const std::string& name,
                    const std::vector<std::pair<std::string, std::int32_t>>& values);
  FakeBtf& add_enum64(const std::string& name,
                      const std::vector<std::pair<std::string, std::uint64_t>>& values);
  // A function that takes pointers of these names.
  FakeBtf& add_function(const std::string& name, const std::vector<std::string>& arguments);
  FakeBtf& add_typedef(const std::string& name);  // of a pointer
  void write(const std::filesystem::path& path) const;

 private:
  struct Free {
    void operator()(btf* btf) const;
  };
  int type_of(std::uint32_t size);

  std::unique_ptr<btf, Free> btf_;
  int char_ = 0, index_ = 0, pointer_ = 0;
};

}  // namespace scx::test
