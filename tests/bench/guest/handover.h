// SPDX-License-Identifier: GPL-2.0-only
//
// A contended lock among threads that want the CPU all the time, beside hogs: each computes for a
// while with the lock and for longer without it. A holder whose turn on the CPU ends holds up all
// who wait for the lock.
#pragma once

#include "scx/base/result.h"

namespace scx::bench {

struct Handover {
  int threads = 4;
  int hogs_per_cpu = 2;
  int hold_us = 3'000;   // of CPU time, with the lock
  int apart_us = 9'000;  // and without it
  int duration_ms = 4'000;
};

// How long a thread waited for the lock on average, in µs.
Result<double> lock_wait_us(const Handover& spec);

}  // namespace scx::bench
