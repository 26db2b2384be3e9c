// SPDX-License-Identifier: GPL-2.0-only
//
// Player: a workload's tasks as threads of this process, on this machine's kernel, measured as the
// simulator measures its own.
#pragma once

#include <string>
#include <vector>

#include "background.h"
#include "clock.h"
#include "scx/base/result.h"
#include "scx/sim/simulation.h"

namespace scx::play {

struct KindPlayed {
  std::string name;
  int nr_tasks = 0;
  TaskTimes times;
  u64 rounds = 0;
  sim::Histogram latency;  // from when it was due, or woken, until it saw that it runs
};

struct Played {
  u64 measured_ns = 0;
  std::vector<KindPlayed> kinds;
  std::vector<OtherTask> others;
};

// Plays it for its duration and measures after its warm-up. The calling thread becomes SCHED_FIFO,
// and the tasks stay when this returns: end the program. Errors: unsupported,
// for what only the kernel does to a task; permission, io.
Result<Played> play(const sim::Workload& workload, u64 turns_a_ms);

}  // namespace scx::play
