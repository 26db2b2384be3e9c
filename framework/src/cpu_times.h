// SPDX-License-Identifier: GPL-2.0-only
//
// How long each CPU was busy since boot, as /proc/stat says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scx/base/result.h"

namespace scx {

// In ticks of the kernel's clock for user space (10 ms, most often).
struct CpuTimes {
  std::uint64_t busy = 0;  // neither idle nor waiting for I/O: interrupts and stolen time count
  std::uint64_t all = 0;
  bool operator==(const CpuTimes&) const = default;
};

// `text` is the file's beginning, any text at all. nr_cpu_ids entries by CPU number; nothing for a
// CPU without a line, as offline ones, and for one whose line cannot be understood. Of two lines of
// a CPU the first counts.
std::vector<std::optional<CpuTimes>> parse_cpu_times(std::string_view text, std::size_t nr_cpu_ids);

// The lines about CPUs, with which the file begins. Errors: missing, permission, io.
Result<std::string> read_cpu_times(const std::filesystem::path& path = "/proc/stat");

}  // namespace scx
