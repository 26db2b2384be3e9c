// SPDX-License-Identifier: GPL-2.0-only
//
// Source: which machine to look at. The default is the one that runs us; a directory that holds a
// copy of another machine's /sys is that machine.
#pragma once

#include <filesystem>

namespace scx {

struct Source {
  // Stands for "/": sysfs is read from root/sys. hwloc is asked only when root is "/", because it
  // takes another root from the environment alone, which belongs to the process and not to us.
  std::filesystem::path root = "/";
};

}  // namespace scx
