// SPDX-License-Identifier: GPL-2.0-only
//
// Preference orders of machines that tell more than their units: an energy model, favoured cores.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "machines.h"
#include "orders.h"
#include "scx/topology/cpu_order.h"

namespace scx::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Le;

PerfState state(std::uint64_t performance, std::uint64_t power) {
  return {
      .khz = performance * 2000, .performance = performance, .power = power, .inefficient = false};
}

// CPUs 0-3 little, 4-6 medium, 7 big.
RawTopology phone() {
  std::vector<CoreSpec> specs;
  for (int cpu = 0; cpu < 8; ++cpu)
    specs.push_back({.cpus = {cpu}, .capacity = cpu < 4 ? 250 : cpu < 7 ? 760 : 1024});
  RawTopology raw = machine(specs);
  raw.perf_domains = {{CpuSet::of({0, 1, 2, 3}), {state(100, 10), state(250, 60)}},
                      {CpuSet::of({4, 5, 6}), {state(300, 80), state(760, 400)}},
                      {CpuSet::of({7}), {state(400, 150), state(1024, 900)}}};
  return raw;
}

std::vector<int> primary(const Ordered& made, std::uint64_t load) {
  const PreferenceOrder& order = made.orders.powersave;
  std::vector<int> numbers = cpus(made, order.primary(order.step_for(load)));
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

TEST(OrderModel, PowersaveFollowsTheEnergyModel) {
  const Ordered made(phone());
  EXPECT_TRUE(made.orders.from_energy_model);
  expect_sound(made, made.orders.powersave);
  EXPECT_THAT(primary(made, 100), ElementsAre(0));
  EXPECT_THAT(primary(made, 400), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(primary(made, 700), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(primary(made, 1300), ElementsAre(0, 1, 2, 3, 4, 5, 6));
}

TEST(OrderModel, TheCpusThatMoreLoadNeedsComeNext) {
  const Ordered made(phone());
  const PreferenceOrder& order = made.orders.powersave;
  EXPECT_THAT(cpus(made, order.cids(order.step_for(100))), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(OrderModel, PerformanceDoesNotAskIt) {
  RawTopology without = phone();
  without.perf_domains.clear();
  const Ordered made(phone()), plain(without);
  EXPECT_EQ(made.orders.performance.sequences, plain.orders.performance.sequences);
  EXPECT_FALSE(plain.orders.from_energy_model);
}

TEST(OrderModel, OfflineCpusAreNotCounted) {
  RawTopology raw = phone();
  offline(raw, CpuSet::of({0, 7}));
  const Ordered made(raw);
  EXPECT_TRUE(made.orders.from_energy_model);
  expect_sound(made, made.orders.powersave);
}

TEST(OrderModel, AModelThatLacksACpuIsNotUsed) {
  RawTopology raw = phone();
  raw.perf_domains[1].cpus.erase(CpuId{5});
  const Ordered made(raw);
  EXPECT_FALSE(made.orders.from_energy_model);
  expect_sound(made, made.orders.powersave);
  expect_prefixes(made, made.orders.powersave);
}

TEST(OrderModel, AnyModelOfAnyMachineGivesSoundOrders) {
  int used = 0;
  for (unsigned seed = 0; seed < 200 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    RawTopology raw = seed % 2 == 0 ? random_machine(random) : random_liar(random);
    // A perf domain for every so many CPUs; some overlap, some figures are nonsense.
    const int size = 1 + static_cast<int>(random() % 6), last = raw.online.last().value();
    for (int first = 0; first <= last; first += size) {
      PerfDomain domain{CpuSet::range(CpuId{first}, CpuId{first + size - (random() % 9 != 0)}), {}};
      std::uint64_t performance = 0, power = 0;
      for (int s = 1 + static_cast<int>(random() % 5); s > 0; --s) {
        performance += 1 + random() % 400;
        power += 1 + random() % 400;
        domain.states.push_back(state(performance, power));
      }
      if (seed % 7 == 6) domain.states[random() % domain.states.size()].power = ~std::uint64_t{0};
      raw.perf_domains.push_back(domain);
    }
    const Ordered made(raw);
    expect_sound(made, made.orders.powersave);
    used += made.orders.from_energy_model;
  }
  EXPECT_GT(used, 120);
}

TEST(OrderModel, AThousandPerfDomainsShareSequences) {
  RawTopology raw = machine(cores(8192, 1, 0));
  for (int first = 0; first < 8192; first += 8)
    raw.perf_domains.push_back({CpuSet::range(CpuId{first}, CpuId{first + 7}),
                                {state(256, 100), state(512, 300), state(1024, 1000)}});
  const Ordered made(raw);
  EXPECT_TRUE(made.orders.from_energy_model);
  expect_sound(made, made.orders.powersave);
  EXPECT_THAT(made.orders.powersave.sequences.size(), AllOf(Ge(1U), Le(32U)));
}

TEST(OrderModel, FavouredCoresComeFirstInTheirCache) {
  std::vector<CoreSpec> specs;
  const int ranking[] = {180, 190, 200, 195, 210, 185, 175, 170};  // two caches of four cores
  for (int cpu = 0; cpu < 8; ++cpu)
    specs.push_back({.cpus = {cpu}, .llc = cpu / 4, .prefcore = ranking[cpu]});
  const Ordered made(machine(specs));
  ASSERT_EQ(made.topology.nr_tiers(), 1);
  EXPECT_THAT(cpus(made, made.orders.performance), ElementsAre(4, 5, 6, 7, 2, 3, 1, 0));
}

}  // namespace
}  // namespace scx::test
