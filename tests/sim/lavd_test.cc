// SPDX-License-Identifier: GPL-2.0-only
//
// How lavd behaves: the promises that tests/vm/lavd.cmake holds it to on real kernels, and what the
// search over machines and workloads found.
#include <gmock/gmock.h>

#include <set>

#include "schedulers.h"

namespace scx::sim::test {
namespace {

Machine flat(int nr_cpus) { return whole(machine(cores(nr_cpus, 1, 0))); }

TEST(LavdBehaviour, EverybodyHasATurnWithin100MsAtEightTasksACpu) {
  const Workload work = workload(2000 * kMs, {tasks("hog", 32, {run(kMs)})});
  const auto longest = [&](const char* scheduler) {
    return outcome_of(scheduler, flat(4), work).all.longest_wait_ns;
  };
  EXPECT_LE(longest("lavd"), 100 * kMs);
  EXPECT_GT(longest("simple"), 100 * kMs) << "whose slices are too long for that";
}

TEST(LavdBehaviour, HogsGetTheirSharesByNiceWithinFivePercent) {
  Workload work = workload(6000 * kMs, {tasks("a", 1, {run(kMs)}), tasks("b", 1, {run(kMs)}),
                                        nice(tasks("light", 1, {run(kMs)}), 5),
                                        nice(tasks("heavy", 1, {run(kMs)}), -5)});
  work.warmup_ns = 1000 * kMs;
  // the kernel's weights of these nice values
  constexpr double kParts[] = {1024, 1024, 335, 3121};
  constexpr double kAll = 1024 + 1024 + 335 + 3121;
  const Outcome outcome = outcome_of("lavd", flat(1), work);
  for (std::size_t kind = 0; kind < std::size(kParts); ++kind)
    EXPECT_NEAR(share(outcome, kind) * kAll / kParts[kind], 1, 0.05) << outcome.kinds[kind].name;
}

// A task that a timer wakes, one that it wakes, and one that that one wakes, beside a hog. A period
// is met where all three sleep when the next one begins. How many of `periods` are not.
int missed_periods(const char* scheduler, int periods) {
  constexpr u64 kPeriod = kMs, kHogsAlone = 1000 * kMs;
  std::set<std::string> awake;
  int met = 0;
  SimulationOptions options;
  options.watch = [&](const Call& call) {
    if (!call.task) return;
    const std::string_view op = call.op, task = call.task;
    if (op == "quiescent") awake.erase(std::string(task));
    if (op != "runnable") return;
    if (task == "begins" && !awake.contains("between") && !awake.contains("ends")) ++met;
    awake.emplace(task);
  };
  const Op period{.kind = Op::Kind::period, .span = {kPeriod, kPeriod}};
  Workload work =
      workload(kHogsAlone + static_cast<u64>(periods) * kPeriod,
               {tasks("hog", 1, {run(kMs)}), tasks("begins", 1, {period, run(10 * kUs), post(0)}),
                tasks("between", 1, {wait(0), run(10 * kUs), post(1)}),
                tasks("ends", 1, {wait(1), run(10 * kUs)})});
  for (TaskKind& kind : work.kinds)
    if (kind.name != "hog") kind.start_ns = kHogsAlone;
  EXPECT_EQ(outcome_of(scheduler, flat(1), work, options).message, "");
  // the first one is the start, and after the last one there is none that begins
  return periods - met;
}

TEST(LavdBehaviour, AChainBesideAHogMissesFewerThanOnePeriodInAThousand) {
  EXPECT_LT(missed_periods("lavd", 5000), 5);
  EXPECT_GT(missed_periods("simple", 5000), 500) << "where the chain waits for the hog";
}

// All CPUs have just been given a task, the first hog CPU 2, and run nothing yet. The second hog
// was on CPU 2 last: behind the first one nobody else would find it when the short tasks are over.
TEST(LavdBehaviour, ManyAtOnceDoNotEndUpBehindEachOther) {
  const Op brief = run(kUs);
  const Workload work =
      workload(100 * kMs, {bound(tasks("first", 1, {run(kMs)}), CpuSet::of({2, 3})),
                           bound(tasks("there", 1, {brief}, 1), CpuSet::of({2, 3})),
                           tasks("short", 4, {brief}, 1), tasks("second", 1, {run(kMs)})});
  SimulationOptions options;
  options.conserve_ns = 3 * kMs;
  EXPECT_EQ(outcome_of("lavd", flat(4), work, options, {{"no_core_compaction", "1"}}).message, "");
}

// CPUs 4 to 7 rest, and 1 to 3 are in use and idle; but the second hog may not go there.
TEST(LavdBehaviour, ATaskDoesNotLeaveARestingCpuForOneThatItMayNotUse) {
  const Workload work =
      workload(2000 * kMs, {bound(tasks("first", 1, {run(kMs)}), CpuSet::of({0})),
                            bound(tasks("second", 1, {run(kMs)}), CpuSet::of({0, 7}))});
  const Outcome outcome =
      outcome_of("lavd", whole(machine(cores(4, 1, 0, 0, 0) + cores(4, 1, 4, 0, 1))), work);
  EXPECT_GT(outcome.kinds[1].counts.run_ns, 1950 * kMs);
}

}  // namespace
}  // namespace scx::sim::test
