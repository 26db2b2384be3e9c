// SPDX-License-Identifier: GPL-2.0-only
//
// Tasks that must not migrate for a while.
#include <gmock/gmock.h>

#include "support.h"

namespace scx::sim::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Op disable{.kind = Op::Kind::migrate_disable}, enable{.kind = Op::Kind::migrate_enable};

// What the policy hears of task 1000 and what it sees of it then.
class Seen : public Fifo {
 public:
  Seen() {
    seen.clear();
    table.runnable = table.running = table.stopping = table.quiescent = [](Words) {};
    table.set_cmask = [](Words words) {
      if (task(words)->pid == 1000)
        seen.push_back(reinterpret_cast<const scx_sim_cmask*>(words[1])->bits[0]);
    };
    options.audit = true;
    options.watch = [this](const Call& call) {
      if (call.pid == 1000) lines.push_back(call.op);
    };
  }
  static inline std::vector<u64> seen;
  SimulationOptions options = free_of_charge();
  std::vector<std::string> lines;
};

Machine cpus(int count) { return whole(machine(cores(count, 1, 0))); }

TEST(Migration, ATaskThatIsNeverSwitchedOutIsNotSpokenOf) {
  Seen policy;
  const Workload work = workload(5 * kMs, {tasks("a", 1, {disable, run(kMs), enable, run(kMs)})});
  EXPECT_EQ(simulated(cpus(2), policy, work, policy.options).message, "");
  EXPECT_TRUE(Seen::seen.empty());
}

TEST(Migration, OneThatSleepsMeanwhileMayUseItsCpuUntilItIsOver) {
  Seen policy;
  const Workload work = workload(
      5 * kMs, {tasks("a", 1, {run(kMs), disable, sleep(kMs), run(kMs), enable, run(10 * kMs)})});
  EXPECT_EQ(simulated(cpus(2), policy, work, policy.options).message, "");
  EXPECT_THAT(Seen::seen, ElementsAre(1, 3));
  EXPECT_THAT(policy.lines,
              ElementsAre("select_cid", "runnable", "enqueue", "running",    // the start
                          "stopping", "quiescent", "dispatch", "set_cmask",  // sleeps
                          "runnable", "running",                             // no enqueue
                          "stopping", "quiescent", "set_cmask", "runnable", "running"));
}

// Its turn is over while another one waits: it is enqueued, and again when its CPUs are changed.
TEST(Migration, TheKernelPutsItIntoItsCpusOwnQueue) {
  Seen policy;
  policy.table.enqueue = [](Words words) {
    EXPECT_EQ(task(words)->migration_disabled, 0);
    insert(task(words), Fifo::kQueue, 4 * kMs);
  };
  const Workload work = workload(
      100 * kMs, {tasks("a", 1, {disable, run(60 * kMs), enable}), tasks("b", 3, {run(kMs)})});
  const Outcome outcome = simulated(cpus(2), policy, work, policy.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_EQ(outcome.kinds[0].counts.migrations[static_cast<int>(Distance::llc)], 0u);
  EXPECT_EQ(Seen::seen.front(), 1u);
}

TEST(Migration, APolicyThatIsAskedSeesItAndMustLeaveItThere) {
  static int asked;
  asked = 0;
  Seen policy;
  policy.table.flags = 1 << 4;  // SCX_OPS_ENQ_MIGRATION_DISABLED
  policy.table.enqueue = [](Words words) {
    if (task(words)->migration_disabled) ++asked;
    insert(task(words), Fifo::kQueue, 4 * kMs);
  };
  const Workload work = workload(
      100 * kMs, {tasks("a", 1, {disable, run(60 * kMs), enable}), tasks("b", 3, {run(kMs)})});
  const Outcome outcome = simulated(cpus(2), policy, work, policy.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_GT(asked, 0);
  EXPECT_EQ(outcome.kinds[0].counts.migrations[static_cast<int>(Distance::llc)], 0u);
  policy.table.enqueue = [](Words words) {
    insert(task(words), task(words)->migration_disabled ? SIM_DSQ_LOCAL_ON : SIM_DSQ_LOCAL,
           4 * kMs);
  };
  const Workload alone = workload(100 * kMs, {bound(tasks("c", 1, {run(kMs)}), CpuSet::of({1})),
                                              tasks("a", 1, {disable, run(60 * kMs), enable})});
  EXPECT_THAT(
      simulated(cpus(2), policy, alone, policy.options).message,
      HasSubstr("SCX_DSQ_LOCAL[_ON] cannot move migration disabled a[1001] from CPU 1 to 0"));
}

TEST(Migration, NewCpusWaitUntilItIsOver) {
  Seen policy;
  Workload work = workload(
      30 * kMs, {tasks("a", 1, {disable, run(20 * kMs), enable, run(100 * kMs)}),
                 bound(tasks("admin", 1,
                             {sleep(10 * kMs),
                              {.kind = Op::Kind::set_cpus, .object = 0, .cpus = CpuSet::of({2})}},
                             1),
                       CpuSet::of({1}))});
  std::vector<u64> moved;
  struct Moves : Observer {
    void started(const Start& start) override {
      if (start.far) at.push_back(start.at_ns);
    }
    std::vector<std::uint64_t> at;
  } moves;
  policy.options.observer = &moves;
  EXPECT_EQ(simulated(cpus(3), policy, work, policy.options).message, "");
  EXPECT_THAT(moves.at, ElementsAre(20 * kMs));
}

TEST(Migration, ItNests) {
  Seen policy;
  const Workload work = workload(
      6 * kMs,
      {tasks("a", 1, {disable, disable, sleep(kMs), enable, run(kMs), enable, run(10 * kMs)})});
  EXPECT_EQ(simulated(cpus(2), policy, work, policy.options).message, "");
  EXPECT_THAT(Seen::seen, ElementsAre(1, 3));
}

// Nobody else is started there, and when it may go, it goes.
TEST(Migration, ACpuThatGoesOfflineWaitsForIt) {
  Seen policy;
  policy.table.cid_offline = [](Words) {};
  const Op off{.kind = Op::Kind::cpu_off, .cpus = CpuSet::of({0})};
  const Workload work =
      workload(30 * kMs, {tasks("a", 1,
                                {disable, run(5 * kMs), off, run(5 * kMs), sleep(5 * kMs),
                                 run(5 * kMs), enable, run(100 * kMs)})});
  const Outcome outcome = simulated(cpus(3), policy, work, policy.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_EQ(outcome.kinds[0].counts.run_ns, 25 * kMs);
  EXPECT_EQ(outcome.kinds[0].counts.migrations[static_cast<int>(Distance::llc)], 1u);
}

TEST(Migration, EachEnableHasItsDisable) {
  Seen policy;
  EXPECT_THAT(simulated(cpus(1), policy, workload(5 * kMs, {tasks("a", 1, {run(kMs), enable})}),
                        policy.options)
                  .message,
              HasSubstr("a[1000] enables migration, which it has not disabled"));
  EXPECT_THAT(
      simulated(cpus(1), policy,
                workload(kMs, {tasks("a", 1, {disable, disable, disable, run(0)})}), policy.options)
          .message,
      HasSubstr("a[1000] disables migration and never enables it"));
}

}  // namespace
}  // namespace scx::sim::test
