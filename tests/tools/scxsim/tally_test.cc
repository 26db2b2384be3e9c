// SPDX-License-Identifier: GPL-2.0-only
#include "tally.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "builtin.h"
#include "support.h"

namespace scx::scxsim {
namespace {

sim::Workload periodic() {
  sim::Workload workload = find_builtin("periodic")->make(8, 1);
  workload.duration_ns = 300'000'000;
  workload.warmup_ns = 50'000'000;
  return workload;
}

TEST(Tally, UnitsOfEachLevelAddUpToTheOutcome) {
  const Machine machine = two_nodes();
  Tally tally(machine);
  const sim::Outcome outcome = outcome_of("lavd", machine, periodic(), &tally);
  std::map<std::string_view, UnitResult> sums;
  for (const UnitResult& unit : tally.units()) {
    UnitResult& sum = sums[unit.level];
    ++sum.number;
    sum.nr_cpus += unit.nr_cpus;
    sum.busy_ns += unit.busy_ns;
    sum.switches += unit.switches;
    sum.preemptions += unit.preemptions;
    sum.moves_in += unit.moves_in;
    sum.moves_out += unit.moves_out;
    EXPECT_LE(unit.busy_ns, outcome.measured_ns * static_cast<std::uint64_t>(unit.nr_cpus));
  }
  ASSERT_EQ(sums.size(), 3u);  // one core type
  EXPECT_EQ(sums["core"].number, 4);
  const auto& moves = outcome.all.migrations;
  const std::map<std::string_view, std::uint64_t> leaving = {
      {"core", moves[1] + moves[2] + moves[3]}, {"llc", moves[2] + moves[3]}, {"node", moves[3]}};
  EXPECT_GT(leaving.at("node"), 0u);
  for (const auto& [level, sum] : sums) {
    EXPECT_EQ(sum.nr_cpus, 8) << level;
    EXPECT_EQ(sum.busy_ns, outcome.all.run_ns) << level;
    EXPECT_EQ(sum.switches, outcome.all.switches) << level;
    EXPECT_EQ(sum.preemptions, outcome.all.preemptions) << level;
    EXPECT_EQ(sum.moves_in, leaving.at(level)) << level;
    EXPECT_EQ(sum.moves_out, leaving.at(level)) << level;
  }
  EXPECT_EQ(tally.units().front().cids, "0-3");
}

TEST(Tally, TasksAddUpToTheirKinds) {
  const Machine machine = two_nodes();
  Tally tally(machine);
  const sim::Outcome outcome = outcome_of("lavd", machine, periodic(), &tally);
  std::vector<TaskResult> sums(outcome.kinds.size());
  for (const TaskResult& task : tally.tasks()) {
    TaskResult& sum = sums[static_cast<std::size_t>(task.kind)];
    ++sum.pid;
    sum.run_ns += task.run_ns;
    sum.switches += task.switches;
    sum.preemptions += task.preemptions;
    sum.wakeups += task.wakeups;
    sum.latencies += task.latencies;
    sum.latency_sum_ns += task.latency_sum_ns;
    sum.latency_max_ns = std::max(sum.latency_max_ns, task.latency_max_ns);
    sum.longest_wait_ns = std::max(sum.longest_wait_ns, task.longest_wait_ns);
    for (std::size_t far = 0; far < sim::kDistances; ++far)
      sum.migrations[far] += task.migrations[far];
  }
  for (std::size_t kind = 0; kind < sums.size(); ++kind) {
    const sim::Counts& counts = outcome.kinds[kind].counts;
    EXPECT_EQ(sums[kind].pid, outcome.kinds[kind].nr_tasks);
    EXPECT_EQ(sums[kind].run_ns, counts.run_ns);
    EXPECT_EQ(sums[kind].switches, counts.switches);
    EXPECT_EQ(sums[kind].preemptions, counts.preemptions);
    EXPECT_EQ(sums[kind].wakeups, counts.wakeups);
    EXPECT_EQ(sums[kind].latencies, counts.latency.count());
    EXPECT_EQ(sums[kind].latency_max_ns, counts.latency.max());
    EXPECT_EQ(sums[kind].longest_wait_ns, counts.longest_wait_ns);
    EXPECT_EQ(sums[kind].migrations, counts.migrations);
    if (counts.latency.count()) {
      EXPECT_DOUBLE_EQ(static_cast<double>(sums[kind].latency_sum_ns) /
                           static_cast<double>(sums[kind].latencies),
                       counts.latency.mean());
    }
  }
}

TEST(Tally, CoreTypesAreUnitsToo) {
  TopologyOptions big;
  big.big_cpus = CpuSet::of({0, 4});
  auto topology = validate(test::machine(test::cores(8, 1, 0)), big);
  ASSERT_TRUE(topology) << topology.error().message();
  CidMap cids = make_cid_map(*topology);
  Domains domains = make_domains(*topology, cids);
  const Machine machine{0, std::move(*topology), std::move(cids), std::move(domains)};
  Tally tally(machine);
  tally.started({10, 0, {1000, 0}, -1, {}});
  tally.stopped({30, 0, {1000, 0}, sim::Observer::Why::preempted});
  tally.started({40, 7, {1000, 0}, 0, sim::Distance::llc});
  tally.ended(100);
  const auto units = tally.units();
  ASSERT_GE(units.size(), 2u);
  EXPECT_EQ(units[0].level, "tier");
  EXPECT_EQ(units[0].cids, "0-1");
  EXPECT_EQ(units[0].busy_ns, 20u);
  EXPECT_EQ(units[0].preemptions, 1u);
  EXPECT_EQ(units[0].moves_out, 1u);
  EXPECT_EQ(units[1].nr_cpus, 6);
  EXPECT_EQ(units[1].busy_ns, 60u);
  EXPECT_EQ(units[1].moves_in, 1u);
}

}  // namespace
}  // namespace scx::scxsim
