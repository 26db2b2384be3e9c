// SPDX-License-Identifier: GPL-2.0-only
//
// A lock that goes round beside hogs: each thread waits for its futex, computes while it holds what
// all others wait for, and hands over to the next. A holder that loses its CPU holds up all.
#pragma once

#include "scx/base/result.h"

namespace scx::bench {

struct Handover {
  int threads = 4;
  int hogs_per_cpu = 2;
  int hold_us = 7'000;  // of CPU time: longer than a slice
  int duration_ms = 3'000;
};

// How long a turn took on average beyond the computing in it, in µs.
Result<double> handover_delay_us(const Handover& spec);

}  // namespace scx::bench
