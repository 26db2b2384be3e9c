// SPDX-License-Identifier: GPL-2.0-only
//
// What to measure, as tools/bench wrote it down: a JSON file.
#pragma once

#include <string>
#include <vector>

#include "forks.h"
#include "handover.h"
#include "light.h"
#include "messaging.h"
#include "scx/base/result.h"
#include "spread.h"
#include "timers.h"

namespace scx::bench {

struct Candidate {
  std::string name;
  std::vector<std::string> command;  // empty: the kernel's own scheduler
};

struct Plan {
  int repeat = 1;
  std::vector<Candidate> schedulers;
  std::vector<std::string> workloads;  // names, in the order in which they run
  int round_trips = 0;
  Messaging messaging;
  Timers timers;
  std::vector<int> mix_nice;
  int mix_ms = 0;
  Forks forks;
  Timers disturbed{.beside = Beside::realtime, .period_us = 10'000, .compute_us = 1'000};
  Timers frames{.beside = Beside::hogs, .threads = 2, .period_us = 33'000, .compute_us = 8'000};
  Timers pinned{.beside = Beside::hogs, .period_us = 20'000, .compute_us = 6'000, .pinned = true};
  // more than there are CPUs, each for longer than a slice
  Timers bursts{
      .beside = Beside::nothing, .threads = 12, .period_us = 40'000, .compute_us = 25'000};
  Handover handover;
  Light light;
  Spread spread;
};

// Errors: those of reading; invalid where something is missing or of the wrong type.
Result<Plan> read_plan(const std::string& path);

}  // namespace scx::bench
