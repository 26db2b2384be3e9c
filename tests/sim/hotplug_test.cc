// SPDX-License-Identifier: GPL-2.0-only
//
// CPUs go offline and come back.
#include <gmock/gmock.h>

#include "support.h"

namespace scx::sim::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A scheduler that goes on without a CPU; the masks of cids that it is told of.
class Staying : public Fifo {
 public:
  Staying() {
    masks.clear();
    table.cid_online = table.cid_offline = [](Words) {};
    table.set_cmask = [](Words words) {
      masks.push_back(reinterpret_cast<const scx_sim_cmask*>(words[1])->bits[0]);
    };
    options.audit = true;
  }
  static inline std::vector<u64> masks;
  SimulationOptions options = free_of_charge();
};

Machine cpus(int count) { return whole(machine(cores(count, 1, 0))); }

// What the admin, who has CPU 0 for itself, does 10 ms after the start, beside another kind.
Workload when(std::vector<Op> ops, TaskKind others) {
  ops.insert(ops.begin(), sleep(10 * kMs));
  return workload(
      30 * kMs, {bound(tasks("admin", 1, std::move(ops), 1), CpuSet::of({0})), std::move(others)});
}

TEST(Hotplug, EndsASchedulerThatDoesNotKnowOfIt) {
  static scx_exit_kind kind;
  kind = SCX_EXIT_NONE;
  Fifo policy;
  policy.table.exit = [](Words words) {
    kind = reinterpret_cast<const scx_exit_info*>(words[0])->kind;
  };
  const Outcome outcome =
      simulated(cpus(2), policy,
                when({off(CpuSet::of({1}))}, bound(tasks("a", 2, {run(kMs)}), CpuSet::of({1}))));
  EXPECT_EQ(outcome.end, End::hotplug);
  EXPECT_EQ(outcome.exit_code, 1ll << 48 | 1ll << 32);
  EXPECT_EQ(outcome.message, "cpu 1 going offline, exiting scheduler");
  EXPECT_EQ(outcome.end_ns, 10 * kMs);
  EXPECT_EQ(kind, SCX_EXIT_UNREG_KERN);
}

TEST(Hotplug, ACpuThatComesBackEndsASchedulerThatOnlyKnowsHowTheyGo) {
  Staying policy;
  policy.table.cid_online = nullptr;
  const Workload work = when({off(CpuSet::of({1})), sleep(kMs), on(CpuSet::of({1}))},
                             bound(tasks("a", 2, {run(kMs)}), CpuSet::of({1, 2})));
  EXPECT_EQ(simulated(cpus(3), policy, work, policy.options).message,
            "cpu 1 going online, exiting scheduler");
}

TEST(Hotplug, WhoRunsThereGoesOnElsewhere) {
  Staying policy;
  const Workload work =
      when({off(CpuSet::of({1}))}, bound(tasks("a", 2, {run(100 * kMs)}), CpuSet::of({1, 2})));
  const Outcome outcome = simulated(cpus(3), policy, work, policy.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_EQ(outcome.all.run_ns, (2 * 10 + 20) * kMs);
  EXPECT_EQ(outcome.kinds[1].counts.least_run_ns + outcome.kinds[1].counts.most_run_ns, 40 * kMs);
  EXPECT_GE(outcome.kinds[1].counts.least_run_ns, 10 * kMs);
  EXPECT_TRUE(Staying::masks.empty());
}

TEST(Hotplug, ACpuThatComesBackIsUsedAgain) {
  Staying policy;
  const Workload work = when({off(CpuSet::of({1, 2})), sleep(5 * kMs), on(CpuSet::of({1, 2}))},
                             bound(tasks("a", 3, {run(kMs)}), CpuSet::of({1, 2, 3})));
  const Outcome outcome = simulated(cpus(4), policy, work, policy.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_EQ(outcome.all.run_ns, (10 * 3 + 5 * 1 + 15 * 3) * kMs);
}

TEST(Hotplug, ATaskWithoutACpuThatIsOnlineMayUseAll) {
  Staying policy;
  const Workload work =
      when({off(CpuSet::of({1}))}, bound(tasks("a", 1, {run(kMs)}), CpuSet::of({1})));
  const Outcome outcome = simulated(cpus(2), policy, work, policy.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_EQ(outcome.all.run_ns, 30 * kMs);
  EXPECT_THAT(Staying::masks, ElementsAre(3));
}

TEST(Hotplug, ATaskThatSleepsMeanwhileWakesElsewhere) {
  Staying policy;
  const Workload work =
      when({off(CpuSet::of({1}))},
           bound(tasks("a", 1, {run(kMs), sleep(20 * kMs), run(100 * kMs)}), CpuSet::of({1})));
  const Outcome outcome = simulated(cpus(2), policy, work, policy.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_EQ(outcome.all.run_ns, (1 + 9) * kMs);
  EXPECT_THAT(Staying::masks, ElementsAre(3));
}

// In its CPU's own queue: the policy is asked again.
TEST(Hotplug, WhoWaitsThereIsEnqueuedAnew) {
  Staying policy;
  policy.table.enqueue = [](Words words) { insert(task(words), SIM_DSQ_LOCAL); };
  Watched watched(policy.options);
  Workload work =
      when({off(CpuSet::of({1}))}, bound(tasks("a", 1, {run(kMs)}), CpuSet::of({1, 2})));
  work.kinds.push_back(bound(tasks("b", 1, {run(kMs)}), CpuSet::of({1})));
  EXPECT_EQ(simulated(cpus(3), policy, work, policy.options).message, "");
  EXPECT_THAT(watched.of(" b"), ElementsAre("enqueue b", "set_cmask b", "enqueue b"));
}

TEST(Hotplug, AVerdictForACpuThatIsOfflineGoesToTheGlobalQueue) {
  Staying policy;
  policy.table.enqueue = [](Words words) {
    insert(task(words), task(words)->pid == 1000 ? SIM_DSQ_LOCAL : SIM_DSQ_LOCAL_ON | 1, kMs);
  };
  const Workload work =
      when({off(CpuSet::of({1}))}, bound(tasks("a", 2, {run(kMs)}), CpuSet::of({1, 2})));
  const Outcome outcome = simulated(cpus(3), policy, work, policy.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_EQ(outcome.all.run_ns, 30 * kMs);
}

TEST(Hotplug, TheLastCpuStays) {
  Staying policy;
  const Workload work =
      when({off(CpuSet::of({0, 1}))}, bound(tasks("a", 1, {run(kMs)}), CpuSet::of({1})));
  const Outcome outcome = simulated(cpus(2), policy, work, policy.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_EQ(outcome.all.run_ns, 30 * kMs);
}

TEST(Hotplug, NamesACpuThatIsNotThere) {
  Fifo policy;
  const auto outcome =
      simulate(cpus(2), policy, when({off(CpuSet::of({7}))}, tasks("a", 1, {run(kMs)})));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::invalid);
  EXPECT_THAT(outcome.error().message(), HasSubstr("CPU 7, which admin takes offline, is not on"));
}

}  // namespace
}  // namespace scx::sim::test
