// SPDX-License-Identifier: GPL-2.0-only
//
// A policy that a hotplug ends is started anew.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "support.h"

namespace scx::sim::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// So many cores in one LLC, of which those CPUs are online.
Machine with_online(int count, const CpuSet& online) {
  RawTopology raw = machine(cores(count, 1, 0));
  scx::test::offline(raw, raw.online - online);
  return whole(std::move(raw));
}

// A scheduler that does not know of CPUs that come and go, and is back after 5 ms.
class Restarted : public Fifo {
 public:
  explicit Restarted(int nr_cpus) : on(whole(machine(cores(nr_cpus, 1, 0)))) {
    options.audit = true;
    options.costs.restart_ns = 5 * kMs;
    options.restart = [nr_cpus](const CpuSet& online) -> Result<Machine> {
      return with_online(nr_cpus, online);
    };
  }

  // What an admin, whom nobody keeps from it on the last CPU, does 10 ms after the start, beside
  // others.
  Outcome when(std::vector<Op> ops, std::vector<TaskKind> others, u64 duration = 30 * kMs) {
    ops.insert(ops.begin(), sleep(10 * kMs));
    const CpuSet last = CpuSet::of({on.cids.nr_cids() - 1});
    others.push_back(bound(tasks("admin", 1, std::move(ops), 1), last));
    others.back().real_time = true;
    return simulated(on, *this, workload(duration, std::move(others)), options);
  }

  Machine on;
  SimulationOptions options = free_of_charge();
};

// Everything that there is of a task's callbacks, as "name task" with the time in front.
class Told {
 public:
  explicit Told(Restarted& policy) {
    OpsTable& table = policy.table;
    table.runnable = table.running = table.stopping = table.quiescent = table.dequeue =
        table.set_weight = table.set_cmask = table.enable = table.disable = table.exit_task =
            table.exit = [](Words) {};
    table.init_task = [](Words words) -> s32 {
      EXPECT_EQ(reinterpret_cast<const scx_init_task_args*>(words[1])->fork, forks);
      return 0;
    };
    policy.options.watch = [this](const Call& call) {
      forks = call.at_ns < 15 * kMs;
      const std::string line =
          std::string(call.op) + (call.task ? std::string(" ") + call.task : "");
      if (line.ends_with("admin") || line == "dispatch") return;
      lines[call.at_ns].push_back(line);
    };
  }
  static inline bool forks = true;
  std::map<u64, std::vector<std::string>> lines;
};

TEST(Restart, GoesOnToTheEndWithTheCpusThatAreLeft) {
  Restarted policy(3);
  const Outcome outcome = policy.when({off(CpuSet::of({0}))}, {tasks("a", 4, {run(kMs)})});
  EXPECT_EQ(outcome.end, End::finished) << outcome.message;
  EXPECT_EQ(outcome.nr_restarts, 1u);
  EXPECT_EQ(outcome.all.run_ns, (10 * 3 + 20 * 2) * kMs);
}

TEST(Restart, TellsWhoGoesAndWhoIsThere) {
  Restarted policy(3);
  Told told(policy);
  const Outcome outcome = policy.when({off(CpuSet::of({1}))},
                                      {bound(tasks("runs", 1, {run(100 * kMs)}), CpuSet::of({0})),
                                       bound(tasks("waits", 1, {run(100 * kMs)}), CpuSet::of({0})),
                                       tasks("sleeps", 1, {run(kMs), sleep(100 * kMs)})});
  EXPECT_EQ(outcome.end, End::finished) << outcome.message;
  EXPECT_THAT(told.lines[10 * kMs],
              ElementsAre("stopping runs", "quiescent runs", "disable runs", "exit_task runs",
                          "dequeue waits", "quiescent waits", "disable waits", "exit_task waits",
                          "disable sleeps", "exit_task sleeps", "exit"));
  EXPECT_TRUE(told.lines[13 * kMs].empty());
  std::vector<std::string>& back = told.lines[15 * kMs];
  ASSERT_GE(back.size(), 4u);
  // who of the two runs then is the stand-in's choice
  EXPECT_THAT(std::vector(back.begin(), back.begin() + 4),
              ElementsAre("init", "init_task runs", "init_task waits", "init_task sleeps"));
  EXPECT_EQ(std::ranges::count(back, "enable sleeps"), 1);
  EXPECT_EQ(std::ranges::count(back, "running waits") + std::ranges::count(back, "running runs"),
            1);
  EXPECT_EQ(std::ranges::count(back, "enqueue waits") + std::ranges::count(back, "enqueue runs"),
            1);
}

// The new one hears of all cgroups as they are then, and nobody of what changes meanwhile.
TEST(Restart, TellsOfCgroupsAnew) {
  static std::vector<u64> weights;
  weights.clear();
  Restarted policy(2);
  policy.table.cgroup_init = [](Words words) -> s32 {
    weights.push_back(reinterpret_cast<const scx_cgroup_init_args*>(words[1])->weight);
    return 0;
  };
  policy.table.cgroup_exit = [](Words) { weights.push_back(0); };
  policy.table.cgroup_set_weight = [](Words) { FAIL() << "nobody is there to hear of it"; };
  TaskKind grouped = tasks("grouped", 1, {run(kMs)});
  grouped.group = "/one";
  const Outcome outcome =
      policy.when({off(CpuSet::of({0})),
                   sleep(2 * kMs),
                   {.kind = Op::Kind::change_group, .group = "/one", .settings = {.weight = 250}},
                   {.kind = Op::Kind::set_group, .object = 0, .group = "/two"}},
                  {grouped});
  EXPECT_EQ(outcome.end, End::finished) << outcome.message;
  EXPECT_THAT(weights, ElementsAre(100, 100, 100, 0, 0, 0, 100, 250, 100, 0, 0, 0));
}

// Time is shared by turns, tasks keep to their CPUs, and whoever wakes finds an idle CPU.
TEST(Restart, TasksRunMeanwhile) {
  Restarted policy(4);
  policy.options.costs.restart_ns = 60 * kMs;
  // forked while there is no policy, on CPU 1, which is busy
  TaskKind late = bound(tasks("late", 1, {run(2 * kMs), sleep(kMs)}), CpuSet::of({1, 2}));
  late.start_ns = 20 * kMs;
  const TaskKind hog = bound(tasks("hog", 1, {run(100 * kMs)}), CpuSet::of({1}));
  const Outcome outcome = policy.when({off(CpuSet::of({0}))}, {hog, late, hog}, 60 * kMs);
  EXPECT_EQ(outcome.end, End::finished) << outcome.message;
  EXPECT_EQ(outcome.nr_restarts, 0u);
  const u64 one = outcome.kinds[0].counts.run_ns, other = outcome.kinds[2].counts.run_ns;
  EXPECT_EQ(one + other, 60 * kMs);
  EXPECT_GE(std::min(one, other), 20 * kMs);
  EXPECT_EQ(outcome.kinds[1].counts.rounds, 13);
  EXPECT_EQ(outcome.kinds[1].counts.latency.max(), 0u);
}

// With CPU 0 gone, CPU 1 has the cid 0, and so on: in all that goes to the policy and comes back.
TEST(Restart, NumbersTheCidsAnew) {
  static std::vector<s32> dispatching, masks, selected;
  dispatching = masks = selected = {};
  Restarted policy(4);
  policy.table.set_cmask = [](Words words) {
    masks.push_back(static_cast<s32>(reinterpret_cast<const scx_sim_cmask*>(words[1])->bits[0]));
  };
  policy.table.select_cid = [](Words words) -> s32 {
    if (task(words)->comm[0] == 'b' && calls->now(kernel) > 15 * kMs)
      selected.push_back(static_cast<s32>(words[1]));
    return static_cast<s32>(words[1]);
  };
  // by name: to the cid 1
  policy.table.enqueue = [](Words words) {
    const bool sent = task(words)->comm[0] == 's' && calls->now(kernel) > 10 * kMs;
    insert(task(words), sent ? SIM_DSQ_LOCAL_ON | 1 : Fifo::kQueue);
  };
  policy.table.dispatch = [](Words words) {
    const auto cid = static_cast<s32>(words[0]);
    if (calls->now(kernel) > 10 * kMs) {
      dispatching.push_back(cid);
      EXPECT_EQ(calls->this_cid(kernel), cid);
      EXPECT_EQ(calls->cid_to_cpu(kernel, cid), cid + 1);
      EXPECT_EQ(calls->cpu_to_cid(kernel, cid + 1), cid);
      EXPECT_EQ(calls->cpu_to_cid(kernel, 0), 3);
    }
    calls->dsq_move_to_local(kernel, Fifo::kQueue, 0);
  };
  struct Where : Observer {
    void started(const Start& start) override {
      if (start.at_ns > 15 * kMs) cids[start.task.kind].push_back(start.cid);
    }
    std::map<int, std::vector<s32>> cids;
  } where;
  policy.options.observer = &where;
  const Outcome outcome = policy.when(
      {off(CpuSet::of({0}))}, {bound(tasks("b", 1, {run(kMs), sleep(7 * kMs)}), CpuSet::of({1, 2})),
                               tasks("s", 1, {run(kMs), sleep(20 * kMs)})});
  EXPECT_EQ(outcome.end, End::finished) << outcome.message;
  EXPECT_THAT(masks, ElementsAre(0b0011, 0b1111));
  EXPECT_THAT(selected, ElementsAre(0, 0));  // CPU 1
  EXPECT_FALSE(dispatching.empty());
  EXPECT_EQ(where.cids[0].back(), 1);
  EXPECT_THAT(where.cids[1], ElementsAre(2));  // CPU 2
}

TEST(Restart, TakesTheMachineAsItIsThen) {
  Restarted policy(3);
  const Outcome outcome = policy.when({off(CpuSet::of({0})), sleep(2 * kMs), on(CpuSet::of({0}))},
                                      {tasks("a", 4, {run(kMs)})});
  EXPECT_EQ(outcome.end, End::finished) << outcome.message;
  EXPECT_EQ(outcome.nr_restarts, 1u);
  EXPECT_EQ(outcome.all.run_ns, (10 * 3 + 2 * 2 + 18 * 3) * kMs);
}

// As the framework does: 100 ms more the second time in ten seconds.
TEST(Restart, WaitsLongerWhereItHappensAgain) {
  Restarted policy(2);
  std::vector<u64> inits;
  policy.options.watch = [&inits](const Call& call) {
    if (call.op == std::string_view("init")) inits.push_back(call.at_ns);
  };
  const Outcome outcome = policy.when({off(CpuSet::of({0})), sleep(10 * kMs), on(CpuSet::of({0}))},
                                      {tasks("a", 1, {run(kMs)})}, 200 * kMs);
  EXPECT_EQ(outcome.nr_restarts, 2u);
  EXPECT_THAT(inits, ElementsAre(0, 15 * kMs, 125 * kMs));
}

TEST(Restart, TimersAndQueuesOfTheOldOneAreGone) {
  static u64 words[2];
  static int fired;
  static int map;
  fired = 0;
  Restarted policy(2);
  policy.table.init = [](Words) -> s32 {
    void* const value = calls->array_value(kernel, &map, sizeof(words), 1, 0);
    EXPECT_EQ(*static_cast<u64*>(value), 0u);
    calls->timer_init(kernel, static_cast<u64*>(value), &map);
    calls->timer_set_callback(kernel, static_cast<u64*>(value),
                              [](void*, u32*, void*) { return ++fired, 0; });
    calls->timer_start(kernel, static_cast<u64*>(value), 12 * kMs);
    return calls->create_dsq(kernel, Fifo::kQueue);
  };
  const Outcome outcome = policy.when({off(CpuSet::of({0}))}, {tasks("a", 2, {run(kMs)})});
  EXPECT_EQ(outcome.end, End::finished) << outcome.message;
  EXPECT_EQ(fired, 1);  // at 27 ms
}

TEST(Restart, NobodyStarvedWhileThereWasNoPolicy) {
  Restarted policy(2);
  policy.options.costs.restart_ns = 100 * kMs;
  policy.options.starvation_ns = 40 * kMs;
  const Outcome outcome =
      policy.when({off(CpuSet::of({0}))}, {tasks("a", 30, {run(kMs)})}, 20 * kMs);
  EXPECT_EQ(outcome.end, End::finished) << outcome.message;
}

TEST(Restart, AnErrorOfTheNewOneEndsTheRun) {
  Restarted policy(2);
  policy.table.init_task = [](Words words) -> s32 {
    return reinterpret_cast<const scx_init_task_args*>(words[1])->fork ? 0 : -12;
  };
  const Outcome outcome = policy.when({off(CpuSet::of({0}))}, {tasks("a", 1, {run(kMs)})});
  EXPECT_EQ(outcome.end, End::error);
  EXPECT_EQ(outcome.message, "ops.init_task() failed (-12) for a[1000]");
  EXPECT_EQ(outcome.end_ns, 15 * kMs);
}

TEST(Restart, OneThatCannotBeLoadedEndsTheRun) {
  Restarted policy(2);
  policy.options.restart = [](const CpuSet&) -> Result<Machine> {
    return fail(ErrorKind::missing, "the file is gone");
  };
  const Outcome outcome = policy.when({off(CpuSet::of({0}))}, {tasks("a", 1, {run(kMs)})});
  EXPECT_EQ(outcome.end, End::error);
  EXPECT_THAT(outcome.message, HasSubstr("cannot be started anew: the file is gone"));
}

TEST(Restart, WhoeverObservesHearsOfIt) {
  struct Both : Observer {
    void detached(u64 at_ns, const std::string& why) override {
      times.push_back(at_ns);
      EXPECT_EQ(why, "cpu 0 going offline, exiting scheduler");
    }
    void attached(u64 at_ns) override { times.push_back(at_ns); }
    std::vector<u64> times;
  } both;
  Restarted policy(2);
  policy.options.observer = &both;
  policy.when({off(CpuSet::of({0}))}, {tasks("a", 1, {run(kMs)})});
  EXPECT_THAT(both.times, ElementsAre(10 * kMs, 15 * kMs));
}

}  // namespace
}  // namespace scx::sim::test
