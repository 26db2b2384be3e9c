// SPDX-License-Identifier: GPL-2.0-only
//
// Real-time tasks beside the policy's, and tasks that change from one to the other.
#include <gmock/gmock.h>

#include "support.h"

namespace scx::sim::test {
namespace {

using testing::ElementsAre;

Op set_class(bool real_time, int kind = -1) {
  return {.kind = Op::Kind::set_class, .object = kind, .value = real_time};
}

TaskKind real_time(TaskKind kind) {
  kind.real_time = true;
  return kind;
}

// What the policy hears of task 1000 from 10 ms on.
class Seen : public Fifo {
 public:
  Seen() {
    table.runnable = table.running = table.stopping = table.quiescent = table.dequeue =
        table.set_weight = table.set_cmask = table.enable = table.disable =
            table.tick = [](Words) {};
    table.update_idle = [](Words) {};
    options.audit = true;
    options.watch = [this](const Call& call) {
      if (call.at_ns >= 10 * kMs && call.pid == 1000) lines.push_back(call.op);
    };
  }
  SimulationOptions options = free_of_charge();
  std::vector<std::string> lines;
};

Machine cpus(int count) { return whole(machine(cores(count, 1, 0))); }

// A kind 0 of one task "a" on CPU 0, and an admin on CPU 1 who makes it real-time after 10 ms, and
// the policy's again after 20 ms.
Workload changed(TaskKind a) {
  return workload(
      30 * kMs,
      {bound(std::move(a), CpuSet::of({0})),
       bound(tasks("admin", 1,
                   {sleep(10 * kMs), set_class(true, 0), sleep(10 * kMs), set_class(false, 0)}, 1),
             CpuSet::of({1}))});
}

TEST(Classes, ATaskThatRunsLeavesThePolicyAndComesBack) {
  Seen policy;
  policy.table.enqueue = [](Words words) { insert(task(words), Fifo::kQueue, 100 * kMs); };
  policy.table.tick = nullptr;
  const Outcome outcome =
      simulated(cpus(2), policy, changed(tasks("a", 1, {run(100 * kMs)})), policy.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_THAT(policy.lines,
              ElementsAre("stopping", "quiescent", "disable",  //
                          "enable", "set_weight", "set_cmask", "runnable", "running", "disable"));
  EXPECT_EQ(outcome.kinds[0].counts.run_ns, 30 * kMs);
}

TEST(Classes, ATaskThatSleepsIsOnlyLetGo) {
  Seen policy;
  EXPECT_EQ(simulated(cpus(2), policy, changed(tasks("a", 1, {run(kMs), sleep(100 * kMs)})),
                      policy.options)
                .message,
            "");
  EXPECT_THAT(policy.lines, ElementsAre("disable", "enable", "set_weight", "set_cmask", "disable"));
}

TEST(Classes, ATaskThatWaitsIsTakenFromThePolicyAndRuns) {
  Seen policy;
  policy.table.tick = nullptr;
  policy.table.enqueue = [](Words words) { insert(task(words), Fifo::kQueue, 100 * kMs); };
  Workload work = changed(tasks("a", 1, {run(100 * kMs)}));
  work.kinds[0].start_ns = kMs;  // behind the hog
  work.kinds.push_back(bound(tasks("hog", 1, {run(100 * kMs)}), CpuSet::of({0})));
  const Outcome outcome = simulated(cpus(2), policy, work, policy.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_THAT(policy.lines,
              ElementsAre("dequeue", "quiescent", "disable",  //
                          "enable", "set_weight", "set_cmask", "runnable", "running", "disable"));
  EXPECT_EQ(outcome.kinds[0].counts.run_ns, 20 * kMs);
  EXPECT_EQ(outcome.kinds[2].counts.run_ns, 10 * kMs);
  EXPECT_EQ(outcome.kinds[2].counts.preemptions, 1u);
}

TEST(Classes, OneThatWaitsForItsTurnAsARealTimeTaskIsEnqueuedWhenItComesBack) {
  Seen policy;
  Workload work = changed(real_time(tasks("a", 1, {run(100 * kMs)})));
  work.kinds[0].start_ns = kMs;
  work.kinds.push_back(real_time(bound(tasks("first", 1, {run(100 * kMs)}), CpuSet::of({0}))));
  EXPECT_EQ(simulated(cpus(2), policy, work, policy.options).message, "");
  EXPECT_THAT(policy.lines,
              ElementsAre("enable", "set_weight", "set_cmask", "runnable", "enqueue", "disable"));
}

// The hog waits at the head of its CPU's own queue, and the policy hears nothing but that it
// stopped.
TEST(Classes, ARealTimeTaskTakesTheCpuAtOnce) {
  Seen policy;
  Watched watched(policy.options);
  const Workload work = workload(
      20 * kMs, {tasks("hog", 1, {run(100 * kMs)}),
                 real_time(tasks("urgent", 1, {sleep(5 * kMs), run(2 * kMs), sleep(100 * kMs)}))});
  const Outcome outcome = simulated(cpus(1), policy, work, policy.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_EQ(outcome.kinds[1].counts.run_ns, 2 * kMs);
  EXPECT_EQ(outcome.kinds[1].counts.latency.max(), 0u);
  EXPECT_EQ(outcome.kinds[0].counts.run_ns, 18 * kMs);
  EXPECT_EQ(watched.of("stopping hog").size(), 2u);  // where it starts, and where it wakes
  EXPECT_EQ(watched.of("enqueue hog").size(), 1u);
  EXPECT_THAT(watched.of(" urgent"), ElementsAre());
}

TEST(Classes, ATaskThatIsToRunAtOnceComesBackToThePolicy) {
  static std::vector<u32> reasons;
  reasons.clear();
  Seen policy;
  policy.table.enqueue = [](Words words) {
    reasons.push_back(task(words)->scx.flags & SIM_TASK_REENQ_MASK);
    insert(task(words), SIM_DSQ_LOCAL, 20 * kMs, reasons.size() == 1 ? SIM_ENQ_IMMED : 0);
  };
  Workload work = workload(
      20 * kMs, {tasks("hog", 1, {run(100 * kMs)}),
                 real_time(tasks("urgent", 1, {sleep(5 * kMs), run(2 * kMs), sleep(100 * kMs)}))});
  work.kinds[1].start_ns = kMs;
  EXPECT_EQ(simulated(cpus(1), policy, work, policy.options).message, "");
  EXPECT_THAT(reasons, ElementsAre(0u, static_cast<u32>(SIM_TASK_REENQ_PREEMPTED)));
}

TEST(Classes, RealTimeTasksTakeCpusWithoutOneAndTurnsWhereTheyYield) {
  Seen policy;
  const Op yield{.kind = Op::Kind::yield};
  const Outcome spread = simulated(
      cpus(3), policy,
      workload(20 * kMs, {real_time(tasks("urgent", 2, {run(kMs)})), tasks("a", 2, {run(kMs)})}),
      policy.options);
  EXPECT_EQ(spread.message, "");
  EXPECT_EQ(spread.kinds[0].counts.least_run_ns, 20 * kMs);
  EXPECT_EQ(spread.kinds[1].counts.run_ns, 20 * kMs);
  const Outcome turns =
      simulated(cpus(1), policy, workload(20 * kMs, {real_time(tasks("u", 2, {run(kMs), yield}))}),
                policy.options);
  EXPECT_EQ(turns.message, "");
  EXPECT_EQ(turns.kinds[0].counts.least_run_ns, 10 * kMs);
}

TEST(Classes, TheyGoWhereTheyMay) {
  Seen policy;
  const Op bind{.kind = Op::Kind::set_cpus, .object = 0, .cpus = CpuSet::of({2})};
  const Workload work =
      workload(30 * kMs, {real_time(bound(tasks("urgent", 1, {run(100 * kMs)}), CpuSet::of({0}))),
                          bound(tasks("admin", 1, {sleep(10 * kMs), bind}, 1), CpuSet::of({1})),
                          bound(tasks("a", 1, {run(kMs)}), CpuSet::of({0}))});
  const Outcome outcome = simulated(cpus(3), policy, work, policy.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_EQ(outcome.kinds[0].counts.run_ns, 30 * kMs);
  EXPECT_EQ(outcome.kinds[2].counts.run_ns, 20 * kMs);
}

TEST(Classes, NobodyButThePolicysTasksCanStall) {
  Seen policy;
  policy.options.starvation_ns = 5 * kMs;
  const Workload work = workload(30 * kMs, {real_time(tasks("urgent", 2, {run(100 * kMs)}))});
  EXPECT_EQ(simulated(cpus(1), policy, work, policy.options).message, "");
}

}  // namespace
}  // namespace scx::sim::test
