// SPDX-License-Identifier: GPL-2.0-only
//
// A task that real-time tasks preempt, while they leave other CPUs free.
#include <sched.h>

#include <chrono>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "hog.h"
#include "load.h"
#include "quiet.h"

namespace load {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kTurn{50}, kTaken{40};

// Every `count`th turn it is the `at`th CPU that is taken.
void take_in_turn(std::stop_token stop, int at, int count, Clock::time_point start) {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(at, &cpus);
  sched_param first{};
  first.sched_priority = 1;
  if (sched_setaffinity(0, sizeof cpus, &cpus)) system_error("sched_setaffinity");
  if (sched_setscheduler(0, SCHED_FIFO, &first)) system_error("sched_setscheduler(SCHED_FIFO)");
  for (Clock::time_point turn = start + at * kTurn; !stop.stop_requested(); turn += count * kTurn) {
    std::this_thread::sleep_until(turn);
    while (Clock::now() < turn + kTaken) {
    }
  }
}

}  // namespace

// guest_load preempted SECONDS PERCENT: one hog, and real-time tasks that take the CPUs in turn,
// one after the other, for 40 of 50 ms. All but one CPU are free at any time, so the hog runs for
// so many percent of it at least.
int preempted(Arguments arguments) {
  if (arguments.size() != 2) wrong_usage("preempted SECONDS PERCENT");
  const int cpus = online_cpus();
  if (cpus < 2) wrong_usage("preempted: two CPUs at least");
  const std::chrono::seconds length(number(arguments[0]));
  // a guest that has just started has work of its own
  if (const auto quiet = scx::bench::wait_quiet(); !quiet) {
    fmt::print(stderr, "guest_load: {}\n", quiet.error().message());
    return 1;
  }
  const Hog hog({});
  const Clock::time_point start = Clock::now() + kTurn;
  std::vector<std::jthread> takers;
  for (int at = 0; at < cpus; at++) takers.emplace_back(take_in_turn, at, cpus, start);
  std::this_thread::sleep_until(start);
  const auto before = hog.cpu_time();
  std::this_thread::sleep_until(start + length);
  const std::chrono::nanoseconds elapsed = Clock::now() - start;
  const double share = 100.0 * static_cast<double>((hog.cpu_time() - before).count()) /
                       static_cast<double>(elapsed.count());
  fmt::print("the hog ran for {:.1f} % of {:.1f} s\n", share,
             std::chrono::duration<double>(elapsed).count());
  return share >= number(arguments[1]) ? 0 : 1;
}

}  // namespace load
