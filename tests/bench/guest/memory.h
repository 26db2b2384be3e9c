// SPDX-License-Identifier: GPL-2.0-only
//
// What a scheduler keeps in memory: its process, and its BPF maps.
#pragma once

#include <cstdint>
#include <vector>

#include "scx/base/result.h"

namespace scx::bench {

struct ProcessMemory {
  std::int64_t resident_kib = 0;
  std::int64_t peak_kib = 0;       // the most that was resident at once
  std::int64_t anonymous_kib = 0;  // of resident: not the pages of files
};

Result<ProcessMemory> process_memory(int pid);

// The id of the newest BPF map in the kernel, 0 for none: ids only grow.
std::uint32_t newest_map();

// The bytes that the kernel says the maps after this one take. Of an arena some kernels tell
// nothing, and count 0.
Result<std::int64_t> map_memory_after(std::uint32_t id);

}  // namespace scx::bench
