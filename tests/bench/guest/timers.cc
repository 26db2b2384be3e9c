// SPDX-License-Identifier: GPL-2.0-only
#include "timers.h"

#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <utility>

#include "messaging.h"

namespace scx::bench {

namespace {

std::int64_t now_ns() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

std::vector<std::int64_t> sleep_and_note(std::int64_t first, std::int64_t end,
                                         std::int64_t period) {
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // or the kernel may add 50 us of its own
  std::vector<std::int64_t> late;
  for (std::int64_t due = first; due < end;) {
    const timespec until = {.tv_sec = due / 1'000'000'000, .tv_nsec = due % 1'000'000'000};
    if (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr)) break;
    late.push_back(now_ns() - due);
    due += (late.back() / period + 1) * period;
  }
  return late;
}

}  // namespace

Result<std::vector<std::int64_t>> measure_timers(const Timers& spec) {
  Children load = SCX_TRY(start_messaging({.loops = 0}));
  SCX_TRY(load.go());
  ::usleep(100'000);

  std::vector<std::vector<std::int64_t>> late(spec.threads);
  {
    const std::int64_t period = spec.period_us * 1'000LL;
    const std::int64_t start = now_ns() + period;
    const std::int64_t end = start + spec.duration_ms * 1'000'000LL;
    std::vector<std::jthread> threads;
    for (int i = 0; i < spec.threads; i++)
      threads.emplace_back([&, i] {
        // Spread over the period, or they would wait for one another.
        late[i] = sleep_and_note(start + i * period / spec.threads, end, period);
      });
  }
  std::vector<std::int64_t> all;
  for (const auto& one : late) all.insert(all.end(), one.begin(), one.end());
  if (all.empty()) return fail(ErrorKind::io, "no timer went off");
  std::ranges::sort(all);
  return all;
}

std::int64_t percentile(const std::vector<std::int64_t>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

}  // namespace scx::bench
