// SPDX-License-Identifier: GPL-2.0-only
//
// Background: what tasks other than the workload's ran, as the kernel itself counts it in
// /proc/PID/task/TID/schedstat.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "clock.h"
#include "scx/base/result.h"

namespace scx::play {

struct TaskTimes {
  u64 run_ns = 0, wait_ns = 0, turns = 0;
};

// Of one task. Errors: those of read_file().
Result<TaskTimes> times_of(pid_t pid, pid_t tid);

struct OtherTask {
  std::string comm;
  int nice = 0;
  int policy = 0;  // as sched_getscheduler() has it
  TaskTimes times;
};

// Of every task but this process's, by tid.
using Others = std::map<pid_t, OtherTask>;
Others other_tasks();

// Those that ran in between, with what they did then.
std::vector<OtherTask> ran_between(const Others& before, const Others& after);

}  // namespace scx::play
