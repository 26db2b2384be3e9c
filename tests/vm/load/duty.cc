// SPDX-License-Identifier: GPL-2.0-only
//
// A light, regular load that sees on how many CPUs it is.
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "load.h"

namespace load {

// guest_load duty THREADS PER_CENT SECONDS: threads that each run for so much of every 10 ms.
// Writes the number of CPUs that had at least a fiftieth of their turns each, in the second half of
// the time.
int duty(Arguments arguments) {
  using Clock = std::chrono::steady_clock;
  if (arguments.size() != 3) wrong_usage("duty THREADS PER_CENT SECONDS");
  constexpr std::chrono::milliseconds period(10);
  const Clock::duration busy = Clock::duration(period) * number(arguments[1]) / 100;
  const std::chrono::milliseconds length(1000 * number(arguments[2]));
  const Clock::time_point start = Clock::now();
  std::vector<std::atomic<int>> turns(CPU_SETSIZE);
  std::vector<std::jthread> threads;
  for (int i = 0; i < number(arguments[0]); i++)
    threads.emplace_back([&] {
      for (Clock::time_point next = start; next < start + length; next += period) {
        std::this_thread::sleep_until(next);
        const Clock::time_point until = Clock::now() + busy;
        while (Clock::now() < until) {
        }
        if (next - start >= length / 2) turns[static_cast<std::size_t>(sched_getcpu())]++;
      }
    });
  threads.clear();
  int all = 0;
  for (const auto& count : turns) all += count;
  fmt::print("{}\n", std::count_if(turns.begin(), turns.end(),
                                   [all](const auto& count) { return count * 50 > all; }));
  return 0;
}

}  // namespace load
