// SPDX-License-Identifier: GPL-2.0-only
//
// Time for workloads: reading clocks, computing for so long.
#pragma once

#include <sched.h>
#include <time.h>

#include <cstdint>

namespace scx::bench {

inline std::int64_t clock_ns(clockid_t clock) {
  timespec now;
  ::clock_gettime(clock, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

inline std::int64_t now_ns() { return clock_ns(CLOCK_MONOTONIC); }

inline void sleep_until_ns(std::int64_t due) {
  const timespec until = {.tv_sec = due / 1'000'000'000, .tv_nsec = due % 1'000'000'000};
  ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

// Computes until the calling thread has had so much more CPU time.
inline void compute_ns(std::int64_t cpu_ns) {
  const std::int64_t until = clock_ns(CLOCK_THREAD_CPUTIME_ID) + cpu_ns;
  while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < until) {
  }
}

[[noreturn]] inline void compute_for_ever() {
  for (volatile std::uint64_t counter = 0;;) counter = counter + 1;
}

// As sched_setaffinity(2): CPUs first … last.
inline bool run_on(int pid, int first, int last) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int cpu = first; cpu <= last; cpu++) CPU_SET(static_cast<unsigned>(cpu), &set);
  return ::sched_setaffinity(pid, sizeof set, &set) == 0;
}

}  // namespace scx::bench
