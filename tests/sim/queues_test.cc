// SPDX-License-Identifier: GPL-2.0-only
//
// Queues, their order, and the ways in and out of them.
#include <gmock/gmock.h>

#include "support.h"

namespace scx::sim::test {
namespace {

using testing::ElementsAre;

const Machine& one_cpu() {
  static const Machine small = whole(machine(cores(1, 1, 0)));
  return small;
}

// Three tasks that start at once behind one that keeps the CPU for a while, and run for 1 ms each.
Workload three_behind_one() {
  return workload(50 * kMs, {tasks("first", 1, {run(5 * kMs)}, 1), tasks("a", 1, {run(kMs)}, 1),
                             tasks("b", 1, {run(kMs)}, 1), tasks("c", 1, {run(kMs)}, 1)});
}

std::vector<std::string> order_of(Fifo& policy) {
  policy.table.running = [](Words) {};
  SimulationOptions options = free_of_charge();
  const Watched watched(options);
  EXPECT_EQ(simulated(one_cpu(), policy, three_behind_one(), options).message, "");
  return watched.of("running");
}

TEST(Queues, FirstInFirstOut) {
  Fifo policy;
  EXPECT_THAT(order_of(policy),
              ElementsAre("running first", "running a", "running b", "running c"));
}

TEST(Queues, TheHeadIsBeforeAllOthers) {
  Fifo policy;
  policy.table.enqueue = [](Words words) {
    insert(task(words), Fifo::kQueue, SIM_SLICE_DFL, SIM_ENQ_HEAD);
  };
  EXPECT_THAT(order_of(policy),
              ElementsAre("running first", "running c", "running b", "running a"));
}

TEST(Queues, ByVtimeAlsoWhereItWraps) {
  Fifo policy;
  policy.table.enqueue = [](Words words) {
    const char name = task(words)->comm[0];
    insert_by_vtime(task(words), Fifo::kQueue, name == 'a' ? 3 : name == 'b' ? ~0ull - 5 : 1);
  };
  EXPECT_THAT(order_of(policy),
              ElementsAre("running first", "running b", "running c", "running a"));
}

TEST(Queues, TheGlobalOneNeedsNoDispatch) {
  Fifo policy;
  policy.table.enqueue = [](Words words) { insert(task(words), SIM_DSQ_GLOBAL); };
  policy.table.dispatch = nullptr;
  EXPECT_THAT(order_of(policy),
              ElementsAre("running first", "running a", "running b", "running c"));
}

TEST(Queues, WithoutAnEnqueueTasksGoToTheGlobalOne) {
  Fifo policy;
  policy.table.enqueue = nullptr;
  EXPECT_EQ(order_of(policy).size(), 4u);
}

TEST(Queues, ATaskThatMayNotRunHereIsPassedOver) {
  Fifo policy;
  Workload work = three_behind_one();
  work.kinds[1].cpus = CpuSet::of({1});
  policy.table.running = [](Words) {};
  SimulationOptions options = free_of_charge();
  const Watched watched(options);
  const Outcome outcome = simulated(whole(machine(cores(2, 1, 0))), policy, work, options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_EQ(outcome.kinds[1].counts.run_ns, kMs);
}

TEST(Queues, AWalkMovesWhatItFinds) {
  Fifo policy;
  policy.table.dispatch = [](Words) {
    u64 it[6];
    calls->iter_new(kernel, it, Fifo::kQueue, SIM_ITER_REV);
    task_struct* const last = calls->iter_next(kernel, it);
    if (last) {
      calls->iter_set(kernel, it, false, 2 * kMs);
      EXPECT_TRUE(calls->iter_move(kernel, it, last, SIM_DSQ_LOCAL, 0, false));
      EXPECT_EQ(last->scx.slice, 2 * kMs);
      EXPECT_FALSE(calls->iter_move(kernel, it, last, SIM_DSQ_LOCAL, 0, false)) << "it is gone";
    }
    calls->iter_destroy(kernel, it);
  };
  // the first one's slice is over before its work: then it is the last in the queue
  EXPECT_THAT(order_of(policy),
              ElementsAre("running first", "running c", "running first", "running b", "running a"));
}

TEST(Queues, TheBufferHandsOnWhatThePolicyHolds) {
  static std::vector<task_struct*> held;
  held.clear();
  Fifo policy;
  policy.table.enqueue = [](Words words) { held.push_back(task(words)); };
  policy.table.dispatch = [](Words) {
    EXPECT_EQ(calls->dispatch_nr_slots(kernel), 32u);
    for (task_struct* p : held) insert(p, SIM_DSQ_LOCAL);
    EXPECT_EQ(calls->dispatch_nr_slots(kernel), 32u - held.size());
    if (held.size() > 1) {
      calls->dispatch_cancel(kernel);
      held = {held.back()};
    } else {
      held.clear();
    }
  };
  EXPECT_EQ(order_of(policy).size(), 4u);
}

TEST(Queues, EnqueuedAgainOnDemand) {
  static int again = 0;
  again = 0;
  Fifo policy;
  policy.table.enqueue = [](Words words) {
    if (words[1] & SIM_ENQ_REENQ) {
      ++again;
      EXPECT_EQ(task(words)->scx.flags & SIM_TASK_REENQ_MASK, u32{SIM_TASK_REENQ_KFUNC});
    }
    insert(task(words), Fifo::kQueue);
  };
  policy.table.tick = [](Words) { calls->dsq_reenq(kernel, Fifo::kQueue, 0); };
  EXPECT_EQ(order_of(policy).size(), 4u);
  EXPECT_EQ(again, 3);  // one tick while the first runs, and three wait
}

TEST(Queues, WhoMustRunAtOnceComesBackFromABusyCpu) {
  static int refused = 0;
  refused = 0;
  Fifo policy;
  policy.table.enqueue = [](Words words) {
    const bool again = words[1] & SIM_ENQ_REENQ;
    refused += again;
    insert(task(words), again ? Fifo::kQueue : SIM_DSQ_LOCAL, SIM_SLICE_DFL,
           again ? 0 : SIM_ENQ_IMMED);
  };
  EXPECT_EQ(order_of(policy).size(), 4u);
  EXPECT_EQ(refused, 3);
}

TEST(Queues, AMutexIsHandedOverInTurn) {
  Fifo policy;
  const Op lock{.kind = Op::Kind::lock, .object = 0}, unlock{.kind = Op::Kind::unlock, .object = 0};
  const Outcome outcome = simulated(whole(machine(cores(4, 1, 0))), policy,
                                    workload(40 * kMs, {tasks("a", 4, {lock, run(kMs), unlock})}));
  EXPECT_EQ(outcome.message, "");
  // one at a time: as much as one CPU has
  EXPECT_NEAR(static_cast<double>(outcome.all.run_ns), 40.0 * kMs, 0.1 * kMs);
  EXPECT_NEAR(static_cast<double>(outcome.all.least_run_ns), 10.0 * kMs, 1.0 * kMs);
}

TEST(Queues, ASemaphoreCountsWhatNobodyWaitsFor) {
  Fifo policy;
  const Outcome outcome =
      simulated(one_cpu(), policy,
                workload(50 * kMs, {tasks("giver", 1, {post(0), post(0), run(kMs)}, 1),
                                    tasks("taker", 1, {wait(0), run(kMs)})}));
  EXPECT_EQ(outcome.kinds[1].counts.rounds, 2u);
}

}  // namespace
}  // namespace scx::sim::test
