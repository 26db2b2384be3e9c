// SPDX-License-Identifier: GPL-2.0-only
//
// Preference orders from the topology alone. Those from an energy model: energy_order_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "machines.h"
#include "orders.h"
#include "scx/topology/cpu_order.h"

namespace scx::test {
namespace {

using ::testing::ElementsAre;

// CPU numbers, of the last step.
std::vector<int> performance(const Ordered& made) { return cpus(made, made.orders.performance); }
std::vector<int> powersave(const Ordered& made) { return cpus(made, made.orders.powersave); }

std::vector<CoreSpec> with_capacity(std::vector<CoreSpec> specs, std::int64_t capacity) {
  for (CoreSpec& core : specs) core.capacity = capacity;
  return specs;
}

TEST(Orders, OneCpuIsOneStep) {
  const Ordered made(machine({{.cpus = {0}}}));
  ASSERT_EQ(made.orders.performance.steps.size(), 1U);
  EXPECT_EQ(made.orders.performance.steps[0].capacity, 1024U);
  EXPECT_EQ(made.orders.performance.steps[0].nr_primary, 1);
  EXPECT_THAT(performance(made), ElementsAre(0));
  EXPECT_THAT(powersave(made), ElementsAre(0));
  EXPECT_FALSE(made.orders.from_energy_model);
}

TEST(Orders, PerformanceTakesWholeCoresThenLittleOnesThenSiblings) {
  const Ordered made(
      machine(with_capacity(cores(2, 2, 0), 1024) + with_capacity(cores(2, 1, 4), 600)));
  EXPECT_THAT(performance(made), ElementsAre(0, 2, 4, 5, 1, 3));
}

TEST(Orders, ASiblingOfABigCoreComesBeforeACoreThatGivesLess) {
  const Ordered made(
      machine(with_capacity(cores(2, 2, 0), 1024) + with_capacity(cores(2, 1, 4), 250)));
  EXPECT_THAT(performance(made), ElementsAre(0, 2, 1, 3, 4, 5));
}

TEST(Orders, PowersaveTakesLittleCoresThenBigOnesWithTheirSiblings) {
  const Ordered made(
      machine(with_capacity(cores(2, 2, 0), 1024) + with_capacity(cores(2, 1, 4), 600)));
  EXPECT_THAT(powersave(made), ElementsAre(4, 5, 0, 1, 2, 3));
}

TEST(Orders, FourThreadsOfACoreComeOneAfterTheOther) {
  const Ordered made(machine(cores(2, 4, 0)));
  EXPECT_THAT(performance(made), ElementsAre(0, 4, 1, 5, 2, 6, 3, 7));
  EXPECT_THAT(powersave(made), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(Orders, OneCacheIsFilledBeforeTheNextAndOneNodeToo) {
  std::vector<CoreSpec> specs;  // numbered across the caches, as some firmware does
  for (int cpu = 0; cpu < 8; ++cpu)
    specs.push_back({.cpus = {cpu}, .node = cpu % 2, .package = cpu % 2, .llc = cpu % 4});
  const Ordered made(machine(specs));
  EXPECT_THAT(performance(made), ElementsAre(0, 4, 2, 6, 1, 5, 3, 7));
  EXPECT_THAT(powersave(made), ElementsAre(0, 4, 2, 6, 1, 5, 3, 7));
}

TEST(Orders, AFewCpusHaveAStepEach) {
  const Ordered made(
      machine(with_capacity(cores(1, 2, 0), 1024) + with_capacity(cores(2, 1, 2), 512)));
  std::vector<std::pair<std::uint64_t, int>> steps;
  for (const OrderStep& step : made.orders.powersave.steps)
    steps.emplace_back(step.capacity, step.nr_primary);
  EXPECT_THAT(steps, ElementsAre(std::pair(512, 1), std::pair(1024, 2), std::pair(2048, 3),
                                 std::pair(3072, 4)));
}

TEST(Orders, ALoadFindsTheFirstStepThatCarriesIt) {
  const Ordered made(machine(cores(4, 1, 0)));
  const PreferenceOrder& order = made.orders.performance;
  EXPECT_EQ(order.step_for(0).nr_primary, 1);
  EXPECT_EQ(order.step_for(1024).nr_primary, 1);
  EXPECT_EQ(order.step_for(1025).nr_primary, 2);
  EXPECT_EQ(order.step_for(~std::uint64_t{0}).nr_primary, 4);
  EXPECT_EQ(order.primary(order.step_for(1025)).size(), 2U);
}

TEST(Orders, ALargeMachineHasFewStepsForSmallLoadsAndLarge) {
  const Ordered made(machine(cores(4096, 2, 0)));
  for (const PreferenceOrder* order : {&made.orders.performance, &made.orders.powersave}) {
    EXPECT_LE(order->steps.size(), static_cast<std::size_t>(kMaxOrderSteps));
    EXPECT_LE(order->steps.front().nr_primary, 4);
    EXPECT_EQ(order->sequences.size(), 1U);
    for (std::size_t s = 1; s < order->steps.size(); ++s) {
      const std::uint64_t below = order->steps[s - 1].capacity;
      EXPECT_LE(order->steps[s].capacity, below + below / 7 + 1024);
    }
  }
}

TEST(Orders, OfflineCpusAreInNone) {
  RawTopology raw = machine(cores(4, 2, 0));
  offline(raw, CpuSet::of({0, 3}));
  const Ordered made(raw);
  EXPECT_THAT(performance(made), ElementsAre(1, 2, 4, 6, 5, 7));
  EXPECT_THAT(powersave(made), ElementsAre(1, 2, 4, 5, 6, 7));
}

TEST(Orders, AreSoundOnRandomMachinesAndLiars) {
  for (unsigned seed = 0; seed < 600 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    RawTopology raw = seed % 3 == 0 ? random_machine(random) : random_liar(random);
    raw.perf_domains.clear();  // order_model_test.cc has those with an energy model
    const Ordered made(raw);
    for (const PreferenceOrder* order : {&made.orders.performance, &made.orders.powersave}) {
      expect_sound(made, *order);
      expect_prefixes(made, *order);
    }
  }
}

TEST(Orders, TheSameMachineGivesTheSame) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    std::mt19937 one{seed}, two{seed};
    const Ordered a(random_liar(one)), b(random_liar(two));
    EXPECT_EQ(a.orders.performance.sequences, b.orders.performance.sequences);
    EXPECT_EQ(a.orders.powersave.sequences, b.orders.powersave.sequences);
  }
}

}  // namespace
}  // namespace scx::test
