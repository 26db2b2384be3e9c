// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "machine_check.h"
#include "read/file_tree.h"

namespace scx::fuzz {

// Whether reading it would take long: the reader asks for a dozen files of each online CPU.
inline bool is_large(const TreeContents& tree) {
  const auto online = tree.files().find("/sys/devices/system/cpu/online");
  if (online == tree.files().end()) return false;
  const auto cpus = parse_cpu_list(*online->second);
  return cpus && cpus->count() > kMostCpus;
}

}  // namespace scx::fuzz
