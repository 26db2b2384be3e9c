// SPDX-License-Identifier: GPL-2.0-only
//
// Time: clocks, sleeping to a point in time, and work of a known length.
#pragma once

#include <sys/types.h>
#include <time.h>

#include <cstdint>

namespace scx::play {

using u64 = std::uint64_t;

u64 now_ns();
// Requires: clock is one of this process.
u64 clock_ns(clockid_t clock);
void sleep_until_ns(u64 at);

// So many turns of a loop that does nothing. It has one copy, so that what was timed is what runs.
void spin(u64 turns);

// Turns a millisecond: the best of some times, for interrupts come between. Requires: nobody else
// wants the CPU.
u64 turns_a_ms();

}  // namespace scx::play
