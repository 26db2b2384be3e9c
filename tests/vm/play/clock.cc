// SPDX-License-Identifier: GPL-2.0-only
#include "clock.h"

#include <algorithm>
#include <cerrno>

namespace scx::play {
namespace {

constexpr u64 kSecond = 1'000'000'000;

}  // namespace

u64 clock_ns(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<u64>(time.tv_sec) * kSecond + static_cast<u64>(time.tv_nsec);
}

u64 now_ns() { return clock_ns(CLOCK_MONOTONIC); }

void sleep_until_ns(u64 at) {
  const timespec until{static_cast<time_t>(at / kSecond), static_cast<long>(at % kSecond)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

[[gnu::noinline]] void spin(u64 turns) {
  for (; turns; --turns) asm volatile("");  // or there would be no loop
}

u64 turns_a_ms() {
  constexpr u64 kTurns = 200'000;
  constexpr int kTimes = 50;
  u64 best = ~0ull;
  for (int time = 0; time < kTimes; ++time) {
    const u64 start = now_ns();
    spin(kTurns);
    best = std::min(best, now_ns() - start);
  }
  return kTurns * 1'000'000 / std::max<u64>(best, 1);
}

}  // namespace scx::play
