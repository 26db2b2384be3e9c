// SPDX-License-Identifier: GPL-2.0-only
//
// What the machine did while a workload ran: switches from task to task, and migrations of tasks.
#pragma once

#include <cstdint>
#include <vector>

#include "scx/base/fd.h"
#include "scx/base/result.h"

namespace scx::bench {

struct MachineCount {
  std::uint64_t switches = 0, migrations = 0;  // on all CPUs together
};

// Counts from its start on.
class MachineCounter {
 public:
  // Errors: those of perf_event_open(), of a CPU, and of reading /proc/stat.
  static Result<MachineCounter> start();

  Result<MachineCount> read() const;

 private:
  std::vector<Fd> migrations_;  // a counter for each online CPU
  std::uint64_t switches_ = 0;  // since boot, at the start
};

}  // namespace scx::bench
