// SPDX-License-Identifier: GPL-2.0-only
//
// What one task changes of another: one that runs, one that waits, one that sleeps.
#include <gmock/gmock.h>

#include "support.h"

namespace scx::sim::test {
namespace {

using testing::ElementsAre;

Op renice(int kind, int nice) {
  return {.kind = Op::Kind::set_nice, .object = kind, .value = nice};
}
Op bind(int kind, CpuSet cpus) {
  return {.kind = Op::Kind::set_cpus, .object = kind, .cpus = std::move(cpus)};
}

// A kind 0 of one task "a" and an "admin" on CPU 1, which does `op` after 10 ms.
Workload changed_by(TaskKind a, const Op& op) {
  TaskKind admin = tasks("admin", 1, {sleep(10 * kMs), op}, 1);
  admin.cpus = CpuSet::of({1});
  return workload(30 * kMs, {std::move(a), std::move(admin)});
}

class Seen : public Fifo {
 public:
  Seen() {
    table.runnable = table.running = table.stopping = table.quiescent = table.dequeue =
        table.set_weight = table.set_cmask = [](Words) {};
    options.audit = true;
    options.watch = [this](const Call& call) {
      if (call.at_ns == 10 * kMs && call.pid == 1000) lines.push_back(call.op);
    };
  }
  SimulationOptions options = free_of_charge();
  std::vector<std::string> lines;
};

TEST(Changes, ATaskThatRunsStopsAndGoesOn) {
  Seen seen;
  TaskKind a = tasks("a", 1, {run(100 * kMs)});
  a.cpus = CpuSet::of({0});
  const Machine two = whole(machine(cores(2, 1, 0)));
  EXPECT_EQ(simulated(two, seen, changed_by(a, renice(0, 5)), seen.options).message, "");
  EXPECT_THAT(seen.lines,
              ElementsAre("stopping", "quiescent", "set_weight", "runnable", "running"));
}

TEST(Changes, ATaskThatSleepsIsOnlyChanged) {
  Seen seen;
  TaskKind a = tasks("a", 1, {run(kMs), sleep(100 * kMs)});
  const Machine two = whole(machine(cores(2, 1, 0)));
  EXPECT_EQ(simulated(two, seen, changed_by(a, renice(0, 5)), seen.options).message, "");
  EXPECT_THAT(seen.lines, ElementsAre("set_weight"));
}

TEST(Changes, ATaskThatWaitsIsEnqueuedAnew) {
  Seen seen;
  Workload work = changed_by(tasks("a", 1, {run(kMs)}), renice(0, 5));
  work.kinds[0].cpus = CpuSet::of({0});
  work.kinds[0].start_ns = kMs;  // behind the hog
  work.kinds.push_back(tasks("hog", 1, {run(kMs)}));
  work.kinds[2].cpus = CpuSet::of({0});
  EXPECT_EQ(simulated(whole(machine(cores(2, 1, 0))), seen, work, seen.options).message, "");
  EXPECT_THAT(seen.lines, ElementsAre("dequeue", "quiescent", "set_weight", "runnable", "enqueue"));
}

TEST(Changes, ATaskThatRunsWhereItMayNotAnyMoreGoes) {
  Seen seen;
  const Workload work = changed_by(tasks("a", 1, {run(100 * kMs)}), bind(0, CpuSet::of({2})));
  const Outcome outcome = simulated(whole(machine(cores(3, 1, 0))), seen, work, seen.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_EQ(outcome.kinds[0].counts.run_ns, 30 * kMs);
  EXPECT_EQ(outcome.kinds[0].counts.migrations[1], 1u);
}

// "a" waits behind a hog for CPU 0, and may use CPU 2 only from then on, which is idle.
Workload sent_away(int count, const Op& op) {
  Workload work = changed_by(tasks("a", count, {run(100 * kMs)}), op);
  work.kinds[0].cpus = CpuSet::of({0});
  work.kinds[0].start_ns = kMs;
  work.kinds.push_back(bound(tasks("hog", 1, {run(100 * kMs)}), CpuSet::of({0})));
  return work;
}

// Nobody kicks the CPU: that it looks for a task is the kernel's doing.
TEST(Changes, ATaskThatWaitsWhereItMayNotAnyMoreGoesToACpuThatLooksForIt) {
  Seen seen;
  const Outcome outcome = simulated(whole(machine(cores(3, 1, 0))), seen,
                                    sent_away(1, bind(0, CpuSet::of({2}))), seen.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_EQ(outcome.kinds[0].counts.run_ns, 20 * kMs);
  EXPECT_THAT(seen.lines, ElementsAre("dequeue", "quiescent", "set_cmask", "runnable", "enqueue",
                                      "dequeue", "enqueue", "dequeue", "running"));
}

// The first verdict is still for the CPU where it was; the second one is for the other.
TEST(Changes, OneInItsCpusOwnQueueGoesToThatOfAnother) {
  Seen seen;
  seen.table.enqueue = [](Words words) { insert(task(words), SIM_DSQ_LOCAL); };
  const Outcome outcome = simulated(whole(machine(cores(3, 1, 0))), seen,
                                    sent_away(1, bind(0, CpuSet::of({2}))), seen.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_EQ(outcome.kinds[0].counts.run_ns, 20 * kMs);
  EXPECT_THAT(seen.lines,
              ElementsAre("quiescent", "set_cmask", "runnable", "enqueue", "enqueue", "running"));
}

TEST(Changes, ManyThatGoElsewhereAreSpreadOverTheirCpus) {
  Seen seen;
  seen.table.enqueue = [](Words words) { insert(task(words), SIM_DSQ_LOCAL); };
  const Outcome outcome = simulated(whole(machine(cores(5, 1, 0))), seen,
                                    sent_away(3, bind(0, CpuSet::of({2, 3, 4}))), seen.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_EQ(outcome.kinds[0].counts.least_run_ns, 20 * kMs);
}

TEST(Changes, CpusThatItHasAlreadyAreNoChange) {
  Seen seen;
  const Outcome outcome = simulated(whole(machine(cores(3, 1, 0))), seen,
                                    sent_away(1, bind(0, CpuSet::of({0}))), seen.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_TRUE(seen.lines.empty());
}

TEST(Changes, AllTasksOfTheKind) {
  Seen seen;
  Workload work = changed_by(tasks("a", 6, {run(kMs), sleep(kMs)}), bind(0, CpuSet::of({0})));
  const Outcome outcome = simulated(whole(machine(cores(3, 1, 0))), seen, work, seen.options);
  EXPECT_EQ(outcome.message, "");
  // the admin has waited for its CPU at the start: three CPUs for twelve milliseconds, then one
  EXPECT_EQ(outcome.kinds[0].counts.run_ns, (3 * 12 + 18) * kMs);
}

}  // namespace
}  // namespace scx::sim::test
