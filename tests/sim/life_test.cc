// SPDX-License-Identifier: GPL-2.0-only
//
// The order of callbacks in a task's life.
#include <gmock/gmock.h>

#include "support.h"

namespace scx::sim::test {
namespace {

using testing::ElementsAre;

// Every callback that may stay away, so that it is seen.
class WholeFifo : public Fifo {
 public:
  WholeFifo() {
    table.init_task = [](Words) -> s32 { return 0; };
    table.exit_task = table.enable = table.disable = table.set_weight = table.runnable =
        table.running = table.stopping = table.quiescent = table.dequeue = table.set_cmask =
            table.update_idle = table.exit = [](Words) {};
  }
};

TEST(Life, ATaskThatSleepsOnceAndEnds) {
  SimulationOptions options = free_of_charge();
  const Watched watched(options);
  WholeFifo policy;
  const Outcome outcome =
      simulated(whole(machine(cores(2, 1, 0))), policy,
                workload(10 * kMs, {tasks("a", 1, {run(kMs), sleep(kMs), run(kMs)}, 1)}), options);
  EXPECT_EQ(outcome.end, End::finished);
  EXPECT_THAT(watched.of(" a"),
              ElementsAre("init_task a", "enable a", "set_weight a",              // fork
                          "select_cid a", "runnable a", "enqueue a",              // wake-up
                          "dequeue a", "running a", "stopping a", "quiescent a",  // run, sleep
                          "dispatch a",  // who was last here
                          "select_cid a", "runnable a", "enqueue a", "dequeue a", "running a",
                          "stopping a", "quiescent a", "dispatch a", "disable a", "exit_task a"));
}

TEST(Life, TheCpuSaysWhenItIsIdle) {
  SimulationOptions options = free_of_charge();
  const Watched watched(options);
  WholeFifo policy;
  simulated(whole(machine(cores(1, 1, 0))), policy,
            workload(10 * kMs, {tasks("a", 1, {run(kMs), sleep(kMs), run(kMs)}, 1)}), options);
  // it was idle at the start, and idle to idle is no change
  EXPECT_THAT(watched.of("update_idle"),
              ElementsAre("update_idle 0", "update_idle 1", "update_idle 0", "update_idle 1"));
}

TEST(Life, WhereThereIsNoChoiceThePolicyIsNotAsked) {
  SimulationOptions options = free_of_charge();
  const Watched watched(options);
  WholeFifo policy;
  TaskKind bound = tasks("a", 1, {run(kMs), sleep(kMs)});
  bound.cpus = CpuSet::of({1});
  const Outcome outcome =
      simulated(whole(machine(cores(2, 1, 0))), policy, workload(10 * kMs, {bound}), options);
  EXPECT_THAT(watched.of("select_cid"), ElementsAre());
  EXPECT_EQ(outcome.all.run_ns, 5 * kMs);
}

TEST(Life, ATurnThatIsOverGoesBackToThePolicy) {
  SimulationOptions options = free_of_charge();
  const Watched watched(options);
  WholeFifo policy;
  simulated(whole(machine(cores(1, 1, 0))), policy,
            workload(50 * kMs, {tasks("a", 1, {run(100 * kMs)}), tasks("b", 1, {run(100 * kMs)})}),
            options);
  // 20 ms each: b is taken first, then a stops, is enqueued, and b runs
  const std::vector<std::string> lines = watched.of("");
  const auto stop = std::ranges::find(lines, "stopping a");
  ASSERT_NE(stop, lines.end());
  EXPECT_THAT(std::vector<std::string>(stop - 2, stop + 3),
              ElementsAre("dispatch a", "dequeue b", "stopping a", "enqueue a", "running b"));
}

TEST(Life, TheLastOneGoesOnUnlessThePolicyWantsToKnow) {
  SimulationOptions options = free_of_charge();
  const Workload one = workload(50 * kMs, {tasks("a", 1, {run(100 * kMs)})});
  const Machine small = whole(machine(cores(1, 1, 0)));
  Fifo policy;
  const Outcome kept = simulated(small, policy, one, options);
  EXPECT_EQ(kept.all.switches, 1u);
  EXPECT_EQ(kept.all.run_ns, 50 * kMs);

  policy.table.flags = 1 << 1;  // SCX_OPS_ENQ_LAST
  policy.table.enqueue = [](Words words) {
    insert(task(words), Fifo::kQueue);
    if (words[1] & SIM_ENQ_LAST) calls->kick(kernel, calls->this_cid(kernel), 0);
  };
  const Outcome told = simulated(small, policy, one, options);
  EXPECT_EQ(told.all.switches, 3u);
  EXPECT_GT(told.all.run_ns, 49 * kMs);
}

TEST(Life, AnInsertionFromSelectMakesEnqueueNeedless) {
  SimulationOptions options = free_of_charge();
  const Watched watched(options);
  WholeFifo policy;
  policy.table.select_cid = [](Words words) -> s32 {
    insert(task(words), SIM_DSQ_LOCAL);
    return 1;
  };
  const Outcome outcome =
      simulated(whole(machine(cores(2, 1, 0))), policy,
                workload(10 * kMs, {tasks("a", 1, {run(kMs), sleep(kMs)})}), options);
  EXPECT_THAT(watched.of("enqueue"), ElementsAre());
  EXPECT_THAT(watched.of("dequeue"), ElementsAre());  // it never was in the policy's custody
  EXPECT_EQ(outcome.all.run_ns, 5 * kMs);
}

TEST(Life, AChangeOfCpusMovesTheTask) {
  SimulationOptions options = free_of_charge();
  const Watched watched(options);
  WholeFifo policy;
  const Op leave{.kind = Op::Kind::set_cpus, .cpus = CpuSet::of({1})};
  TaskKind kind = tasks("a", 1, {run(kMs), leave, run(kMs)}, 1);
  kind.cpus = CpuSet::of({0});
  const Outcome outcome =
      simulated(whole(machine(cores(2, 1, 0))), policy, workload(10 * kMs, {kind}), options);
  EXPECT_EQ(outcome.all.run_ns, 2 * kMs);
  EXPECT_EQ(outcome.all.migrations[1], 1u);  // another core of the LLC
  const std::vector<std::string> lines = watched.of(" a");
  const auto change = std::ranges::find(lines, "set_cmask a");
  ASSERT_NE(change, lines.end());
  EXPECT_THAT(std::vector<std::string>(change - 2, change + 5),
              ElementsAre("stopping a", "quiescent a", "set_cmask a", "runnable a", "running a",
                          "stopping a", "enqueue a"));
}

TEST(Life, AForkedTaskStartsWhereItsParentIs) {
  Fifo policy;
  Workload work =
      workload(10 * kMs, {tasks("parent", 1, {{.kind = Op::Kind::fork, .object = 1}, run(kMs)}, 3),
                          tasks("child", 0, {run(kMs)}, 1)});
  const Outcome outcome = simulated(whole(machine(cores(2, 1, 0))), policy, work);
  EXPECT_EQ(outcome.kinds[1].nr_tasks, 3);
  EXPECT_EQ(outcome.kinds[1].counts.run_ns, 3 * kMs);
}

}  // namespace
}  // namespace scx::sim::test
