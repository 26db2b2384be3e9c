// SPDX-License-Identifier: GPL-2.0-only
#include "timers.h"

#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <utility>

#include "busy.h"
#include "messaging.h"

namespace scx::bench {

namespace {

std::vector<std::int64_t> sleep_and_note(const Timers& spec, std::int64_t first, std::int64_t end) {
  const std::int64_t period = spec.period_us * 1'000LL, busy = spec.compute_us * 1'000LL;
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // or the kernel may add 50 us of its own
  std::vector<std::int64_t> late;
  for (std::int64_t due = first; due < end;) {
    sleep_until_ns(due);
    if (busy) compute_ns(busy);
    late.push_back(now_ns() - due - busy);
    due += ((now_ns() - due) / period + 1) * period;
  }
  return late;
}

// A real-time task that is in the way on the first CPU.
bool disturb() {
  constexpr std::int64_t busy = 4'000'000, period = 10'000'000;
  const sched_param priority = {.sched_priority = 10};
  if (!run_on(0, 0, 0) || ::sched_setscheduler(0, SCHED_FIFO, &priority)) return false;
  for (std::int64_t next = now_ns();; next += period) {
    sleep_until_ns(next);
    compute_ns(busy);
  }
}

Result<Children> start_load(Beside beside) {
  if (beside == Beside::hogs) return start_hogs(2);
  Children children =
      SCX_TRY(beside == Beside::messaging ? start_messaging({.loops = 0}) : Children::make());
  if (beside == Beside::realtime) SCX_TRY(children.add(disturb));
  SCX_TRY(children.go());
  return children;
}

}  // namespace

Result<std::vector<std::int64_t>> measure_timers(const Timers& spec) {
  const Children load = SCX_TRY(start_load(spec.beside));
  ::usleep(100'000);

  std::vector<std::vector<std::int64_t>> late(spec.threads);
  {
    const int cpus = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
    const std::int64_t period = spec.period_us * 1'000LL;
    const std::int64_t start = now_ns() + period;
    const std::int64_t end = start + spec.duration_ms * 1'000'000LL;
    std::vector<std::jthread> threads;
    for (int i = 0; i < spec.threads; i++)
      threads.emplace_back([&, i] {
        if (spec.pinned) run_on(0, i % cpus, i % cpus);
        // Spread over the period, or they would wait for one another.
        late[i] = sleep_and_note(spec, start + i * period / spec.threads, end);
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
