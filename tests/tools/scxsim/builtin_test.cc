// SPDX-License-Identifier: GPL-2.0-only
#include "builtin.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "../../framework/support.h"
#include "scx/sim/native_policy.h"
#include "scx/sim/simulation.h"

namespace scx::scxsim {
namespace {

sim::Outcome outcome_of(const char* scheduler, const Machine& machine,
                        const sim::Workload& workload) {
  auto policy = sim::NativePolicy::load(
      std::filesystem::path(SCXX_POLICIES) / (std::string(scheduler) + ".sim.so"), machine);
  if (!policy) {
    ADD_FAILURE() << policy.error().message();
    return {};
  }
  auto outcome = sim::simulate(machine, **policy, workload, {.starvation_ns = 10'000'000'000});
  if (!outcome) ADD_FAILURE() << outcome.error().message();
  return outcome.value_or(sim::Outcome{});
}

TEST(Builtins, RunUnderEachSchedulerOnSmallMachinesAndLarge) {
  const Machine machines[] = {
      test::whole(test::machine(test::cores(1, 1, 0))),
      test::whole(test::machine(test::cores(4, 2, 0, 0, 0) + test::cores(4, 2, 8, 1, 1)))};
  for (const Machine& machine : machines) {
    for (const Builtin& builtin : builtins()) {
      sim::Workload workload = builtin.make(machine.cids.online().count, 1);
      EXPECT_EQ(workload.name, builtin.name);
      workload.duration_ns = 300'000'000;
      for (const char* scheduler : {"simple", "lavd", "qmap"}) {
        const sim::Outcome outcome = outcome_of(scheduler, machine, workload);
        EXPECT_EQ(outcome.end, sim::End::finished)
            << builtin.name << " under " << scheduler << ": " << outcome.message;
        EXPECT_GT(outcome.all.run_ns, 0u);
      }
    }
  }
}

TEST(Builtins, ChanceFindsNothingWrong) {
  const Machine machine =
      test::whole(test::machine(test::cores(2, 2, 0, 0, 0) + test::cores(2, 1, 4, 0, 1)));
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    sim::Workload workload = find_builtin("random")->make(6, seed);
    workload.duration_ns = 200'000'000;
    for (const char* scheduler : {"simple", "lavd", "qmap"}) {
      const sim::Outcome outcome = outcome_of(scheduler, machine, workload);
      EXPECT_EQ(outcome.end, sim::End::finished)
          << "seed " << seed << " under " << scheduler << ": " << outcome.message;
    }
  }
}

TEST(Builtins, AreFoundByName) {
  EXPECT_NE(find_builtin("hogs"), nullptr);
  EXPECT_EQ(find_builtin("hog"), nullptr);
}

}  // namespace
}  // namespace scx::scxsim
