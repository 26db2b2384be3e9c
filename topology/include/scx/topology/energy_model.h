// SPDX-License-Identifier: GPL-2.0-only
//
// The kernel's energy model: which CPUs change their frequency together, and what each step gives
// and costs. Plain data; the kernel shows it to root below /sys/kernel/debug/energy_model (debugfs),
// mostly on Arm. Without one, preference orders come from the topology alone (cpu_order.h).
#pragma once

#include <cstdint>
#include <vector>

#include "scx/base/cpu_set.h"

namespace scx {

struct PerfState {
  std::uint64_t khz = 0;
  // Capacity of one CPU at this step, on the scale of cpu_capacity (1024: the machine's biggest).
  // 0: the kernel does not say (before 6.9); validate() then takes it in proportion to khz.
  std::uint64_t performance = 0;
  // Power of one CPU busy at this step. Its unit is the platform's own (microwatts, or an abstract
  // scale); only ratios count, and they hold across the perf domains of a machine.
  std::uint64_t power = 0;
  bool inefficient = false;  // the kernel passes it over: a faster step costs no more
};

struct PerfDomain {
  CpuSet cpus;
  std::vector<PerfState> states;  // ascending by khz
};

}  // namespace scx
