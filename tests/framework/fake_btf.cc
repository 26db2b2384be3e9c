// SPDX-License-Identifier: GPL-2.0-only
#include "fake_btf.h"

#include <bpf/btf.h>
#include <gtest/gtest.h>

#include <fstream>

namespace scx::test {

void FakeBtf::Free::operator()(btf* btf) const { btf__free(btf); }

FakeBtf::FakeBtf() : btf_(btf__new_empty()) {
  char_ = btf__add_int(btf_.get(), "char", 1, BTF_INT_SIGNED);
  index_ = btf__add_int(btf_.get(), "unsigned int", 4, 0);
  pointer_ = btf__add_ptr(btf_.get(), 0);
}

int FakeBtf::type_of(std::uint32_t size) {
  if (size == 8) return pointer_;
  if (size == 4) return index_;
  return btf__add_array(btf_.get(), index_, char_, size);
}

FakeBtf& FakeBtf::add_struct(const std::string& name, const std::vector<Member>& members) {
  // Types first: members go to the type that was added last.
  std::vector<int> types;
  std::uint32_t bytes = 0;
  for (const Member& member : members) {
    types.push_back(type_of(member.size));
    bytes += (member.size + 7) / 8 * 8;
  }
  btf__add_struct(btf_.get(), name.c_str(), bytes);
  std::uint32_t offset = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    EXPECT_EQ(btf__add_field(btf_.get(), members[i].name.c_str(), types[i], offset * 8, 0), 0);
    offset += (members[i].size + 7) / 8 * 8;
  }
  return *this;
}

FakeBtf& FakeBtf::add_union(const std::string& name) {
  btf__add_union(btf_.get(), name.c_str(), 8);
  btf__add_field(btf_.get(), "value", pointer_, 0, 0);
  return *this;
}

FakeBtf& FakeBtf::add_enum(const std::string& name,
                           const std::vector<std::pair<std::string, std::int32_t>>& values) {
  btf__add_enum(btf_.get(), name.c_str(), 4);
  for (const auto& [value_name, value] : values)
    btf__add_enum_value(btf_.get(), value_name.c_str(), value);
  return *this;
}

FakeBtf& FakeBtf::add_enum64(const std::string& name,
                             const std::vector<std::pair<std::string, std::uint64_t>>& values) {
  btf__add_enum64(btf_.get(), name.c_str(), 8, false);
  for (const auto& [value_name, value] : values)
    btf__add_enum64_value(btf_.get(), value_name.c_str(), value);
  return *this;
}

FakeBtf& FakeBtf::add_function(const std::string& name, const std::vector<std::string>& arguments) {
  const int proto = btf__add_func_proto(btf_.get(), 0);
  for (const auto& argument : arguments)
    btf__add_func_param(btf_.get(), argument.c_str(), pointer_);
  btf__add_func(btf_.get(), name.c_str(), BTF_FUNC_STATIC, proto);
  return *this;
}

FakeBtf& FakeBtf::add_typedef(const std::string& name) {
  btf__add_typedef(btf_.get(), name.c_str(), pointer_);
  return *this;
}

void FakeBtf::write(const std::filesystem::path& path) const {
  std::uint32_t size = 0;
  const void* data = btf__raw_data(btf_.get(), &size);
  std::ofstream file(path, std::ios::binary);
  file.write(static_cast<const char*>(data), size);
  EXPECT_TRUE(file.good()) << path;
}

}  // namespace scx::test
