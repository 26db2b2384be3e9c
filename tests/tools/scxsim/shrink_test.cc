// SPDX-License-Identifier: GPL-2.0-only
//
// Policies with a known fault, on machines and workloads that hide it among other things: what is
// left is what the fault needs.
#include "shrink.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "../../sim/support.h"
#include "builtin.h"
#include "workload_text.h"

namespace scx::scxsim {
namespace {

using sim::Op;
using sim::TaskKind;
using sim::test::Fifo;
using sim::test::kMs;
using sim::test::run;
using sim::test::sleep;
using sim::test::tasks;

// Sixteen CPUs that are not all alike.
Machine odd_machine() {
  return test::whole(test::machine(test::cores(2, 2, 0, 0, 0) + test::cores(4, 1, 4, 0, 1) +
                                   test::cores(4, 2, 8, 1, 2)));
}

class Search {
 public:
  explicit Search(Fifo& policy) : policy_(policy) {}

  Seen run(const Case& one) {
    const Machine described = one.shape ? machine_of(one).value_or(odd_machine()) : odd_machine();
    options.seed = one.seed;
    options.audit = one.audit;
    const auto outcome = sim::simulate(described, policy_, one.workload, options);
    return outcome ? seen_in(*outcome, one.workload) : Seen{};
  }

  Shrunk search(const Case& given, const Effort& effort = {}) {
    seen = run(given);
    EXPECT_FALSE(seen.violation.empty());
    return shrink(
        given, seen, odd_machine().topology, [this](const Case& one) { return run(one); }, effort);
  }

  sim::SimulationOptions options;
  Seen seen;

 private:
  Fifo& policy_;
};

// What is on its way at the same time: nothing of it matters.
sim::Workload busy(std::vector<TaskKind> with) {
  sim::Workload workload = find_builtin("random")->make(16, 3);
  for (TaskKind& kind : workload.kinds) kind.count = 1;
  workload.kinds.push_back(tasks("shell", 1, {{.kind = Op::Kind::fork, .object = 0}, sleep(kMs)}));
  for (TaskKind& kind : with) workload.kinds.push_back(std::move(kind));
  workload.duration_ns = 500 * kMs;
  return workload;
}

// A task that goes to nice 5 ends the policy: one on one CPU will do.
TEST(Shrink, OneTaskOnOneCpu) {
  Fifo policy;
  policy.table.set_weight = [](sim::test::Words words) {
    if (words[1] == sim::weight_of(5))
      sim::test::calls->end(sim::test::kernel, true, 0, "five", nullptr, 0);
  };
  TaskKind guilty = tasks("guilty", 3, {run(kMs), sleep(kMs), run(2 * kMs)});
  const Op lock{.kind = Op::Kind::lock, .object = 0}, unlock{.kind = Op::Kind::unlock, .object = 0};
  const Op five{.kind = Op::Kind::set_nice, .value = 5};
  guilty.phases.push_back({7, {lock, run(kMs), five, unlock, sleep(kMs)}});
  Search searched(policy);
  const Shrunk small = searched.search({.audit = true, .workload = busy({guilty})});
  EXPECT_FALSE(small.gave_up);
  EXPECT_EQ(small.seen.violation, "error: five");
  EXPECT_EQ(small.least.shape, Shape{});
  EXPECT_FALSE(small.least.audit);
  EXPECT_LE(small.seen.end_ns, searched.seen.end_ns);
  EXPECT_EQ(workload_text(small.least.workload).value_or(""), R"({
  "tasks": {
    "guilty": {"loop": 1, "nice": 5}
  }
})"
                                                              "\n");
}

// Everybody goes to CPU 0, and nobody tells another one: two tasks, since one alone does not wait,
// and a second CPU that sleeps meanwhile.
TEST(Shrink, TwoTasksOnTwoCpus) {
  Fifo policy;
  policy.table.select_cid = [](sim::test::Words) -> s32 { return 0; };
  Search searched(policy);
  searched.options.conserve_ns = 4 * kMs;
  const Shrunk small =
      searched.search({.audit = true, .workload = busy({tasks("hog", 9, {run(kMs)})})});
  EXPECT_FALSE(small.gave_up);
  EXPECT_EQ(small.seen.violation,
            "error: invariant: [#] waited for #.# ms while CID #, which it may use, was idle");
  ASSERT_TRUE(small.least.shape);
  EXPECT_EQ(small.least.shape->nr_cpus(), 2);
  int count = 0;
  std::size_t ops = 0;
  for (const TaskKind& kind : small.least.workload.kinds) {
    count += kind.count;
    for (const sim::Phase& phase : kind.phases) ops += phase.ops.size();
  }
  EXPECT_EQ(count, 2);
  EXPECT_EQ(ops, small.least.workload.kinds.size()) << "each runs, and that is all";
}

// A group of weight 7 ends the policy: nobody has to be in it.
TEST(Shrink, OneCgroup) {
  Fifo policy;
  policy.table.cgroup_set_weight = [](sim::test::Words words) {
    if (words[1] == 7) sim::test::calls->end(sim::test::kernel, true, 0, "seven", nullptr, 0);
  };
  TaskKind in_a_group = tasks("member", 2, {run(kMs)});
  in_a_group.group = "/a/b";
  const Op seven{.kind = Op::Kind::change_group, .group = "/c", .settings = {.weight = 7}};
  const Op others{.kind = Op::Kind::set_group, .object = 0, .group = "/a"};
  Case given{.workload = busy({in_a_group, tasks("admin", 1, {sleep(kMs), others, seven})})};
  given.workload.cgroups = {{"/a", {.weight = 50}}, {"/c", {.weight = 300}}};
  const Shrunk small = Search(policy).search(given);
  EXPECT_EQ(small.seen.violation, "error: seven");
  EXPECT_EQ(workload_text(small.least.workload).value_or(""), R"({
  "tasks": {
    "admin": {"loop": 1, "set_cgroup": {"cgroup": "/c", "weight": 7}}
  }
})"
                                                              "\n");
}

TEST(Shrink, IsTheSameEachTimeAndKeepsToItsEffort) {
  Fifo policy;
  policy.table.select_cid = [](sim::test::Words) -> s32 { return 0; };
  Search searched(policy);
  searched.options.conserve_ns = 4 * kMs;
  const Case given{.workload = busy({tasks("hog", 9, {run(kMs)})})};
  const auto text = [&](const Effort& effort) {
    const Shrunk small = searched.search(given, effort);
    EXPECT_LE(small.runs, effort.runs);
    EXPECT_EQ(small.gave_up, effort.runs < 100 || effort.events < 1000);
    return std::to_string(small.least.seed) + workload_text(small.least.workload).value_or("none");
  };
  EXPECT_EQ(text({}), text({}));
  EXPECT_NE(text({.runs = 20}), text({}));
  EXPECT_NE(text({.events = 500}), text({}));
}

// Knobs and costs that have no part in it go, and those that have stay.
TEST(Shrink, LeavesOutWordsOfTheCommand) {
  const auto run = [](const Case& one) {
    const bool both = std::ranges::count(one.set, "a=1") && std::ranges::count(one.set, "d=4");
    return Seen{both ? "wrong" : "", kMs, 10};
  };
  const Case given{
      .set = {"a=1", "b=2", "c=3", "d=4", "e=5"}, .cost = {"hz=1000"}, .workload = busy({})};
  const Shrunk small = shrink(given, {"wrong", kMs, 10}, odd_machine().topology, run);
  EXPECT_THAT(small.least.set, testing::ElementsAre("a=1", "d=4"));
  EXPECT_TRUE(small.least.cost.empty());
  EXPECT_EQ(small.least.workload.kinds.size(), 1u);
}

TEST(Shrink, TheSameViolationIsTheSameMessageWithoutNamesAndNumbers) {
  const sim::Workload workload = sim::test::workload(
      kMs, {tasks("kind1", 1, {}), tasks("a kind1", 1, {}), tasks("the name is too long", 1, {})});
  const auto violation = [&](const char* message, sim::End end = sim::End::error) {
    sim::Outcome outcome;
    outcome.end = end;
    outcome.message = message;
    return seen_in(outcome, workload).violation;
  };
  EXPECT_EQ(violation("a kind1[1012] in DSQ 0x1f for 12.004 ms"), "error: [#] in DSQ # for #.# ms");
  EXPECT_EQ(violation("kind1[7] on CID 3"), violation("the name is too[1234] on CID 77"));
  EXPECT_EQ(violation("kind1[7] failed", sim::End::stall), "stall: [#] failed");
  EXPECT_EQ(violation("enough", sim::End::policy), "");
  EXPECT_NE(violation("no such queue"), violation("no such CID"));
}

}  // namespace
}  // namespace scx::scxsim
