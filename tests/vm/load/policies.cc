// SPDX-License-Identifier: GPL-2.0-only
//
// Threads that change their own and each other's scheduling policy without end.
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <deque>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "hog.h"
#include "load.h"

namespace load {
namespace {

using std::chrono::microseconds;

struct Policy {
  int number;
  const char* name;
  int priority;  // of the real-time ones
};
constexpr std::array kPolicies{Policy{SCHED_OTHER, "OTHER", 0}, Policy{SCHED_BATCH, "BATCH", 0},
                               Policy{SCHED_IDLE, "IDLE", 0},   Policy{SCHED_FIFO, "FIFO", 5},
                               Policy{SCHED_RR, "RR", 10},      Policy{kSchedExt, "EXT", 0}};
// A real-time thread leaves the CPU to others most of the time: who keeps it makes a stall by
// itself.
constexpr microseconds kLongestBurst{400};
constexpr microseconds kLongestPause{3000};

struct Target {
  std::atomic<pid_t> tid = 0;
  std::atomic<std::uint64_t> bursts = 0;
};

class Crowd {
 public:
  explicit Crowd(int threads) : targets_(static_cast<std::size_t>(threads)) {
    for (std::size_t i = 0; i < targets_.size(); i++)
      threads_.emplace_back([this, i](std::stop_token stop) { run(stop, i); });
  }

  const std::deque<Target>& targets() const { return targets_; }
  std::uint64_t changes(std::size_t policy) const { return changes_[policy]; }

 private:
  void run(const std::stop_token& stop, std::size_t index) {
    std::minstd_rand random(static_cast<unsigned>(index + 1));
    Target& self = targets_[index];
    self.tid = gettid();
    while (!stop.stop_requested()) {
      const auto end =
          std::chrono::steady_clock::now() + microseconds(random() % kLongestBurst.count());
      while (std::chrono::steady_clock::now() < end) {
      }
      self.bursts++;
      // running and, as others sleep, sleeping ones
      change(random() % 2 ? index : random() % targets_.size(), random() % kPolicies.size());
      std::this_thread::sleep_for(microseconds(random() % kLongestPause.count()));
    }
  }

  void change(std::size_t index, std::size_t policy) {
    const pid_t tid = targets_[index].tid;
    if (!tid) return;
    const sched_param param{.sched_priority = kPolicies[policy].priority};
    if (!sched_setscheduler(tid, kPolicies[policy].number, &param))
      changes_[policy]++;
    else if (errno != ESRCH)  // all are ending, and it has already
      system_error(fmt::format("sched_setscheduler(SCHED_{})", kPolicies[policy].name));
  }

  std::deque<Target> targets_;  // before the threads that use them
  std::array<std::atomic<std::uint64_t>, kPolicies.size()> changes_{};
  std::deque<std::jthread> threads_;
};

}  // namespace

// guest_load policies THREADS SECONDS: threads that go from policy to policy, real-time ones among
// them, at their own and at others' will. Each policy is taken, and each thread gets somewhere.
int policies(Arguments arguments) {
  if (arguments.size() != 2) wrong_usage("policies THREADS SECONDS");
  const Crowd crowd(number(arguments[0]));
  std::this_thread::sleep_for(std::chrono::seconds(number(arguments[1])));
  std::uint64_t fewest = ~std::uint64_t{0}, rarest = fewest;
  for (const Target& target : crowd.targets())
    fewest = std::min<std::uint64_t>(fewest, target.bursts);
  for (std::size_t i = 0; i < kPolicies.size(); i++) {
    fmt::print("{}SCHED_{} {}", i ? ", " : "changes to ", kPolicies[i].name, crowd.changes(i));
    rarest = std::min(rarest, crowd.changes(i));
  }
  fmt::print("; turns of a thread: {} at least\n", fewest);
  return fewest && rarest ? 0 : 1;
}

}  // namespace load
