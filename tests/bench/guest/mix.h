// SPDX-License-Identifier: GPL-2.0-only
//
// Processes of different nice values that compute without end on one CPU: who gets how much of it.
#pragma once

#include <cstdint>
#include <vector>

#include "scx/base/result.h"

namespace scx::bench {

struct Hog {
  int nice = 0;
  std::int64_t cpu_ns = 0;  // what it got
};

// What a process has had of CPU time. Errors: those of clock_getcpuclockid().
Result<std::int64_t> cpu_time(int pid);

// Runs one hog for each nice value on the first CPU, all starting together, for the given time.
Result<std::vector<Hog>> run_mix(const std::vector<int>& nice, int duration_ms);

}  // namespace scx::bench
