// SPDX-License-Identifier: GPL-2.0-only
//
// Cgroups: what the policy hears of them, and of tasks that move between them.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "support.h"

namespace scx::sim::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Op to_group(std::string path, int kind = -1) {
  return {.kind = Op::Kind::set_group, .object = kind, .group = std::move(path)};
}
Op change(std::string path, CgroupSettings settings) {
  return {.kind = Op::Kind::change_group, .group = std::move(path), .settings = settings};
}
TaskKind in(std::string path, TaskKind kind) {
  kind.group = std::move(path);
  return kind;
}

const cgroup* group(Words words, int at) { return reinterpret_cast<const cgroup*>(words[at]); }
std::string name(const cgroup* of) { return of->kn->id == 1 ? "root" : of->kn->name; }

// Tells of cgroups in words; prep_move refuses the task `refused`, and init the group of that name.
class Seen : public Fifo {
 public:
  Seen() {
    lines.clear();
    refused = 0;
    no_init = "";
    table.cgroup_init = [](Words words) -> s32 {
      const auto& args = *reinterpret_cast<const scx_cgroup_init_args*>(words[1]);
      say("init {} {}", name(group(words, 0)), args.weight);
      first = args;
      return name(group(words, 0)) == no_init ? -12 : 0;
    };
    table.cgroup_exit = [](Words words) { say("exit {}", name(group(words, 0))); };
    table.cgroup_prep_move = [](Words words) -> s32 {
      moves("prep", words);
      return task(words)->pid == refused ? error : 0;
    };
    table.cgroup_move = [](Words words) {
      moves("move", words);
      EXPECT_EQ(calls->task_cgroup(kernel, task(words)), group(words, 2));
    };
    table.cgroup_cancel_move = [](Words words) { moves("cancel", words); };
    table.cgroup_set_weight = [](Words words) {
      say("weight {} {}, was {}", name(group(words, 0)), words[1], weight_in(group(words, 0)));
    };
    table.cgroup_set_bandwidth = [](Words words) {
      say("bandwidth {} {} {} {}", name(group(words, 0)), words[1], static_cast<s64>(words[2]),
          words[3]);
    };
    table.cgroup_set_idle = [](Words words) { say("idle {} {}", name(group(words, 0)), words[1]); };
    options.audit = true;
  }

  // As schedulers/qmap reads it.
  static u32 weight_in(const cgroup* of) {
    return reinterpret_cast<const task_group*>(of->subsys[0])->scx.weight;
  }
  template <typename... Args>
  static void say(fmt::format_string<Args...> format, Args&&... args) {
    lines.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
  static void moves(const char* what, Words words) {
    say("{} {}: {} to {}", what, task(words)->comm, name(group(words, 1)), name(group(words, 2)));
  }

  static inline std::vector<std::string> lines;
  static inline s32 refused = 0, error = -16;
  static inline std::string no_init;
  static inline scx_cgroup_init_args first = {};
  SimulationOptions options = free_of_charge();
};

Machine cpus(int count) { return whole(machine(cores(count, 1, 0))); }

// What the admin, who has CPU 0 for itself, does 10 ms after the start, beside another kind on
// CPU 1.
Workload when(std::vector<Op> ops, TaskKind others) {
  ops.insert(ops.begin(), sleep(10 * kMs));
  return workload(30 * kMs, {bound(tasks("admin", 1, std::move(ops), 1), CpuSet::of({0})),
                             bound(std::move(others), CpuSet::of({1}))});
}

Workload changes(std::vector<Op> ops) { return when(std::move(ops), tasks("a", 1, {run(kMs)})); }

// Parents first, then children in the order in which they were made; at the end the other way
// round, and before the tasks go.
TEST(Cgroups, ParentsComeFirstAndGoLast) {
  Seen policy;
  policy.table.init = [](Words) -> s32 {
    Seen::say("scheduler's init");
    return calls->create_dsq(kernel, Fifo::kQueue);
  };
  policy.table.init_task = [](Words words) -> s32 {
    const auto& args = *reinterpret_cast<const scx_init_task_args*>(words[1]);
    Seen::say("init_task {} in {}", task(words)->comm, name(args.cgroup));
    return 0;
  };
  policy.table.exit_task = [](Words words) {
    Seen::say("exit_task {} in {}", task(words)->comm,
              name(calls->task_cgroup(kernel, task(words))));
  };
  policy.table.exit = [](Words) { Seen::say("scheduler's exit"); };
  Workload work =
      workload(5 * kMs, {in("/z/deep", tasks("a", 1, {run(kMs)})), tasks("b", 1, {run(kMs)})});
  work.cgroups = {{"/games/render", {.weight = 300}}, {"/z", {}}, {"/games/ai", {}}};
  EXPECT_EQ(simulated(cpus(1), policy, work, policy.options).message, "");
  EXPECT_THAT(Seen::lines,
              ElementsAre("scheduler's init", "init root 100", "init games 100", "init render 300",
                          "init ai 100", "init z 100", "init deep 100", "init_task a in deep",
                          "init_task b in root", "exit render", "exit ai", "exit games",
                          "exit deep", "exit z", "exit root", "exit_task a in deep",
                          "exit_task b in root", "scheduler's exit"));
}

TEST(Cgroups, TheirSettingsAreToldAtTheStart) {
  Seen policy;
  Workload work = changes({});
  work.cgroups = {{"/a", {}}};
  EXPECT_EQ(simulated(cpus(2), policy, work, policy.options).message, "");
  EXPECT_EQ(Seen::first.bw_period_us, 100'000u);
  EXPECT_EQ(Seen::first.bw_quota_us, ~0ull);
  EXPECT_EQ(Seen::first.bw_burst_us, 0u);
  EXPECT_FALSE(Seen::first.sched_idle);
  work.cgroups[0].settings = {
      .period_us = 20'000, .quota_us = 10'000, .burst_us = 5000, .idle = true};
  EXPECT_EQ(simulated(cpus(2), policy, work, policy.options).message, "");
  EXPECT_EQ(Seen::first.bw_period_us, 20'000u);
  EXPECT_EQ(Seen::first.bw_quota_us, 10'000u);
  EXPECT_EQ(Seen::first.bw_burst_us, 5000u);
  EXPECT_TRUE(Seen::first.sched_idle);
}

TEST(Cgroups, AFailingInitEndsTheSchedulerBeforeItStarts) {
  Seen policy;
  Seen::no_init = "render";
  Workload work = changes({});
  work.cgroups = {{"/games/render", {}}, {"/z", {}}};
  const Outcome outcome = simulated(cpus(2), policy, work, policy.options);
  EXPECT_EQ(outcome.end, End::error);
  EXPECT_EQ(outcome.message, "ops.cgroup_init() failed (-12)");
  EXPECT_EQ(outcome.end_ns, 0u);
  EXPECT_EQ(outcome.all.switches, 0u);
  EXPECT_THAT(Seen::lines, ElementsAre("init root 100", "init games 100", "init render 100",
                                       "exit games", "exit root"));
}

// What the policy hears of task 1001, "a", at 10 ms.
class Moved : public Seen {
 public:
  Moved() {
    table.runnable = table.running = table.stopping = table.quiescent =
        table.dequeue = [](Words) {};
    options.watch = [this](const Call& call) {
      if (call.at_ns == 10 * kMs && call.pid == 1001) ops.push_back(call.op);
    };
  }
  std::vector<std::string> ops;
};

TEST(Cgroups, ATaskThatRunsMovesAndGoesOn) {
  Moved policy;
  policy.table.enqueue = [](Words words) { insert(task(words), Fifo::kQueue, 100 * kMs); };
  const Outcome outcome = simulated(
      cpus(2), policy, when({to_group("/g", 1)}, tasks("a", 1, {run(100 * kMs)})), policy.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_THAT(policy.ops, ElementsAre("cgroup_prep_move", "stopping", "quiescent", "cgroup_move",
                                      "runnable", "running"));
  EXPECT_EQ(outcome.kinds[1].counts.run_ns, 30 * kMs);
  EXPECT_EQ(outcome.kinds[1].counts.switches, 1u);
}

TEST(Cgroups, ATaskThatWaitsIsEnqueuedAnew) {
  Moved policy;
  Workload work = when({to_group("/g", 1)}, tasks("a", 1, {run(kMs)}));
  work.kinds[1].start_ns = kMs;  // behind the hog
  work.kinds.push_back(bound(tasks("hog", 1, {run(kMs)}), CpuSet::of({1})));
  EXPECT_EQ(simulated(cpus(2), policy, work, policy.options).message, "");
  EXPECT_THAT(policy.ops, ElementsAre("cgroup_prep_move", "dequeue", "quiescent", "cgroup_move",
                                      "runnable", "enqueue"));
}

TEST(Cgroups, ATaskThatSleepsIsOnlyMoved) {
  Moved policy;
  const Workload work = when({to_group("/g", 1)}, tasks("a", 1, {run(kMs), sleep(100 * kMs)}));
  EXPECT_EQ(simulated(cpus(2), policy, work, policy.options).message, "");
  EXPECT_THAT(policy.ops, ElementsAre("cgroup_prep_move", "cgroup_move"));
}

// The kernel asks and tells of every task, whatever its class.
TEST(Cgroups, ARealTimeTaskIsMovedToo) {
  Moved policy;
  TaskKind fifo = tasks("a", 1, {run(100 * kMs)});
  fifo.real_time = true;
  const Outcome outcome =
      simulated(cpus(2), policy, when({to_group("/g", 1)}, std::move(fifo)), policy.options);
  EXPECT_EQ(outcome.message, "");
  EXPECT_THAT(policy.ops, ElementsAre("cgroup_prep_move", "cgroup_move"));
  EXPECT_EQ(outcome.kinds[1].counts.run_ns, 30 * kMs);
}

TEST(Cgroups, AMoveToWhereTheTaskIsIsNone) {
  Moved policy;
  const Workload work = when({to_group("/g", 1)}, in("/g", tasks("a", 1, {run(kMs)})));
  EXPECT_EQ(simulated(cpus(2), policy, work, policy.options).message, "");
  EXPECT_THAT(Seen::lines, ElementsAre("init root 100", "init g 100", "exit g", "exit root"));
  EXPECT_THAT(policy.ops, IsEmpty());
}

// Whose second task does not want to go: none of them does.
TEST(Cgroups, AllTasksOfAKindMoveOrNone) {
  Seen policy;
  Seen::refused = 1002;
  const Workload work = when({to_group("/g", 1), sleep(kMs), to_group("/g", 0), sleep(kMs)},
                             tasks("a", 3, {run(kMs)}));
  EXPECT_EQ(simulated(cpus(2), policy, work, policy.options).message, "");
  EXPECT_THAT(Seen::lines,
              ElementsAre("init root 100", "init g 100", "prep a: root to g", "prep a: root to g",
                          "cancel a: root to g", "prep admin: root to g", "move admin: root to g",
                          "exit g", "exit root"));
}

TEST(Cgroups, AnErrorOfPrepMoveIsAnErrno) {
  Seen policy;
  Seen::refused = 1001;
  Seen::error = 5;
  const Outcome outcome = simulated(
      cpus(2), policy, when({to_group("/g", 1)}, tasks("a", 1, {run(kMs)})), policy.options);
  Seen::error = -16;
  EXPECT_EQ(outcome.end, End::error);
  EXPECT_EQ(outcome.message, "ops.cgroup_prep_move() returned an invalid errno 5");
}

TEST(Cgroups, ATaskMovesItselfAndItsChildrenBeginThere) {
  Seen policy;
  policy.table.init_task = [](Words words) -> s32 {
    const auto& args = *reinterpret_cast<const scx_init_task_args*>(words[1]);
    Seen::say("init_task {} in {}", task(words)->comm, name(args.cgroup));
    return 0;
  };
  policy.table.cgroup_prep_move = nullptr;
  const Workload work = workload(
      10 * kMs, {tasks("shell", 1,
                       {to_group("/g"),
                        run(kMs),
                        {.kind = Op::Kind::fork, .object = 1},
                        {.kind = Op::Kind::fork, .object = 2},
                        run(kMs),
                        to_group("/"),
                        run(kMs)},
                       1),
                 tasks("child", 0, {run(kMs)}, 1), in("/own", tasks("other", 0, {run(kMs)}, 1))});
  EXPECT_EQ(simulated(cpus(1), policy, work, policy.options).message, "");
  Seen::lines.erase(Seen::lines.begin(), Seen::lines.begin() + 3);
  EXPECT_THAT(Seen::lines, ElementsAre("init_task shell in root", "move shell: root to g",
                                       "init_task child in g", "init_task other in own",
                                       "move shell: g to root", "exit g", "exit own", "exit root"));
}

TEST(Cgroups, OnlyARealChangeOfTheWeightIsTold) {
  Seen policy;
  const Workload work = changes({change("/g", {.weight = 100}), change("/g", {.weight = 200}),
                                 change("/g", {.weight = 200}), change("/g", {.weight = 50})});
  EXPECT_EQ(simulated(cpus(2), policy, work, policy.options).message, "");
  EXPECT_THAT(Seen::lines, ElementsAre("init root 100", "init g 100", "weight g 200, was 100",
                                       "weight g 50, was 200", "exit g", "exit root"));
}

TEST(Cgroups, OnlyARealChangeOfTheBandwidthIsTold) {
  Seen policy;
  const Workload work =
      changes({change("/g", {.quota_us = 50'000}), change("/g", {.quota_us = 50'000}),
               change("/g", {.burst_us = 60'000}),  // more than the quota: refused
               change("/g", {.period_us = 10'000, .burst_us = 1000}),
               change("/g", {.quota_us = CgroupSettings::kNoQuota})});
  EXPECT_EQ(simulated(cpus(2), policy, work, policy.options).message, "");
  EXPECT_THAT(Seen::lines, ElementsAre("init root 100", "init g 100", "bandwidth g 100000 50000 0",
                                       "bandwidth g 10000 50000 1000", "bandwidth g 10000 -1 1000",
                                       "exit g", "exit root"));
}

TEST(Cgroups, AnIdleOneHasNoWeight) {
  Seen policy;
  const Workload work =
      changes({change("/g", {.weight = 200, .idle = true}), change("/g", {.weight = 300}),
               change("/g", {.idle = true}), change("/g", {.weight = 400, .idle = false})});
  EXPECT_EQ(simulated(cpus(2), policy, work, policy.options).message, "");
  EXPECT_THAT(Seen::lines,
              ElementsAre("init root 100", "init g 100", "weight g 200, was 100", "idle g 1",
                          "idle g 1", "idle g 0", "weight g 400, was 200", "exit g", "exit root"));
}

TEST(Cgroups, AreFoundByTheirId) {
  Seen policy;
  policy.table.cgroup_exit = [](Words words) {
    const u64 id = group(words, 0)->kn->id;
    EXPECT_EQ(calls->find_cgroup(kernel, id), group(words, 0));
    EXPECT_EQ(reinterpret_cast<const cgroup_subsys_state*>(group(words, 0)->subsys[0])->cgroup,
              group(words, 0));
    Seen::say("{} {}", id, Seen::weight_in(group(words, 0)));
    EXPECT_EQ(calls->find_cgroup(kernel, 4), nullptr);
  };
  Workload work = changes({change("/g/h", {.weight = 77})});
  EXPECT_EQ(simulated(cpus(2), policy, work, policy.options).message, "");
  EXPECT_THAT(Seen::lines, testing::IsSupersetOf({"1 100", "2 100", "3 77"}));
}

TEST(Cgroups, SayWhichPathIsNone) {
  Fifo policy;
  for (const char* path : {"", "g", "//", "/g/", "/g//h", "/g/../h", "/."}) {
    const auto outcome = simulate(cpus(2), policy, changes({to_group(path, 1)}));
    ASSERT_FALSE(outcome) << path;
    EXPECT_EQ(outcome.error().kind, ErrorKind::invalid);
    EXPECT_THAT(outcome.error().message(),
                HasSubstr(fmt::format("admin: \"{}\" is no path of a cgroup", path)));
  }
  Workload work = changes({});
  work.cgroups = {{"g", {}}};
  EXPECT_THAT(simulate(cpus(2), policy, work).error().message(), HasSubstr("cgroups: \"g\" is no"));
  Workload with_root = changes({});
  with_root.cgroups = {{"/", {}}};
  for (const Workload& root : {changes({change("/", {.weight = 5})}), with_root})
    EXPECT_THAT(simulate(cpus(2), policy, root).error().message(),
                HasSubstr("the root has no weight and no limits"));
}

}  // namespace
}  // namespace scx::sim::test
