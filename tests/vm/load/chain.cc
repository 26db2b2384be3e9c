// SPDX-License-Identifier: GPL-2.0-only
//
// A chain of threads that has to be through before its next period begins.
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "hog.h"
#include "load.h"

namespace load {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr int kTurns = 5000;  // of a loop, in each stage: some ten thousand instructions

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe(ends.data())) system_error("pipe");
    from = ends[0], to = ends[1];
  }
  int from = -1, to = -1;
};

nanoseconds now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

void sleep_until(nanoseconds at) {
  const timespec time{.tv_sec = at.count() / 1'000'000'000, .tv_nsec = at.count() % 1'000'000'000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr) == EINTR) {
  }
}

void work() {
  for (int turn = 0; turn < kTurns; turn++) asm volatile("");  // or there would be no loop
}

// Real-time: before every hog, whatever schedules those.
void become_fifo() {
  const sched_param param{.sched_priority = 1};
  if (sched_setscheduler(0, SCHED_FIFO, &param)) system_error("sched_setscheduler(SCHED_FIFO)");
}

void hand_on(const Pipe& pipe, int period) {
  if (write(pipe.to, &period, sizeof period) != sizeof period) system_error("write to a pipe");
}

int take_from(const Pipe& pipe) {
  int period = 0;
  if (read(pipe.from, &period, sizeof period) != sizeof period) system_error("read from a pipe");
  return period;
}

// Runs the chain and returns when the last stage had finished each period, from that period's
// begin. A first stage that wakes up late begins with the periods that it missed.
std::vector<nanoseconds> run_chain(int periods, nanoseconds period, bool fifo) {
  Pipe first, second;
  const nanoseconds start = now() + 10 * period;
  std::vector<nanoseconds> took(static_cast<std::size_t>(periods));
  std::jthread begins([&] {
    if (fifo) become_fifo();
    for (int i = 0; i < periods; i++) {
      sleep_until(start + i * period);
      work();
      hand_on(first, i);
    }
  });
  std::jthread between([&] {
    if (fifo) become_fifo();
    for (int i = 0; i < periods; i++) {
      const int got = take_from(first);
      work();
      hand_on(second, got);
    }
  });
  std::jthread ends([&] {
    if (fifo) become_fifo();
    for (int i = 0; i < periods; i++) {
      const int got = take_from(second);
      work();
      took[static_cast<std::size_t>(got)] = now() - (start + got * period);
    }
  });
  begins.join(), between.join(), ends.join();
  return took;
}

}  // namespace

// guest_load chain [fifo] SECONDS PERIOD_US PER_MILLE: a thread that a timer wakes, one that it
// wakes, and one that that one wakes, beside a hog on every CPU. Of the periods fewer than so many
// in a thousand are missed: the last stage had not finished before the next one began. fifo: the
// chain is of SCHED_FIFO; what is missed even so is the machine's part.
int chain(Arguments arguments) {
  const bool fifo = take(arguments, "fifo");
  if (arguments.size() != 3) wrong_usage("chain [fifo] SECONDS PERIOD_US PER_MILLE");
  const nanoseconds period = microseconds(number(arguments[1]));
  if (period.count() <= 0) wrong_usage("chain: the period is 1 µs at least");
  const auto periods = static_cast<int>(nanoseconds(seconds(number(arguments[0]))) / period);
  if (periods < 1) wrong_usage("chain: one period at least");
  const Hogs hogs = make_hogs(online_cpus(), {});
  std::this_thread::sleep_for(seconds(1));  // until the scheduler knows the hogs
  std::vector<nanoseconds> took = run_chain(periods, period, fifo);
  const auto missed = std::count_if(took.begin(), took.end(), [&](auto t) { return t >= period; });
  std::sort(took.begin(), took.end());
  const auto microseconds_at = [&](double part) {
    return took[static_cast<std::size_t>(part * (periods - 1))].count() / 1000;
  };
  fmt::print("{} of {} periods missed; a chain took {} µs, 99 %: {}, 99.9 %: {}, the longest {}\n",
             missed, periods, microseconds_at(0.5), microseconds_at(0.99), microseconds_at(0.999),
             microseconds_at(1));
  return 1000 * missed < static_cast<long>(number(arguments[2])) * periods ? 0 : 1;
}

}  // namespace load
