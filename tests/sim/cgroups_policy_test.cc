// SPDX-License-Identifier: GPL-2.0-only
//
// What a compiled policy finds in cgroups: grouped.bpf.c shares time by their weights.
#include "schedulers.h"

namespace scx::sim::test {
namespace {

TaskKind hog(std::string name, std::string group) {
  TaskKind kind = tasks(std::move(name), 1, {run(kMs)});
  kind.group = std::move(group);
  return kind;
}

TEST(CgroupPolicy, TimeGoesByTheWeightOfTheCgroup) {
  Workload work = workload(2000 * kMs, {hog("a", "/a"), hog("b", "/b"), hog("c", "")});
  work.cgroups = {{"/a", {.weight = 300}}, {"/b", {.weight = 200}}};
  const Outcome outcome = outcome_of("grouped", whole(machine(cores(1, 1, 0))), work);
  EXPECT_EQ(outcome.message, "");
  EXPECT_NEAR(share(outcome, 0), 3 / 6., 0.03);
  EXPECT_NEAR(share(outcome, 1), 2 / 6., 0.03);
}

TEST(CgroupPolicy, AMoveAndAChangeOfTheWeightAreSeen) {
  Workload work =
      workload(2000 * kMs,
               {hog("a", "/a"), hog("b", "/b"), hog("c", "/b"),
                tasks("admin", 1,
                      {{.kind = Op::Kind::set_group, .object = 2, .group = "/a"},
                       {.kind = Op::Kind::change_group, .group = "/a", .settings = {.weight = 50}},
                       sleep(10 * kMs)},
                      1)});
  const Outcome outcome = outcome_of("grouped", whole(machine(cores(1, 1, 0))), work);
  EXPECT_EQ(outcome.message, "");
  EXPECT_NEAR(share(outcome, 0), 1 / 4., 0.03);
  EXPECT_NEAR(share(outcome, 1), 2 / 4., 0.03);
  EXPECT_NEAR(share(outcome, 2), 1 / 4., 0.03);
}

}  // namespace
}  // namespace scx::sim::test
