// SPDX-License-Identifier: GPL-2.0-only
//
// Machines and directories for tests of the framework.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "machines.h"
#include "scx/framework/machine.h"

namespace scx::test {

// The machine that a hand-made RawTopology describes, as discover_machine() makes it.
inline Machine whole(RawTopology raw, std::uint64_t hotplug_seq = 0) {
  Topology topology = valid(std::move(raw));
  CidMap cids = make_cid_map(topology);
  Domains domains = make_domains(topology, cids);
  return Machine{hotplug_seq, std::move(topology), std::move(cids), std::move(domains)};
}

// A directory that is gone at the end of its life.
class TempDir {
 public:
  TempDir() {
    std::string name = std::filesystem::temp_directory_path() / "scxx-test.XXXXXX";
    if (!::mkdtemp(name.data())) ADD_FAILURE() << "no temporary directory";
    path_ = name;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() { std::filesystem::remove_all(path_); }

  const std::filesystem::path& path() const { return path_; }

  // A file with its folders; `name` relative to the directory.
  std::filesystem::path write(const std::string& name, std::string_view text) const {
    const auto path = path_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace scx::test
