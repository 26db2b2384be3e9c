// SPDX-License-Identifier: GPL-2.0-only
//
// Very many threads that sleep nearly all the time.
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <deque>
#include <random>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "load.h"

namespace load {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kStackBytes = 64 * 1024;
constexpr milliseconds kBetweenLooks{100};
constexpr std::chrono::seconds kPatience{60};  // far more than a turn takes

struct Sleepers {
  explicit Sleepers(int pause_s) : longest_pause(2000 * pause_s) {}
  milliseconds longest_pause;
  std::atomic<bool> over = false;
};

struct Sleeper {
  Sleepers* all = nullptr;
  unsigned seed = 0;
  std::atomic<int> turns = 0;
};

void* sleep_and_wake(void* argument) {
  auto& self = *static_cast<Sleeper*>(argument);
  std::minstd_rand random(self.seed);
  while (!self.all->over) {
    std::this_thread::sleep_for(
        milliseconds(1 + random() % static_cast<unsigned>(self.all->longest_pause.count())));
    self.turns++;
  }
  return nullptr;
}

// Waits until each has had another turn; the number of those that have had none in all that time.
long missing(std::deque<Sleeper>& sleepers) {
  const auto no_turn = [](const Sleeper& sleeper) { return sleeper.turns == 0; };
  for (Sleeper& sleeper : sleepers) sleeper.turns = 0;
  const auto end = Clock::now() + kPatience;
  while (Clock::now() < end && std::ranges::any_of(sleepers, no_turn))
    std::this_thread::sleep_for(kBetweenLooks);
  return std::ranges::count_if(sleepers, no_turn);
}

}  // namespace

// guest_load sleepers COUNT SECONDS ROUNDS: COUNT threads live, of which each sleeps for so long on
// average, and so many times all of them have had another turn.
int sleepers(Arguments arguments) {
  if (arguments.size() != 3) wrong_usage("sleepers COUNT SECONDS ROUNDS");
  const int rounds = number(arguments[2]);
  Sleepers all(number(arguments[1]));
  std::deque<Sleeper> sleepers(static_cast<std::size_t>(number(arguments[0])));
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  std::vector<pthread_t> threads;
  for (Sleeper& sleeper : sleepers) {
    sleeper.all = &all;
    sleeper.seed = static_cast<unsigned>(threads.size() + 1);
    errno = pthread_create(&threads.emplace_back(), &attributes, sleep_and_wake, &sleeper);
    if (errno) system_error(fmt::format("thread {}", threads.size()));
  }
  fmt::print("{} threads live\n", threads.size());
  std::fflush(stdout);
  long silent = 0;
  for (int round = 1; round <= rounds && silent == 0; round++) {
    silent = missing(sleepers);
    fmt::print("round {}: {} without a turn\n", round, silent);
    std::fflush(stdout);
  }
  all.over = true;
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
  return silent ? 1 : 0;
}

}  // namespace load
