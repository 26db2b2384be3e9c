// SPDX-License-Identifier: GPL-2.0-only
//
// The schedulers' own sources in the simulator.
#include <gmock/gmock.h>

#include "schedulers.h"

namespace scx::sim::test {
namespace {

class Schedulers : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, Schedulers, testing::Values("simple", "lavd", "qmap"));

// Two nodes of two LLCs of two cores of two threads.
Machine sixteen() {
  return whole(machine(cores(2, 2, 0, 0, 0) + cores(2, 2, 4, 0, 1) + cores(2, 2, 8, 1, 2) +
                       cores(2, 2, 12, 1, 3)));
}

TEST_P(Schedulers, RunAMixWithoutAnErrorAndTheSameEachTime) {
  const Op work{.kind = Op::Kind::run, .span = {10 * kUs, kMs}};
  const Op rest{.kind = Op::Kind::sleep, .span = {10 * kUs, 3 * kMs}};
  const Op leave{.kind = Op::Kind::set_cpus, .cpus = CpuSet::of({1, 2, 9})};
  const Op back{.kind = Op::Kind::set_cpus, .cpus = CpuSet::range(CpuId{0}, CpuId{15})};
  Workload mix = workload(
      1000 * kMs, {tasks("hog", 12, {run(kMs)}), nice(tasks("heavy", 3, {run(kMs)}), -10),
                   nice(tasks("light", 3, {run(kMs)}), 10), tasks("sleeper", 20, {work, rest}),
                   tasks("ping", 1, {run(20 * kUs), post(0), wait(1)}),
                   tasks("pong", 1, {wait(0), run(20 * kUs), post(1)}),
                   tasks("wanderer", 2, {work, leave, work, rest, back, work, rest}),
                   tasks("shell", 1, {{.kind = Op::Kind::fork, .object = 8}, work, rest}),
                   tasks("command", 0, {work}, 1),
                   tasks("yields", 1, {run(100 * kUs), {.kind = Op::Kind::yield}})});
  mix.kinds[3].cpus = CpuSet::range(CpuId{0}, CpuId{7});
  const Machine on = sixteen();
  SimulationOptions options;
  options.starvation_ns = 4000 * kMs;
  const Outcome once = outcome_of(GetParam(), on, mix, options),
                again = outcome_of(GetParam(), on, mix, options);
  EXPECT_EQ(once.end, End::finished) << once.message;
  EXPECT_EQ(once.nr_events, again.nr_events);
  EXPECT_EQ(once.nr_decisions, again.nr_decisions);
  for (std::size_t kind = 0; kind < mix.kinds.size(); ++kind) {
    EXPECT_GT(once.kinds[kind].counts.run_ns, 0u) << mix.kinds[kind].name;
    EXPECT_EQ(once.kinds[kind].counts.run_ns, again.kinds[kind].counts.run_ns);
  }
  // 16 CPUs for a second, used but for what nobody could have
  EXPECT_LT(once.idle_while_waiting_ns, 16'000 * kMs / 100);
}

TEST_P(Schedulers, UseAllCpusBeforeAnybodyWaits) {
  const Outcome outcome =
      outcome_of(GetParam(), sixteen(), workload(500 * kMs, {tasks("hog", 16, {run(kMs)})}));
  EXPECT_EQ(outcome.end, End::finished) << outcome.message;
  EXPECT_GT(outcome.all.least_run_ns, 490 * kMs);
}

// Real-time tasks take the two CPUs in turn, and one is always free.
TEST_P(Schedulers, SendATaskThatARealTimeOnePreemptsToAnotherCpu) {
  const auto takes = [](int cpu, u64 from) {
    TaskKind kind =
        bound(tasks("takes", 1,
                    {run(40 * kMs), {.kind = Op::Kind::period, .span = {100 * kMs, 100 * kMs}}}),
              CpuSet::of({cpu}));
    kind.real_time = true;
    kind.start_ns = from;
    return kind;
  };
  const Outcome outcome = outcome_of(
      GetParam(), whole(machine(cores(2, 1, 0))),
      workload(2000 * kMs, {tasks("hog", 1, {run(kMs)}), takes(0, 0), takes(1, 50 * kMs)}));
  EXPECT_EQ(outcome.end, End::finished) << outcome.message;
  EXPECT_GT(outcome.kinds[0].counts.run_ns, 1990 * kMs);
}

// The kernel would put tasks that must not migrate straight back into their CPU's own queue, where
// two of them keep all others from their turn.
TEST_P(Schedulers, LetTasksThatMustNotMigrateWaitAmongTheOthers) {
  const Op disable{.kind = Op::Kind::migrate_disable}, enable{.kind = Op::Kind::migrate_enable};
  const Outcome outcome = outcome_of(
      GetParam(), whole(machine(cores(2, 1, 0))),
      workload(5000 * kMs, {tasks("hog", 4, {run(kMs)}),
                            tasks("pinned", 4, {disable, run(100 * kMs), enable, run(kMs)}),
                            bound(tasks("bound", 1, {run(kMs)}), CpuSet::of({0}))}));
  EXPECT_EQ(outcome.end, End::finished) << outcome.message;
  EXPECT_LT(outcome.all.longest_wait_ns, 200 * kMs);
  for (const auto& kind : outcome.kinds)
    EXPECT_GT(kind.counts.least_run_ns, 800 * kMs) << kind.name;  // of 1,111
}

TEST(Simple, SharesTimeByWeight) {
  const Workload work = workload(
      60'000 * kMs, {nice(tasks("heavy", 4, {run(kMs)}), -5), tasks("normal", 4, {run(kMs)}),
                     nice(tasks("light", 4, {run(kMs)}), 5)});
  const Outcome outcome = outcome_of("simple", whole(machine(cores(4, 1, 0))), work);
  const double sum = 305 + 100 + 33;
  EXPECT_NEAR(share(outcome, 0), 305 / sum, 0.01);
  EXPECT_NEAR(share(outcome, 1), 100 / sum, 0.01);
  EXPECT_NEAR(share(outcome, 2), 33 / sum, 0.01);
}

TEST(Lavd, LetsAShortSleeperRunSoonAmongHogs) {
  const Workload work = workload(
      5000 * kMs,
      {tasks("hog", 16, {run(kMs)}), tasks("sleeper", 4, {run(100 * kUs), sleep(5 * kMs)})});
  const Machine on = whole(machine(cores(4, 1, 0)));
  const Outcome lavd = outcome_of("lavd", on, work), simple = outcome_of("simple", on, work);
  EXPECT_LT(lavd.kinds[1].counts.latency.mean() * 5, simple.kinds[1].counts.latency.mean());
  // and hogs get alike
  EXPECT_GT(static_cast<double>(lavd.kinds[0].counts.least_run_ns),
            0.9 * static_cast<double>(lavd.kinds[0].counts.most_run_ns));
}

TEST(Lavd, SwitchesLessWithLongerSlices) {
  const Workload work = workload(2000 * kMs, {tasks("hog", 8, {run(kMs)})});
  const Machine on = whole(machine(cores(2, 1, 0)));
  const Outcome usual = outcome_of("lavd", on, work);
  const Outcome longer = outcome_of(
      "lavd", on, work, {},
      {{"slice_min_ns", "20000000"}, {"slice_max_ns", "40000000"}, {"no_preemption", "1"}});
  EXPECT_LT(longer.all.switches * 2, usual.all.switches);
}

TEST(Qmap, TakesFromItsQueuesByTheirTurns) {
  // 4 of 31 turns are the third queue's, 16 the last one's
  const Workload work = workload(
      20'000 * kMs, {nice(tasks("heavy", 4, {run(kMs)}), -10), tasks("normal", 4, {run(kMs)})});
  const Outcome outcome = outcome_of("qmap", whole(machine(cores(1, 1, 0))), work);
  EXPECT_NEAR(share(outcome, 0), 16.0 / 20, 0.01);
  EXPECT_NEAR(share(outcome, 1), 4.0 / 20, 0.01);
}

}  // namespace
}  // namespace scx::sim::test
