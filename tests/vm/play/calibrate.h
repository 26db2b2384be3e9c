// SPDX-License-Identifier: GPL-2.0-only
//
// What this machine's kernel takes for what the simulator charges as costs (scx/sim/costs.h):
// measured with loops of their own, not with a workload.
#pragma once

#include "clock.h"
#include "scx/base/result.h"

namespace scx::play {

struct Calibration {
  u64 turns_a_ms = 0;         // of spin()
  u64 hz = 0;                 // the tick's interrupts in a second
  u64 tick_ns = 0;            // what a busy loop loses to each
  u64 context_switch_ns = 0;  // of two threads that yield to each other, a turn
  u64 wakeup_ns = 0;          // of two that wake each other: what a turn takes beyond that
  u64 interrupt_ns = 0;       // how late a lone sleeper is after its timer, but for the switch
  u64 kick_ns = 0;            // of an interrupt that wakes nobody
};

// Takes some five seconds. Errors: those of reading /proc.
Result<Calibration> calibrate();

}  // namespace scx::play
