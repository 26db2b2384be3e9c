// SPDX-License-Identifier: GPL-2.0-only
#include "calibrate.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "background.h"
#include "objects.h"
#include "scx/base/fd.h"
#include "scx/base/file.h"

namespace scx::play {
namespace {

constexpr u64 kMs = 1'000'000;
constexpr int kTurns = 5'000;

// Interrupts of CPU 0's local timer so far.
Result<u64> timer_interrupts() {
  const std::string text = SCX_TRY(read_file("/proc/interrupts"));
  const std::size_t at = text.find("LOC:");
  if (at == text.npos) return fail(ErrorKind::unsupported, "no LOC in /proc/interrupts");
  u64 count = 0;
  std::istringstream(text.substr(at + 4)) >> count;
  return count;
}

u64 beyond(u64 whole, u64 part) { return whole - std::min(whole, part); }

// The time of so much work beyond what it takes alone.
u64 lost_in(u64 work_ms, u64 turns_a_ms) {
  const u64 start = now_ns();
  spin(work_ms * turns_a_ms);
  return beyond(now_ns() - start, work_ms * kMs);
}

Status ticks(Calibration& found) {
  constexpr u64 kWindowMs = 100;
  constexpr int kWindows = 11;
  std::vector<u64> lost;
  const u64 interrupts = SCX_TRY(timer_interrupts()), start = now_ns();
  for (int window = 0; window < kWindows; ++window)
    lost.push_back(lost_in(kWindowMs, found.turns_a_ms));
  const u64 passed = now_ns() - start;
  const u64 counted = SCX_TRY(timer_interrupts()) - interrupts;
  found.hz = (counted * 1000 * kMs + passed / 2) / passed;
  std::ranges::nth_element(lost, lost.begin() + kWindows / 2);
  found.tick_ns = lost[kWindows / 2] * 1000 / kWindowMs / std::max<u64>(found.hz, 1);
  return {};
}

// What a turn of two threads takes that do this in turns.
Result<u64> turn_of_two(void (*one)(Semaphore*, int), Semaphore* semaphores) {
  std::atomic<u64> start = 0;
  u64 turns[2] = {}, passed[2] = {};
  const auto half = [&](int which) {
    one(semaphores, which);  // both are there
    const auto before = times_of(getpid(), gettid());
    const u64 begin = now_ns();
    for (int turn = 0; turn < kTurns; ++turn) one(semaphores, which);
    passed[which] = now_ns() - begin;
    const auto after = times_of(getpid(), gettid());
    if (before && after) turns[which] = after->turns - before->turns;
  };
  { const std::jthread first(half, 0), second(half, 1); }
  if (turns[0] < kTurns / 2 || turns[1] < kTurns / 2)
    return fail(ErrorKind::unsupported, "two threads took no turns: they need a CPU for both");
  return std::max(passed[0], passed[1]) / (turns[0] + turns[1]);
}

// How late a sleeper is where nobody else wants the CPU: the interrupt, what it does to wake a
// thread, and a switch.
u64 late_after_timer() {
  constexpr u64 kRounds = 500;
  u64 late = 0;
  for (u64 round = 0; round < kRounds; ++round) {
    const u64 due = now_ns() + kMs;
    sleep_until_ns(due);
    late += now_ns() - due;
  }
  return late / kRounds;
}

// What an interrupt takes of a busy loop that wakes nobody: of timers whose files nobody reads.
Result<u64> bare_interrupt(const Calibration& found) {
  constexpr u64 kTimers = 400, kApart = 2 * kMs;
  std::vector<Fd> timers;
  for (u64 at = 1; at <= kTimers; ++at) {
    const Fd& timer = timers.emplace_back(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
    const itimerspec due{{}, {0, static_cast<long>(at * kApart)}};
    if (!timer || timerfd_settime(timer.get(), 0, &due, nullptr))
      return fail_errno(errno, "a timer's file");
  }
  const u64 lost = lost_in(kTimers * kApart / kMs + 10, found.turns_a_ms);
  return beyond(lost, kTimers * kApart / kMs * found.hz / 1000 * found.tick_ns) / kTimers;
}

}  // namespace

Result<Calibration> calibrate() {
  prctl(PR_SET_TIMERSLACK, 1UL);  // or the kernel may add 50 us of its own
  cpu_set_t first;                // two threads take turns on one CPU
  CPU_ZERO(&first);
  CPU_SET(0, &first);
  if (sched_setaffinity(0, sizeof(first), &first)) return fail_errno(errno, "sched_setaffinity");
  Calibration found{.turns_a_ms = turns_a_ms()};
  SCX_TRY(ticks(found));
  found.context_switch_ns = SCX_TRY(turn_of_two([](Semaphore*, int) { sched_yield(); }, nullptr));
  Semaphore semaphores[2];
  semaphores[0].post();
  const u64 turn = SCX_TRY(turn_of_two(
      [](Semaphore* all, int which) {
        all[which].wait();
        all[1 - which].post();
      },
      semaphores));
  found.wakeup_ns = beyond(turn, found.context_switch_ns);
  found.interrupt_ns = beyond(late_after_timer(), found.context_switch_ns);
  found.kick_ns = SCX_TRY(bare_interrupt(found));
  return found;
}

}  // namespace scx::play
