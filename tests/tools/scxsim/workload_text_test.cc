// SPDX-License-Identifier: GPL-2.0-only
#include "workload_text.h"

#include <gmock/gmock.h>

#include "builtin.h"
#include "support.h"
#include "workload_file.h"

namespace scx::scxsim {
namespace {

using sim::Op;
using testing::HasSubstr;

sim::Workload again(const sim::Workload& workload) {
  const auto text = workload_text(workload);
  if (!text) {
    ADD_FAILURE() << text.error().message();
    return {};
  }
  auto read = parse_workload(*text, workload.name);
  if (!read) ADD_FAILURE() << read.error().message() << "\n" << *text;
  return read.value_or(sim::Workload{});
}

// What the file says is what the workload was: a simulation of either is the same.
TEST(WorkloadText, EachBuiltinIsTheSameFromItsFile) {
  const Machine machine = two_nodes();
  for (const Builtin& builtin : builtins()) {
    sim::Workload workload = builtin.make(machine.cids.online().count, 7);
    sim::Workload read = again(workload);
    EXPECT_EQ(read.duration_ns, workload.duration_ns);
    workload.duration_ns = read.duration_ns = 200'000'000;
    const sim::Outcome one = outcome_of("simple", machine, workload),
                       other = outcome_of("simple", machine, read);
    EXPECT_EQ(one.nr_events, other.nr_events) << builtin.name;
    EXPECT_EQ(one.all.run_ns, other.all.run_ns) << builtin.name;
    EXPECT_EQ(one.all.latency.sum(), other.all.latency.sum()) << builtin.name;
  }
}

// Each operation and each property: a text of it, read and written, is the same text.
TEST(WorkloadText, HasAllThatAFileCanSay) {
  const std::string text = R"({
  "global": {"duration": 3},
  "cgroups": {"/games/render": {"weight": 200, "quota": 5000, "period": 10000, "burst": 2000, "idle": true}, "/menu": {"quota": "max"}, "/plain": {}},
  "tasks": {
    "render \"3\"": {"instance": 2, "loop": 10, "priority": -5, "delay": 500, "cpus": [0, 2], "taskgroup": "/games/render", "phases": {
      "phase1": {"loop": 4, "run": [100, 300], "resume": "event0", "run2": 50, "timer": {"ref": "any", "period": 16000}},
      "phase2": {"sleep": 2000, "resume_sync": "event1"}}},
    "once": {"phases": {"phase1": {"loop": 3, "run": 5}}},
    "show": {"suspend": "event0", "lock": "mutex0", "run": 10, "unlock": "mutex0", "nice": 3, "yield": "", "fork": "helper", "renice": {"task": "render \"3\"", "nice": 7}, "bind": {"task": "helper", "cpus": [1]}, "cpus1": [0], "cpus2": [0, 1]},
    "admin": {"policy": "SCHED_FIFO", "cpu_off": [1, 2], "sleep": 10, "cpu_on": [2], "migrate_disable": "", "run": 5, "migrate_enable": "", "policy1": "SCHED_OTHER", "reclass": {"task": "show", "policy": "SCHED_FIFO"}},
    "helper": {"instance": 0, "loop": 1, "suspend": "event1", "run": 5},
    "mover": {"taskgroup1": "/menu", "run": 5, "taskgroup2": "/", "regroup": {"task": "show", "taskgroup": "/games"}, "set_cgroup": {"cgroup": "/menu", "weight": 1, "quota": "max"}, "set_cgroup2": {"cgroup": "/menu", "idle": false}}
  }
}
)";
  const auto read = parse_workload(text, "test");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_TRUE(read->kinds[0].phases[1].ops[1].sync);
  EXPECT_EQ(workload_text(*read).value_or("nothing"), text);
}

TEST(WorkloadText, SaysWhatAFileCannot) {
  sim::Workload workload;
  const Op run{.kind = Op::Kind::run, .span = {1000, 1500}};
  workload.kinds.push_back({.name = "a", .phases = {{.ops = {run}}}});
  EXPECT_THAT(workload_text(workload).error().message(), HasSubstr("1500 ns"));
  workload.kinds[0].phases[0].ops[0].span = {1000, 1000};
  workload.duration_ns = 1'500'000'000;
  EXPECT_THAT(workload_text(workload).value_or(""), testing::Not(HasSubstr("duration")));
}

}  // namespace
}  // namespace scx::scxsim
