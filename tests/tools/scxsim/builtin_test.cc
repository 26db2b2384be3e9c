// SPDX-License-Identifier: GPL-2.0-only
#include "builtin.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "support.h"

namespace scx::scxsim {
namespace {

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

// SCXX_SEEDS in the environment: so many, in place of 200.
std::uint64_t nr_seeds() {
  const char* const asked = std::getenv("SCXX_SEEDS");
  return asked ? std::strtoull(asked, nullptr, 10) : 200;
}

// Machines with holes, offline CPUs and two core types are among them. The bound on starvation is
// long enough for the lightest task in the longest queue.
TEST(Builtins, ChanceFindsNothingWrong) {
  for (std::uint64_t seed = 1; seed <= nr_seeds(); ++seed) {
    std::mt19937 random(static_cast<std::uint32_t>(seed));
    const Machine machine = test::whole(test::random_machine(random));
    const int nr_cpus = machine.cids.online().count;
    sim::Workload workload = find_builtin("random")->make(nr_cpus, seed);
    // about as much to do on a large machine as on a small one
    workload.duration_ns = 1'000'000'000 / static_cast<std::uint64_t>(nr_cpus);
    for (const char* scheduler : {"simple", "lavd", "qmap"}) {
      const sim::Outcome outcome = outcome_of(scheduler, machine, workload);
      EXPECT_EQ(outcome.end, sim::End::finished) << "seed " << seed << ", " << nr_cpus << " CPUs, "
                                                 << scheduler << ": " << outcome.message;
    }
  }
}

TEST(Builtins, AreFoundByName) {
  EXPECT_NE(find_builtin("hogs"), nullptr);
  EXPECT_EQ(find_builtin("hog"), nullptr);
}

}  // namespace
}  // namespace scx::scxsim
