// SPDX-License-Identifier: GPL-2.0-only
//
// What the simulator finds wrong by itself, and what it leaves alone.
#include <gmock/gmock.h>

#include <map>

#include "support.h"

namespace scx::sim::test {
namespace {

using testing::HasSubstr;

SimulationOptions audited(u64 conserve_ns = 0) {
  SimulationOptions options = free_of_charge();
  options.audit = true;
  options.conserve_ns = conserve_ns;
  return options;
}

TEST(Invariants, HoldInAMix) {
  Fifo policy;
  const Op work{.kind = Op::Kind::run, .span = {10 * kUs, kMs}},
      rest{.kind = Op::Kind::sleep, .span = {10 * kUs, 3 * kMs}};
  policy.table.enqueue = [](Words words) {
    insert(task(words), Fifo::kQueue);
    for (s32 cid = 0; cid < 4; ++cid) calls->kick(kernel, cid, SIM_KICK_IDLE);
  };
  const Outcome outcome = simulated(
      whole(machine(cores(2, 2, 0))), policy,
      workload(200 * kMs, {tasks("a", 5, {work, rest}), tasks("b", 2, {run(kMs)}),
                           tasks("c", 1, {wait(0), work}), tasks("d", 1, {work, post(0), rest})}),
      audited(5 * kMs));
  EXPECT_EQ(outcome.message, "");
}

// The second CPU sleeps though work waits, because nobody tells it.
TEST(Invariants, WorkIsConserved) {
  Fifo policy;
  policy.table.select_cid = [](Words) -> s32 { return 0; };
  TaskKind kind = tasks("a", 2, {run(kMs)});
  kind.start_ns = 10 * kMs;
  const Machine two = whole(machine(cores(2, 1, 0)));
  const Workload work = workload(100 * kMs, {kind});
  EXPECT_EQ(simulated(two, policy, work, audited()).message, "");
  const Outcome found = simulated(two, policy, work, audited(4 * kMs));
  EXPECT_EQ(found.end, End::error);
  EXPECT_THAT(found.message, HasSubstr("while CID 1, which it may use, was idle"));
  EXPECT_LE(found.end_ns, 16 * kMs);
}

TEST(Invariants, ACpuThatATaskMayNotUseMayBeIdle) {
  Fifo policy;
  TaskKind kind = tasks("a", 2, {run(kMs)});
  kind.cpus = CpuSet::of({0});
  EXPECT_EQ(simulated(whole(machine(cores(2, 1, 0))), policy, workload(100 * kMs, {kind}),
                      audited(4 * kMs))
                .message,
            "");
}

TEST(Invariants, AVtimeStaysWhileTheTaskIsQueued) {
  static task_struct* queued = nullptr;
  queued = nullptr;
  Fifo policy;
  policy.table.enqueue = [](Words words) {
    if (queued) queued->scx.dsq_vtime += 5;
    queued = task(words);
    insert_by_vtime(task(words), Fifo::kQueue, 100);
  };
  EXPECT_THAT(simulated(whole(machine(cores(1, 1, 0))), policy,
                        workload(100 * kMs, {tasks("a", 3, {run(kMs)})}))
                  .message,
              HasSubstr("was changed from 100 to 105 in the queue 0x7"));
}

TEST(Invariants, VtimesHaveAnOrder) {
  Fifo policy;
  policy.table.enqueue = [](Words words) {
    // 0, three and six eighths of the range: each is before the next, and the last before the first
    const auto nth = static_cast<u64>(task(words)->pid - 1000);
    insert_by_vtime(task(words), Fifo::kQueue, nth * (3ull << 61));
  };
  policy.table.dispatch = [](Words) {};
  EXPECT_THAT(simulated(whole(machine(cores(1, 1, 0))), policy,
                        workload(100 * kMs, {tasks("a", 3, {run(kMs)})}))
                  .message,
              HasSubstr("are too far apart for an order"));
}

// What each callback costs: the calls are the same each time, and all of them are counted.
TEST(Measure, CountsEachCallback) {
  SimulationOptions options = free_of_charge();
  options.measure = true;
  const Workload work = workload(100 * kMs, {tasks("a", 3, {run(kMs), sleep(kMs)})});
  Fifo policy;
  const Outcome outcome = simulated(whole(machine(cores(2, 1, 0))), policy, work, options);
  u64 callbacks = 0;
  for (const OpCost& op : outcome.ops) {
    callbacks += op.host_ns.count();
    // one insertion, one look into the queue, one queue made
    EXPECT_EQ(op.kernel_calls, op.op == "select_cid" ? 0 : op.host_ns.count()) << op.op;
  }
  EXPECT_EQ(callbacks, outcome.nr_decisions);
  EXPECT_GT(outcome.engine_host_ns, 0u);
  EXPECT_TRUE(simulated(whole(machine(cores(2, 1, 0))), policy, work).ops.empty());
}

// Of a policy that counts its basic blocks: a block before a call into the kernel, two behind it.
// What the engine passes meanwhile, here a callback within the call, is not the caller's.
struct Counting : Fifo {
  const u64* blocks() const override { return &passed; }
  static inline u64 passed = 0;
};

TEST(Measure, CountsBasicBlocksWhereThePolicyDoes) {
  Counting policy;
  policy.table.enqueue = [](Words words) {
    Counting::passed += 1;
    insert(task(words), Fifo::kQueue);
    Counting::passed += 2;
  };
  policy.table.dequeue = [](Words) { Counting::passed += 10; };
  policy.table.dispatch = [](Words) {
    Counting::passed += 100;
    calls->dsq_move_to_local(kernel, Fifo::kQueue, 0);
  };
  SimulationOptions options = free_of_charge();
  options.measure = true;
  Workload work = workload(100 * kMs, {tasks("a", 3, {run(kMs), sleep(kMs)})});
  work.warmup_ns = 50 * kMs;
  const Outcome outcome = simulated(whole(machine(cores(2, 1, 0))), policy, work, options);
  const std::map<std::string, double> expected = {
      {"enqueue", 3}, {"dequeue", 10}, {"dispatch", 100}};
  u64 callbacks = 0;
  for (const OpCost& op : outcome.ops) {
    callbacks += op.blocks.count();
    EXPECT_EQ(op.blocks.count(), op.host_ns.count()) << op.op;
    const auto at = expected.find(op.op);
    EXPECT_EQ(op.blocks.mean(), at == expected.end() ? 0 : at->second) << op.op;
  }
  EXPECT_GT(callbacks, 0u);
  EXPECT_LT(callbacks, outcome.nr_decisions) << "those before the warm-up ended are left out";
}

}  // namespace
}  // namespace scx::sim::test
