// SPDX-License-Identifier: GPL-2.0-only
#include "workload_file.h"

#include <gmock/gmock.h>

namespace scx::scxsim {
namespace {

using sim::Op;
using testing::AllOf;
using testing::HasSubstr;

TEST(WorkloadFile, HasWhatItSays) {
  const auto read = parse_workload(R"({
    "global": {"duration": 3, "default_policy": "SCHED_OTHER", "logdir": "/tmp", "calibration": "CPU0"},
    "resources": {},
    "tasks": {
      "render": {"instance": 2, "loop": 10, "priority": -5, "cpus": [0, 2], "delay": 500,
        "phases": {
          "draw": {"loop": 4, "run": [100, 300], "resume": "compositor", "run2": 50,
                   "timer": {"ref": "frame", "period": 16000}},
          "rest": {"sleep": 2000}}},
      "show": {"suspend": "compositor", "lock": "screen", "run": 10, "unlock": "screen",
               "nice": 3, "yield": "", "fork": "helper",
               "renice": {"task": "render", "nice": 7}, "bind": {"task": "helper", "cpus": [1]}},
      "helper": {"instance": 0, "loop": 1, "run": 5},
      "admin": {"cpu_off": [1, 2], "sleep": 10, "cpu_on": [2],
                "migrate_disable": "", "run": 5, "migrate_enable": "",
                "policy1": "SCHED_OTHER", "reclass": {"task": "render", "policy": "SCHED_FIFO"},
                "policy": "SCHED_FIFO", "priority": 80}
    }})",
                                   "test");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->duration_ns, 3'000'000'000u);
  EXPECT_EQ(read->nr_semaphores, 1);
  EXPECT_EQ(read->nr_mutexes, 1);
  ASSERT_EQ(read->kinds.size(), 4u);
  const sim::TaskKind& render = read->kinds[0];
  EXPECT_EQ(render.name, "render");
  EXPECT_EQ(render.count, 2);
  EXPECT_EQ(render.rounds, 10);
  EXPECT_EQ(render.nice, -5);
  EXPECT_EQ(render.start_ns, 500'000u);
  EXPECT_EQ(render.cpus, CpuSet::of({0, 2}));
  ASSERT_EQ(render.phases.size(), 2u);
  EXPECT_EQ(render.phases[0].loops, 4u);
  ASSERT_EQ(render.phases[0].ops.size(), 4u);
  EXPECT_EQ(render.phases[0].ops[0].span.min_ns, 100'000u);
  EXPECT_EQ(render.phases[0].ops[0].span.max_ns, 300'000u);
  EXPECT_EQ(render.phases[0].ops[1].kind, Op::Kind::post);
  EXPECT_EQ(render.phases[0].ops[3].kind, Op::Kind::period);
  const std::vector<Op>& show = read->kinds[1].phases.at(0).ops;
  ASSERT_EQ(show.size(), 9u);
  EXPECT_EQ(show[0].kind, Op::Kind::wait);
  EXPECT_EQ(show[0].object, render.phases[0].ops[1].object);
  EXPECT_EQ(show[6].kind, Op::Kind::fork);
  EXPECT_EQ(show[6].object, 2);
  EXPECT_EQ(show[7].kind, Op::Kind::set_nice);
  EXPECT_EQ(show[7].object, 0);
  EXPECT_EQ(show[7].value, 7);
  EXPECT_EQ(show[8].object, 2);
  EXPECT_EQ(show[8].cpus, CpuSet::of({1}));
  EXPECT_EQ(show[4].object, -1);
  const std::vector<Op>& admin = read->kinds[3].phases.at(0).ops;
  EXPECT_EQ(admin[0].kind, Op::Kind::cpu_off);
  EXPECT_EQ(admin[0].cpus, CpuSet::of({1, 2}));
  EXPECT_EQ(admin[2].kind, Op::Kind::cpu_on);
  EXPECT_EQ(admin[3].kind, Op::Kind::migrate_disable);
  EXPECT_EQ(admin[5].kind, Op::Kind::migrate_enable);
  EXPECT_EQ(admin[6].kind, Op::Kind::set_class);
  EXPECT_EQ(admin[6].value, 0);
  EXPECT_EQ(admin[6].object, -1);
  EXPECT_EQ(admin[7].value, 1);
  EXPECT_EQ(admin[7].object, 0);
  EXPECT_TRUE(read->kinds[3].real_time);
  EXPECT_EQ(read->kinds[3].nice, 0);
  EXPECT_FALSE(read->kinds[0].real_time);
}

TEST(WorkloadFile, HasCgroups) {
  const auto read = parse_workload(R"({
    "cgroups": {"/render": {"weight": 200, "quota": 5000, "period": 10000, "burst": 2000, "idle": true},
                "/games/ai": {"quota": "max"}},
    "tasks": {
      "render": {"taskgroup": "/render", "run": 5, "taskgroup1": "/games"},
      "menu": {"phases": {"one": {"taskgroup": "/menu", "run": 5}, "two": {"taskgroup": "/", "run": 5}}},
      "admin": {"sleep": 10, "regroup": {"task": "menu", "taskgroup": "/games"},
                "set_cgroup": {"cgroup": "/render", "weight": 50, "idle": false},
                "set_cgroup2": {"cgroup": "/games", "period": 20000, "quota": 1000, "burst": 0}}
    }})",
                                   "test");
  ASSERT_TRUE(read) << read.error().message();
  ASSERT_EQ(read->cgroups.size(), 2u);
  EXPECT_EQ(read->cgroups[0].path, "/render");
  const sim::CgroupSettings& render = read->cgroups[0].settings;
  EXPECT_EQ(render.weight, 200u);
  EXPECT_EQ(render.quota_us, 5000u);
  EXPECT_EQ(render.period_us, 10'000u);
  EXPECT_EQ(render.burst_us, 2000u);
  EXPECT_EQ(render.idle, true);
  EXPECT_EQ(read->cgroups[1].settings.quota_us, sim::CgroupSettings::kNoQuota);
  EXPECT_FALSE(read->cgroups[1].settings.weight);
  EXPECT_EQ(read->kinds[0].group, "/render");
  EXPECT_EQ(read->kinds[0].phases[0].ops[1].kind, Op::Kind::set_group);
  EXPECT_EQ(read->kinds[0].phases[0].ops[1].group, "/games");
  EXPECT_EQ(read->kinds[1].group, "");
  EXPECT_EQ(read->kinds[1].phases[0].ops[0].group, "/menu");
  EXPECT_EQ(read->kinds[1].phases[1].ops[0].group, "/");
  const std::vector<Op>& admin = read->kinds[2].phases.at(0).ops;
  ASSERT_EQ(admin.size(), 4u);
  EXPECT_EQ(admin[1].kind, Op::Kind::set_group);
  EXPECT_EQ(admin[1].object, 1);
  EXPECT_EQ(admin[1].group, "/games");
  EXPECT_EQ(admin[2].kind, Op::Kind::change_group);
  EXPECT_EQ(admin[2].object, -1);
  EXPECT_EQ(admin[2].group, "/render");
  EXPECT_EQ(admin[2].settings.weight, 50u);
  EXPECT_EQ(admin[2].settings.idle, false);
  EXPECT_EQ(admin[3].settings.period_us, 20'000u);
}

TEST(WorkloadFile, SaysWhatIsWrongWhere) {
  const auto task = [](std::string_view inside) {
    return R"({"tasks": {"a": {)" + std::string(inside) + "}}}";
  };
  const auto group = [](std::string_view path, std::string_view inside) {
    return R"({"tasks": {"a": {"run": 1}}, "cgroups": {")" + std::string(path) + R"(": )" +
           std::string(inside) + "}}";
  };
  const std::pair<std::string, const char*> wrong[] = {
      {"", "this is no JSON"},
      {"{", "this is no JSON"},
      {"[]", "the file: is no object but array"},
      {"{}", "tasks: there are none"},
      {R"({"task": {}})", "task: is not known here"},
      {R"({"tasks": []})", "tasks: is no object but array"},
      {R"({"global": {"duration": -1}, "tasks": {}})", "global.duration: -1 is out of range"},
      {R"({"global": {"durations": 1}, "tasks": {}})", "global.durations: is not known here"},
      {task(""), "tasks.a: does nothing"},
      {task(R"("run": -5)"), "tasks.a.run: -5 is out of range"},
      {task(R"("run": 1.5)"), "tasks.a.run: is no whole number but 1.5"},
      {task(R"("run": "long")"), "tasks.a.run: is no whole number but \"long\""},
      {task(R"("run": 18446744073709551615)"), "tasks.a.run: 18446744073709551615 is out of range"},
      {task(R"("run": [5])"), "tasks.a.run: a range has two numbers"},
      {task(R"("run": [5, 4])"), "tasks.a.run[1]: 4 is out of range"},
      {task(R"("runs": 5)"), "tasks.a.runs: is not known here; known are run, sleep"},
      {task(R"("run": 5, "run": 6)"), "run: occurs twice in one object"},
      {task(R"("run": 5, "cpus": [])"), "tasks.a.cpus: is no list of CPUs but []"},
      {task(R"("run": 5, "cpus": [-1])"), "tasks.a.cpus: -1 is out of range"},
      {task(R"("cpu_off": 3, "run": 5)"), "tasks.a.cpu_off: is no list of CPUs but 3"},
      {task(R"("run": 5, "priority": 20)"), "tasks.a.priority: 20 is out of range"},
      {task(R"("run": 5, "policy": "SCHED_FIFO", "priority": 0)"),
       "tasks.a.priority: 0 is out of range"},
      {task(R"("run": 5, "policy": "SCHED_RR")"), "tasks.a.policy: \"SCHED_RR\" is not simulated"},
      {task(R"("run": 5, "reclass": {"task": "a", "policy": 1})"),
       "tasks.a.reclass.policy: 1 is not simulated"},
      {task(R"("run": 5, "reclass": {"task": "a"})"), "tasks.a.reclass: needs task and policy"},
      {task(R"("run": 5, "loop": 0)"), "tasks.a.loop: 0 times is never"},
      {task(R"("timer": {"ref": "t"})"), "tasks.a.timer: needs a period above 0"},
      {task(R"("timer": {"period": 5, "mode": "x"})"), "tasks.a.timer.mode: is not known here"},
      {task(R"("fork": "b", "run": 1)"),
       "fork, bind, renice, reclass or regroup: there is no task b"},
      {task(R"("renice": {"task": "b", "nice": 1}, "run": 1)"), "there is no task b"},
      {task(R"("renice": {"task": "a"}, "run": 1)"), "tasks.a.renice: needs task and nice"},
      {task(R"("bind": {"task": "a", "nice": 1}, "run": 1)"), "tasks.a.bind.nice: is not known"},
      {task(R"("run": 1, "taskgroup": 5)"), "tasks.a.taskgroup: is no name but 5"},
      {task(R"("run": 1, "taskgroup": "g")"),
       "tasks.a.taskgroup: \"g\" is no path of a cgroup: it does not begin with /"},
      {task(R"("run": 1, "taskgroup1": "/g//h")"),
       "tasks.a.taskgroup1: \"/g//h\" is no path of a cgroup: a part of it is empty"},
      {task(R"("phases": {"p": {"taskgroup": "/../h"}})"),
       "tasks.a.phases.p.taskgroup: \"/../h\" is no path of a cgroup: it goes by . or .."},
      {task(R"("regroup": {"task": "a"}, "run": 1)"), "tasks.a.regroup: needs task and taskgroup"},
      {task(R"("regroup": {"task": "b", "taskgroup": "/g"}, "run": 1)"), "there is no task b"},
      {task(R"("regroup": {"task": "a", "taskgroup": "g"}, "run": 1)"),
       "tasks.a.regroup.taskgroup: \"g\" is no path of a cgroup"},
      {task(R"("run": 1, "set_cgroup": "/g")"), "tasks.a.set_cgroup: is no object but string"},
      {task(R"("run": 1, "set_cgroup": {"cgroup": "/g"})"),
       "tasks.a.set_cgroup: needs cgroup, and one of weight, quota, period, burst and idle"},
      {task(R"("run": 1, "set_cgroup": {"weight": 5})"), "tasks.a.set_cgroup: needs cgroup"},
      {task(R"("run": 1, "set_cgroup": {"cgroup": "/", "weight": 5})"),
       "tasks.a.set_cgroup.cgroup: the root has no weight and no limits"},
      {task(R"("run": 1, "set_cgroup": {"cgroup": "/g", "nice": 5})"),
       "tasks.a.set_cgroup.nice: is not known here; known are cgroup, weight, quota"},
      {task(R"("run": 1, "set_cgroup": {"cgroup": "/g", "weight": 10001})"),
       "tasks.a.set_cgroup.weight: 10001 is out of range"},
      {task(R"("run": 1, "set_cgroup": {"cgroup": "/g", "quota": 1000, "burst": 1001})"),
       "tasks.a.set_cgroup.burst: 1001 is more than the quota, 1000"},
      {R"({"tasks": {"a": {"run": 1}}, "cgroups": []})", "cgroups: is no object but array"},
      {group("/", "{}"), "cgroups./: the root has no weight and no limits"},
      {group("g", "{}"), "cgroups.g: \"g\" is no path of a cgroup"},
      {group("/g", "5"), "cgroups./g: is no object but number"},
      {group("/g", R"({"weight": 0})"), "cgroups./g.weight: 0 is out of range"},
      {group("/g", R"({"weight": "high"})"), "cgroups./g.weight: is no whole number"},
      {group("/g", R"({"quota": 999})"), "cgroups./g.quota: 999 is out of range"},
      {group("/g", R"({"quota": "none"})"), "cgroups./g.quota: is no whole number but \"none\""},
      {group("/g", R"({"period": 1000001})"), "cgroups./g.period: 1000001 is out of range"},
      {group("/g", R"({"burst": -1})"), "cgroups./g.burst: -1 is out of range"},
      {group("/g", R"({"quota": 5000, "burst": 6000})"),
       "cgroups./g.burst: 6000 is more than the quota, 5000"},
      {group("/g", R"({"idle": 1})"), "cgroups./g.idle: is neither true nor false but 1"},
      {group("/g", R"({"weights": 1})"),
       "cgroups./g.weights: is not known here; known are weight, quota, period, burst and idle"},
      {task(R"("lock": "")"), "tasks.a.lock: is no name but \"\""},
      {task(R"("run": 1, "phases": {"p": {"run": 1}})"), "tasks.a: has phases, and events beside"},
      {task(R"("phases": {"p": {}})"), "tasks.a.phases.p: does nothing"},
      {task(R"("phases": {"p": {"loop": 0, "run": 1}})"),
       "tasks.a.phases.p.loop: 0 is out of range"},
  };
  for (const auto& [text, message] : wrong) {
    const auto read = parse_workload(text, "test");
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, ErrorKind::invalid) << text;
    EXPECT_THAT(read.error().message(), HasSubstr(message)) << text;
  }
}

TEST(WorkloadFile, NamesTheFile) {
  const auto missing = read_workload("/nonexistent.json");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::missing);
  EXPECT_THAT(missing.error().message(), HasSubstr("/nonexistent.json"));
}

}  // namespace
}  // namespace scx::scxsim
