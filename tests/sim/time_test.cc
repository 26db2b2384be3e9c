// SPDX-License-Identifier: GPL-2.0-only
//
// What takes how long: slices, preemption, timers, costs, cores of different speed.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include "support.h"

namespace scx::sim::test {
namespace {

TEST(Time, SlicesEndAtTicks) {
  Fifo policy;
  policy.table.enqueue = [](Words words) { insert(task(words), Fifo::kQueue, 5 * kMs); };
  // 250 ticks a second: a slice of 5 ms is over at the tick after 8 ms
  const Outcome outcome = simulated(whole(machine(cores(1, 1, 0))), policy,
                                    workload(80 * kMs, {tasks("a", 2, {run(kMs)})}));
  EXPECT_EQ(outcome.all.switches, 10u);
  EXPECT_EQ(outcome.all.least_run_ns, 40 * kMs);
}

// A task that follows another one begins when the tick is over, so that so many ticks later some of
// its slice is left.
TEST(Time, ASliceOfFiveTicksLastsSix) {
  Fifo policy;
  policy.table.enqueue = [](Words words) { insert(task(words), Fifo::kQueue, 20 * kMs); };
  SimulationOptions options = free_of_charge();
  options.costs.tick_ns = 1;
  Workload two = workload(260 * kMs, {tasks("a", 2, {run(kMs)})});
  two.warmup_ns = 20 * kMs;  // the first one begins at a tick
  const Outcome outcome = simulated(whole(machine(cores(1, 1, 0))), policy, two, options);
  EXPECT_EQ(outcome.all.switches, 10u);
}

TEST(Time, APreemptionEndsTheSlice) {
  Fifo policy;
  policy.table.enqueue = [](Words words) {
    const bool urgent = task(words)->comm[0] == 'u';
    insert(task(words), SIM_DSQ_LOCAL, SIM_SLICE_DFL, urgent ? SIM_ENQ_PREEMPT : 0);
  };
  const Outcome outcome = simulated(
      whole(machine(cores(1, 1, 0))), policy,
      workload(100 * kMs,
               {tasks("hog", 1, {run(kMs)}), tasks("urgent", 1, {run(kMs), sleep(9 * kMs)})}));
  EXPECT_EQ(outcome.kinds[1].counts.latency.max(), 0u);
  EXPECT_EQ(outcome.kinds[1].counts.run_ns, 10 * kMs);
  EXPECT_EQ(outcome.kinds[0].counts.preemptions, 10u);
}

TEST(Time, AKickTellsAnotherCpu) {
  Fifo policy;
  policy.table.running = [](Words words) {
    if (task(words)->comm[0] == 'k') calls->kick(kernel, 0, SIM_KICK_PREEMPT);
  };
  TaskKind hog = tasks("hog", 2, {run(kMs)}),
           kicker = tasks("kicker", 1, {run(kMs), sleep(9 * kMs)});
  hog.cpus = CpuSet::of({0});
  kicker.cpus = CpuSet::of({1});
  SimulationOptions options = free_of_charge();
  options.costs.kick_ns = 7;
  const Outcome outcome = simulated(whole(machine(cores(2, 1, 0))), policy,
                                    workload(100 * kMs, {hog, kicker}), options);
  EXPECT_EQ(outcome.kinds[0].counts.preemptions, 10u);
}

TEST(Time, AKickOfTheIdleLeavesTheBusyAlone) {
  Fifo policy;
  policy.table.running = [](Words) { calls->kick(kernel, 0, SIM_KICK_IDLE); };
  const Outcome outcome = simulated(whole(machine(cores(1, 1, 0))), policy,
                                    workload(100 * kMs, {tasks("hog", 2, {run(kMs)})}));
  EXPECT_EQ(outcome.all.preemptions, 0u);
  EXPECT_EQ(outcome.all.switches, 5u);
}

TEST(Time, ATimerGoesOffInAnInterrupt) {
  static int shots = 0;
  shots = 0;
  Fifo policy;
  policy.table.init = [](Words) -> s32 {
    static int map;
    auto* const value = static_cast<u64*>(calls->array_value(kernel, &map, 16, 1, 0));
    EXPECT_EQ(calls->array_value(kernel, &map, 16, 1, 1), nullptr);
    EXPECT_EQ(calls->timer_init(kernel, value, &map), 0);
    EXPECT_LT(calls->timer_init(kernel, value, &map), 0) << "twice";
    calls->timer_set_callback(kernel, value, [](void*, u32* key, void* at) {
      EXPECT_EQ(*key, 0u);
      EXPECT_EQ(calls->preempt_count(kernel), u32{SIM_IN_SOFTIRQ});
      ++shots;
      return calls->timer_start(kernel, static_cast<u64*>(at), 10 * kMs);
    });
    calls->timer_start(kernel, value, 10 * kMs);
    return calls->create_dsq(kernel, Fifo::kQueue);
  };
  simulated(whole(machine(cores(1, 1, 0))), policy,
            workload(100 * kMs, {tasks("a", 1, {run(kMs)})}));
  EXPECT_EQ(shots, 9);
}

TEST(Time, CostsAreTheTasks) {
  Fifo policy;
  SimulationOptions options = free_of_charge();
  options.costs.context_switch_ns = 100 * kUs;
  const Workload work = workload(100 * kMs, {tasks("a", 1, {run(900 * kUs), sleep(kMs)})});
  const Outcome outcome = simulated(whole(machine(cores(1, 1, 0))), policy, work, options);
  EXPECT_EQ(outcome.all.rounds, 49u);  // the last one's sleep is not over
  EXPECT_EQ(outcome.all.run_ns, 50 * kMs);
}

TEST(Time, BigCoresAreFasterAndSiblingsShare) {
  auto two = cores(2, 1, 0);
  two[0].capacity = 1024;
  two[1].capacity = 512;
  Fifo policy;
  // what ends with the last nanosecond is not counted any more
  const Workload work = workload(100 * kMs, {tasks("a", 2, {run(kMs)})});
  EXPECT_EQ(simulated(whole(machine(two)), policy, work).all.rounds, 148u);
  // one core of two threads: half the speed each, as free_of_charge() has it
  EXPECT_EQ(simulated(whole(machine(cores(1, 2, 0))), policy, work).all.rounds, 98u);
  const Workload alone = workload(100 * kMs, {tasks("a", 1, {run(kMs)})});
  EXPECT_EQ(simulated(whole(machine(cores(1, 2, 0))), policy, alone).all.rounds, 99u);
}

TEST(Time, APerformanceLevelIsASpeedWhereThatIsAskedFor) {
  static u32 seen;
  Fifo policy;
  policy.table.running = [](Words) {
    calls->perf_set(kernel, 0, 512);
    seen = calls->perf_cur(kernel, 0);
  };
  const Workload work = workload(30 * kMs, {tasks("a", 1, {run(10 * kMs)}, 1)});
  const Machine one = whole(machine(cores(1, 1, 0)));
  SimulationOptions options = free_of_charge();
  EXPECT_EQ(simulated(one, policy, work, options).all.run_ns, 10 * kMs);
  EXPECT_EQ(seen, 1024u);
  options.costs.slowest_speed = 256;
  EXPECT_EQ(simulated(one, policy, work, options).all.run_ns, 16 * kMs);
  EXPECT_EQ(seen, 640u);
}

TEST(Time, APeriodIsKeptWhateverTheWorkTakes) {
  Fifo policy;
  const Op period{.kind = Op::Kind::period, .span = {10 * kMs, 10 * kMs}};
  const Op work{.kind = Op::Kind::run, .span = {kMs, 9 * kMs}};
  const Outcome outcome = simulated(whole(machine(cores(1, 1, 0))), policy,
                                    workload(1000 * kMs, {tasks("a", 1, {work, period})}));
  EXPECT_GE(outcome.all.rounds, 99u);
  EXPECT_LE(outcome.all.rounds, 100u);
}

TEST(Time, IdleTimeAndWorkThatWaitsMeanwhile) {
  Fifo policy;
  // nobody tells the idle CPU: its work waits for the other
  policy.table.select_cid = [](Words) -> s32 { return 0; };
  TaskKind kind = tasks("a", 2, {run(kMs)});
  kind.start_ns = 10 * kMs;
  const Outcome outcome =
      simulated(whole(machine(cores(2, 1, 0))), policy, workload(100 * kMs, {kind}));
  EXPECT_EQ(outcome.idle_ns, 110 * kMs);
  EXPECT_EQ(outcome.idle_while_waiting_ns, 90 * kMs);
}

TEST(Time, TheWarmUpDoesNotCount) {
  Fifo policy;
  Workload work = workload(100 * kMs, {tasks("a", 1, {run(kMs), sleep(kMs)})});
  work.warmup_ns = 60 * kMs;
  const Outcome outcome = simulated(whole(machine(cores(1, 1, 0))), policy, work);
  EXPECT_EQ(outcome.measured_ns, 40 * kMs);
  EXPECT_EQ(outcome.all.run_ns, 20 * kMs);
  EXPECT_EQ(outcome.idle_ns, 20 * kMs);
}

TEST(Time, TheSameSeedTheSameCalls) {
  const auto calls_of = [](u64 seed) {
    Fifo policy;
    SimulationOptions options;
    options.seed = seed;
    std::string log;
    options.watch = [&log](const Call& call) {
      log += fmt::format("{} {} {} {}\n", call.at_ns, call.op, call.cid, call.pid);
    };
    const Op work{.kind = Op::Kind::run, .span = {kUs, kMs}},
        rest{.kind = Op::Kind::sleep, .span = {kUs, kMs}};
    simulated(whole(machine(cores(4, 2, 0))), policy,
              workload(100 * kMs, {tasks("a", 20, {work, rest})}), options);
    return log;
  };
  const std::string once = calls_of(3);
  EXPECT_GT(once.size(), 10'000u);
  EXPECT_EQ(once, calls_of(3));
  EXPECT_NE(once, calls_of(4));
}

}  // namespace
}  // namespace scx::sim::test
