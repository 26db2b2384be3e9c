// SPDX-License-Identifier: GPL-2.0-only
//
// Threads that change their own and each other's affinity and nice values without end, each looking
// all the time whether it runs where it may.
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <deque>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "hog.h"
#include "load.h"

namespace load {
namespace {

constexpr int kNices[] = {-20, -9, -4, 0, 0, 4, 8, 19};  // every queue, and what some boost or delay
constexpr int kChecksPerChange = 2000;
constexpr std::uint64_t kAllCpus = ~std::uint64_t{0};

// One thread, as the others know it. Who changes its affinity holds `changing`, and makes `changes`
// odd before the kernel knows and even afterwards: whoever reads the same even number before and
// after looking has seen no change in flight, so the mask held.
struct Target {
  std::atomic<pid_t> tid = 0;
  std::mutex changing;
  std::atomic<std::uint64_t> changes = 0;
  std::atomic<std::uint64_t> mask = kAllCpus;
  std::atomic<std::uint64_t> checks = 0;
  std::atomic<std::uint64_t> in_flight = 0;
  std::atomic<std::uint64_t> violations = 0;
};

void set_mask(Target& target, std::uint64_t mask) {
  const std::unique_lock lock(target.changing, std::try_to_lock);
  if (!lock) return;  // its affinity is being changed already
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int cpu = 0; cpu < 64; cpu++)
    if (mask >> cpu & 1) CPU_SET(cpu, &set);
  target.changes++;
  if (sched_setaffinity(target.tid, sizeof set, &set)) {
    if (errno == ESRCH) return;  // all are ending, and it has already
    system_error("sched_setaffinity");
  }
  target.mask = mask;
  target.changes++;
}

void check(Target& self) {
  const std::uint64_t before = self.changes;
  const std::uint64_t mask = self.mask;
  const int cpu = sched_getcpu();
  if (before % 2 || before != self.changes) {
    self.in_flight++;
    return;
  }
  self.checks++;
  if (mask >> cpu & 1) return;
  self.violations++;
}

class Crowd {
 public:
  explicit Crowd(int threads) {
    for (int i = 0; i < threads; i++) targets_.emplace_back();
    for (int i = 0; i < threads; i++)
      threads_.emplace_back([this, i](std::stop_token stop) { run(stop, i); });
  }

  std::deque<Target>& targets() { return targets_; }

 private:
  void run(const std::stop_token& stop, int index) {
    std::minstd_rand random(static_cast<unsigned>(index + 1));
    Target& self = targets_[index];
    self.tid = gettid();
    while (!stop.stop_requested()) {
      for (int i = 0; i < kChecksPerChange; i++) check(self);
      // itself as often as any other
      Target& other = targets_[random() % 2 ? index : random() % targets_.size()];
      if (!other.tid) continue;
      change(other, random);
      check(self);
    }
  }

  static void change(Target& target, std::minstd_rand& random) {
    const std::uint64_t all = (std::uint64_t{1} << online_cpus()) - 1;
    switch (random() % 4) {
      case 0:
        setpriority(PRIO_PROCESS, static_cast<id_t>(target.tid.load()),
                    kNices[random() % std::size(kNices)]);
        break;
      case 1:
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
        break;
      default:
        const std::uint64_t mask = random() & all;
        set_mask(target, mask ? mask : all);
    }
  }

  std::deque<Target> targets_;  // before the threads that use them
  std::deque<std::jthread> threads_;
};

}  // namespace

// guest_load affinity THREADS SECONDS: no check finds a thread where it may not run, and each thread
// makes some in every quarter of the time.
int affinity(Arguments arguments) {
  if (arguments.size() != 2) wrong_usage("affinity THREADS SECONDS");
  if (online_cpus() > 63) wrong_usage("affinity is for 63 CPUs at most");
  const std::chrono::milliseconds length(1000 * number(arguments[1]));
  Crowd crowd(number(arguments[0]));
  std::vector<std::uint64_t> before(crowd.targets().size());
  int starved = 0;
  for (int quarter = 0; quarter < 4; quarter++) {
    std::this_thread::sleep_for(length / 4);
    for (std::size_t i = 0; i < before.size(); i++) {
      const std::uint64_t now = crowd.targets()[i].checks;
      if (now == before[i]) starved++, fmt::print("thread {} made no check for a quarter\n", i);
      before[i] = now;
    }
  }
  std::uint64_t checks = 0, in_flight = 0, changes = 0, violations = 0;
  for (const Target& target : crowd.targets()) {
    checks += target.checks;
    in_flight += target.in_flight;
    changes += target.changes / 2;
    violations += target.violations;
  }
  fmt::print("{} changes, {} checks (fewest of a thread: {}), {} during a change; violations: {}\n",
             changes, checks, *std::min_element(before.begin(), before.end()), in_flight,
             violations);
  return violations || starved || checks < 10'000 || changes < 100 ? 1 : 0;
}

}  // namespace load
