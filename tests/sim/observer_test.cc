// SPDX-License-Identifier: GPL-2.0-only
//
// What an observer is told, beside what the outcome says.
#include "scx/sim/observer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "support.h"

namespace scx::sim::test {
namespace {

class Recorder : public Observer {
 public:
  void started(const Start& start) override {
    pass(start.at_ns);
    EXPECT_TRUE(running.try_emplace(start.cid, start).second) << "two run on " << start.cid;
    lines.push_back(
        fmt::format("{} starts {} on {}", start.at_ns / kUs, start.task.kind, start.cid));
    migrations += start.far.has_value();
    EXPECT_EQ(start.far.has_value(), start.from >= 0 && start.from != start.cid);
  }
  void stopped(const Stop& stop) override {
    pass(stop.at_ns);
    const auto at = running.find(stop.cid);
    ASSERT_NE(at, running.end()) << "nothing ran on " << stop.cid;
    EXPECT_EQ(at->second.task.pid, stop.task.pid);
    run_ns += stop.at_ns - at->second.at_ns;
    running.erase(at);
    preemptions += stop.why == Why::preempted;
    lines.push_back(fmt::format("{} stops {} as {}", stop.at_ns / kUs, stop.task.kind,
                                static_cast<int>(stop.why)));
  }
  void woke(const Wake& wake) override {
    pass(wake.at_ns);
    ++wakeups;
    lines.push_back(
        fmt::format("{} {} {}", wake.at_ns / kUs, wake.is_new ? "new" : "wakes", wake.task.kind));
  }
  void queued(const Queue& queue) override {
    pass(queue.at_ns);
    lengths[{queue.id, queue.cid}] = queue.length;
    longest = std::max(longest, queue.length);
  }
  void counting(u64 at_ns) override {
    pass(at_ns);
    run_ns = wakeups = preemptions = migrations = 0;
    for (auto& [cid, start] : running) start.at_ns = at_ns;
  }
  void ended(u64 at_ns) override {
    pass(at_ns);
    ++ends;
    for (const auto& [cid, start] : running) run_ns += at_ns - start.at_ns;
  }

  std::map<s32, Start> running;
  std::map<std::pair<u64, s32>, u64> lengths;
  std::vector<std::string> lines;
  u64 run_ns = 0, wakeups = 0, preemptions = 0, migrations = 0, longest = 0;
  int ends = 0;

 private:
  void pass(u64 at_ns) {
    EXPECT_EQ(ends, 0);
    EXPECT_GE(at_ns, now_);
    now_ = at_ns;
  }
  u64 now_ = 0;
};

TEST(Observer, SeesALifeInItsOrder) {
  Fifo policy;
  Recorder seen;
  SimulationOptions options = free_of_charge();
  options.observer = &seen;
  simulated(whole(machine(cores(1, 1, 0))), policy,
            workload(5 * kMs, {tasks("a", 1, {run(kMs), sleep(kMs)}, 2)}), options);
  const std::vector<std::string> expected = {
      "0 new 0",      "0 starts 0 on 0",    "1000 stops 0 as 0",
      "2000 wakes 0", "2000 starts 0 on 0", "3000 stops 0 as 0",
      "4000 wakes 0", "4000 starts 0 on 0", "4000 stops 0 as 1"};
  EXPECT_EQ(seen.lines, expected);
  EXPECT_EQ(seen.ends, 1);
}

TEST(Observer, AddsUpToTheOutcome) {
  Fifo policy;
  policy.table.enqueue = [](Words words) { insert(task(words), Fifo::kQueue, 2 * kMs); };
  Recorder seen;
  SimulationOptions options;
  options.observer = &seen;
  const Op any{.kind = Op::Kind::run, .span = {50 * kUs, 900 * kUs}};
  Workload work =
      workload(300 * kMs, {tasks("hog", 9, {run(kMs)}), tasks("light", 9, {any, sleep(kMs)})});
  work.warmup_ns = 50 * kMs;
  const Outcome outcome =
      simulated(whole(machine(cores(2, 2, 0, 0, 0) + cores(2, 2, 4, 1, 1))), policy, work, options);
  EXPECT_EQ(seen.run_ns, outcome.all.run_ns);
  EXPECT_EQ(seen.wakeups, outcome.all.wakeups);
  EXPECT_EQ(seen.preemptions, outcome.all.preemptions);
  u64 migrations = 0;
  for (const u64 some : outcome.all.migrations) migrations += some;
  EXPECT_EQ(seen.migrations, migrations);
  EXPECT_GT(migrations, 0u);
}

TEST(Observer, SeesQueuesGrowAndShrink) {
  Fifo policy;
  Recorder seen;
  SimulationOptions options = free_of_charge();
  options.observer = &seen;
  simulated(whole(machine(cores(1, 1, 0))), policy,
            workload(50 * kMs, {tasks("a", 5, {run(kMs)}, 3)}), options);
  EXPECT_EQ(seen.longest, 4u);  // the fifth runs
  EXPECT_EQ((seen.lengths[{Fifo::kQueue, -1}]), 0u);
  EXPECT_EQ((seen.lengths[{SIM_DSQ_LOCAL, 0}]), 0u);
}

}  // namespace
}  // namespace scx::sim::test
