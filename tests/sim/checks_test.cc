// SPDX-License-Identifier: GPL-2.0-only
//
// What the kernel does not let a policy do.
#include <gmock/gmock.h>

#include "support.h"

namespace scx::sim::test {
namespace {

using testing::HasSubstr;

Outcome outcome_of(Fifo& policy, std::optional<CpuSet> cpus = {}) {
  TaskKind kind = tasks("a", 2, {run(kMs), sleep(kMs)});
  kind.cpus = std::move(cpus);
  return simulated(whole(machine(cores(2, 1, 0))), policy, workload(60'000 * kMs, {kind}));
}

void expect_error(Fifo& policy, const char* message, std::optional<CpuSet> cpus = {}) {
  const Outcome outcome = outcome_of(policy, std::move(cpus));
  EXPECT_EQ(outcome.end, End::error);
  EXPECT_THAT(outcome.message, HasSubstr(message));
}

TEST(Checks, AQueueThatIsNotThere) {
  Fifo policy;
  policy.table.enqueue = [](Words words) { insert(task(words), 99); };
  expect_error(policy, "non-existent DSQ 0x63 for a[1000]");
  Fifo other;
  other.table.dispatch = [](Words) { calls->dsq_move_to_local(kernel, 99, 0); };
  expect_error(other, "invalid DSQ ID 0x0000000000000063");
}

TEST(Checks, ALocalQueueThatIsNotForTheTask) {
  Fifo policy;
  policy.table.enqueue = [](Words words) { insert(task(words), SIM_DSQ_LOCAL_ON | 1); };
  expect_error(policy, "SCX_DSQ_LOCAL[_ON] target CPU 1 not allowed for a[1000]", CpuSet::of({0}));
}

TEST(Checks, ACidThatIsNotThere) {
  Fifo policy;
  policy.table.enqueue = [](Words words) { insert(task(words), SIM_DSQ_LOCAL_ON | 5); };
  expect_error(policy, "invalid CID 5 in SCX_DSQ_LOCAL_ON dispatch verdict");
  Fifo selects;
  selects.table.select_cid = [](Words) -> s32 { return -1; };
  expect_error(selects, "invalid CID -1 from ops.select_cid()");
  Fifo kicks;
  kicks.table.running = [](Words) { calls->kick(kernel, 2, 0); };
  expect_error(kicks, "invalid CID 2 in scx_bpf_kick_cid()");
}

TEST(Checks, TwoVerdictsForOneTask) {
  Fifo policy;
  policy.table.enqueue = [](Words words) {
    insert(task(words), Fifo::kQueue);
    insert(task(words), Fifo::kQueue);
  };
  expect_error(policy, "a[1000] already direct-dispatched");
}

TEST(Checks, AVerdictForAnotherTask) {
  static task_struct* first = nullptr;
  first = nullptr;
  Fifo policy;
  policy.table.enqueue = [](Words words) {
    if (!first) first = task(words);
    insert(first, Fifo::kQueue);
  };
  expect_error(policy, "scheduling for a[1001] but trying to direct-dispatch a[1000]");
}

TEST(Checks, AnInsertionWhereNoneBelongs) {
  Fifo policy;
  policy.table.running = [](Words words) { insert(task(words), Fifo::kQueue); };
  expect_error(policy, "scx_bpf_dsq_insert() may not be called here");
}

TEST(Checks, TwoOrdersInOneQueue) {
  Fifo policy;
  policy.table.enqueue = [](Words words) {
    if (task(words)->pid % 2)
      insert(task(words), Fifo::kQueue);
    else
      insert_by_vtime(task(words), Fifo::kQueue, 1);
  };
  policy.table.dispatch = [](Words) {};
  expect_error(policy, "DSQ ID 0x0000000000000007 already had PRIQ-enqueued tasks");
  Fifo local;
  local.table.enqueue = [](Words words) { insert_by_vtime(task(words), SIM_DSQ_LOCAL, 1); };
  expect_error(local, "cannot use vtime ordering for built-in DSQs");
}

TEST(Checks, MoreThanTheBufferHolds) {
  Fifo policy;
  policy.table.dispatch_max_batch = 1;
  policy.table.dispatch = [](Words words) {
    task_struct* const p = calls->find_task(kernel, 1000);
    if (!p) return;
    insert(p, SIM_DSQ_LOCAL);
    insert(p, SIM_DSQ_LOCAL);
    static_cast<void>(words);
  };
  expect_error(policy, "dispatch buffer overflow");
}

TEST(Checks, AKickThatContradictsItself) {
  Fifo policy;
  policy.table.running = [](Words) { calls->kick(kernel, 0, SIM_KICK_IDLE | SIM_KICK_PREEMPT); };
  expect_error(policy, "PREEMPT/WAIT cannot be used with SCX_KICK_IDLE");
}

TEST(Checks, ThePolicysOwnErrorAndExit) {
  Fifo policy;
  policy.table.running = [](Words words) {
    const u64 data[] = {static_cast<u64>(task(words)->pid), reinterpret_cast<u64>("why")};
    calls->end(kernel, true, 0, "task %d: %s", data, sizeof(data));
  };
  expect_error(policy, "task 1000: why");
  policy.table.running = [](Words) { calls->end(kernel, false, 42, "enough", nullptr, 0); };
  const Outcome outcome = outcome_of(policy);
  EXPECT_EQ(outcome.end, End::policy);
  EXPECT_EQ(outcome.exit_code, 42);
  EXPECT_EQ(outcome.message, "enough");
}

TEST(Checks, AnInitThatFails) {
  Fifo policy;
  policy.table.init = [](Words) -> s32 { return -12; };
  expect_error(policy, "ops.init() failed (-12)");
}

TEST(Checks, TheWatchdogSeesWhoIsForgotten) {
  Fifo policy;
  policy.table.enqueue = [](Words words) {
    if (task(words)->pid != 1001) insert(task(words), Fifo::kQueue);
  };
  policy.table.timeout_ms = 2000;
  const Outcome outcome = outcome_of(policy);
  EXPECT_EQ(outcome.end, End::stall);
  EXPECT_THAT(outcome.message, HasSubstr("a[1001] failed to run for "));
  EXPECT_LE(outcome.end_ns, 4000 * kMs);
}

TEST(Checks, ABoundOnStarvation) {
  Fifo policy;
  SimulationOptions options = free_of_charge();
  options.starvation_ns = 30 * kMs;
  const Machine small = whole(machine(cores(1, 1, 0)));
  const auto hogs = [](int count) {
    return workload(500 * kMs, {tasks("hog", count, {run(kMs)})});
  };
  EXPECT_EQ(simulated(small, policy, hogs(2), options).message, "");
  EXPECT_THAT(simulated(small, policy, hogs(4), options).message,
              HasSubstr("was ready to run for "));
}

TEST(Checks, KicksInACircleTakeTime) {
  Fifo policy;
  policy.table.update_idle = [](Words words) {
    if (words[1]) calls->kick(kernel, static_cast<s32>(words[0]), 0);
  };
  EXPECT_EQ(outcome_of(policy).end, End::finished);
}

TEST(Checks, AProgramThatDoesNothing) {
  Fifo policy;
  const Outcome outcome = simulated(whole(machine(cores(1, 1, 0))), policy,
                                    workload(10 * kMs, {tasks("a", 1, {post(0)})}));
  EXPECT_THAT(outcome.message, HasSubstr("does nothing that takes time"));
}

TEST(Checks, CpusThatAreNotThere) {
  Fifo policy;
  TaskKind kind = tasks("a", 1, {run(kMs)});
  kind.cpus = CpuSet::of({5, 6});
  const auto outcome = simulate(whole(machine(cores(2, 1, 0))), policy, workload(kMs, {kind}));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::invalid);
  EXPECT_THAT(outcome.error().message(), HasSubstr("none of the CPUs 5-6 of a is online"));
}

}  // namespace
}  // namespace scx::sim::test
