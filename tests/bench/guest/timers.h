// SPDX-License-Identifier: GPL-2.0-only
//
// Timer latency, as cyclictest measures it: threads that sleep until absolute times, 200 a second,
// and note by how much later they run; beside messaging that keeps every CPU busy.
#pragma once

#include <cstdint>
#include <vector>

#include "scx/base/result.h"

namespace scx::bench {

struct Timers {
  int threads = 4;
  int period_us = 5'000;
  int duration_ms = 2'000;
};

// How much later than asked each wakeup came, in ns, sorted. Periods that a late thread slept
// through do not count again.
Result<std::vector<std::int64_t>> measure_timers(const Timers& spec);

// Of a sorted list: the value that the given share of values does not exceed.
std::int64_t percentile(const std::vector<std::int64_t>& sorted, double share);

}  // namespace scx::bench
