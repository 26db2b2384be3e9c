// SPDX-License-Identifier: GPL-2.0-only
//
// Timer latency, as cyclictest measures it: threads that sleep until absolute times, compute for a
// while where that is asked for, and note by how much later than without any waiting they are done.
#pragma once

#include <cstdint>
#include <vector>

#include "scx/base/result.h"

namespace scx::bench {

enum class Beside {
  nothing,
  messaging,  // keeps every CPU busy
  hogs,       // two for each CPU
  realtime,   // a real-time task takes 4 ms of every 10 ms of the first CPU; all else idles
};

struct Timers {
  Beside beside = Beside::messaging;
  int threads = 4;
  int period_us = 5'000;
  int compute_us = 0;   // of CPU time, in each period
  bool pinned = false;  // thread by thread to one CPU after the other
  int duration_ms = 2'000;
};

// How much later than asked each wakeup came, or the computing after it was done, in ns, sorted.
// Periods that a late thread slept through do not count again.
Result<std::vector<std::int64_t>> measure_timers(const Timers& spec);

// Of a sorted list: the value that the given share of values does not exceed.
std::int64_t percentile(const std::vector<std::int64_t>& sorted, double share);

}  // namespace scx::bench
