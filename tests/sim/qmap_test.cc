// SPDX-License-Identifier: GPL-2.0-only
//
// How qmap behaves: what the search over machines and workloads found.
#include <gmock/gmock.h>

#include "schedulers.h"

namespace scx::sim::test {
namespace {

// Two tasks wait on CPU 2 behind a hog, and are bound to CPUs 1 and 3, which are idle. The kernel
// asks twice for each: where it was, from where 3 is the nearest, and then on 1. CPU 3 was claimed
// the first time, and has to hear of it though the task goes to 1: the second task is for it.
TEST(QmapBehaviour, AClaimedCpuIsWokenThoughTheTaskGoesElsewhere) {
  const Op elsewhere{.kind = Op::Kind::set_cpus, .object = 1, .cpus = CpuSet::of({1, 3})};
  const Workload work = workload(
      50 * kMs, {bound(tasks("hog", 1, {run(kMs)}), CpuSet::of({2})),
                 bound(tasks("moved", 2, {run(kMs)}), CpuSet::of({2})),
                 bound(tasks("admin", 1, {sleep(5 * kMs), elsewhere}, 1), CpuSet::of({0}))});
  SimulationOptions options;
  options.conserve_ns = kMs;
  const Machine on = whole(machine(cores(2, 1, 0, 0, 0) + cores(2, 1, 2, 0, 1)));
  EXPECT_EQ(outcome_of("qmap", on, work, options).message, "");
}

// It prints what it is told of cgroups.
TEST(QmapBehaviour, HearsOfCgroups) {
  Workload work = workload(
      20 * kMs,
      {tasks("a", 1, {run(kMs), sleep(kMs)}),
       tasks("admin", 1,
             {sleep(5 * kMs),
              {.kind = Op::Kind::set_group, .object = 0, .group = "/g"},
              {.kind = Op::Kind::change_group, .group = "/g", .settings = {.weight = 50}},
              {.kind = Op::Kind::change_group, .group = "/g", .settings = {.quota_us = 2000}},
              sleep(5 * kMs)},
             1)});
  work.cgroups = {{"/g", {.weight = 200}}};
  const Machine on = whole(machine(cores(2, 1, 0)));
  EXPECT_THAT(outcome_of("qmap", on, work, {}, {{"print_messages", "1"}}).printed,
              testing::ElementsAre("cgroup 1: weight 100", "cgroup 2: weight 200",
                                   "task 1000: from cgroup 1 to 2", "cgroup 2: weight 50 now",
                                   "cgroup 2: 2000 of 100000 us now"));
  work.cgroups.push_back({"/qmfail", {}});
  EXPECT_EQ(outcome_of("qmap", on, work, {}, {{"inject", "3"}}).message,
            "ops.cgroup_init() failed (-12)");
}

}  // namespace
}  // namespace scx::sim::test
