// SPDX-License-Identifier: GPL-2.0-only
//
// Preference orders that a user gives, or that leave the energy model aside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "machines.h"
#include "orders.h"
#include "scx/topology/cpu_order.h"

namespace scx::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<CpuId> ids(const std::vector<int>& numbers) { return {numbers.begin(), numbers.end()}; }

Result<PreferenceOrders> from(const Ordered& made, const std::vector<int>& preference) {
  return orders_from(made.topology, made.cids, made.domains, ids(preference));
}

// Big CPUs 0-3 in two cores, little ones 4-7.
RawTopology hybrid() {
  auto big = cores(2, 2, 0), little = cores(4, 1, 4);
  for (CoreSpec& core : big) core.capacity = 1024;
  for (CoreSpec& core : little) core.capacity = 500;
  return machine(big + little);
}

TEST(PreferredOrder, IsTheUsersInBothOrders) {
  const Ordered made(hybrid());
  const auto orders = from(made, {0, 1, 2, 3, 7, 6, 5, 4});
  ASSERT_TRUE(orders) << orders.error().message();
  EXPECT_FALSE(orders->from_energy_model);
  for (const PreferenceOrder* order : {&orders->performance, &orders->powersave}) {
    EXPECT_THAT(cpus(made, *order), ElementsAre(0, 1, 2, 3, 7, 6, 5, 4));
    EXPECT_EQ(order->steps.size(), 8U);
    expect_sound(made, *order);
    expect_prefixes(made, *order);
  }
}

TEST(PreferredOrder, CpusThatTheUserLeftOutComeLastAsPerformanceHasThem) {
  const Ordered made(hybrid());
  const auto orders = from(made, {6, 3});
  ASSERT_TRUE(orders);
  EXPECT_THAT(cpus(made, orders->powersave), ElementsAre(6, 3, 0, 2, 4, 5, 7, 1));
  const auto usual = from(made, {});
  ASSERT_TRUE(usual);
  EXPECT_EQ(usual->powersave.sequences, made.orders.performance.sequences);
}

TEST(PreferredOrder, ACpuThatStandsThereTwiceIsRefused) {
  const auto orders = from(Ordered(hybrid()), {0, 4, 0});
  ASSERT_FALSE(orders);
  EXPECT_EQ(orders.error().kind, ErrorKind::invalid);
  EXPECT_THAT(orders.error().what, HasSubstr("CPU 0 twice"));
}

TEST(PreferredOrder, ACpuThatIsNotThereIsRefused) {
  const Ordered made(hybrid());
  for (const int cpu : {8, -1, 100'000}) {
    const auto orders = from(made, {0, cpu});
    ASSERT_FALSE(orders) << cpu;
    EXPECT_EQ(orders.error().kind, ErrorKind::invalid);
    EXPECT_THAT(orders.error().what, HasSubstr(std::to_string(cpu)));
    EXPECT_THAT(orders.error().cure, HasSubstr("0-7"));
  }
}

TEST(PreferredOrder, ACpuThatIsOfflineNowIsPassedOver) {
  RawTopology raw = hybrid();
  offline(raw, CpuSet::of({2, 7}));
  const Ordered made(raw);
  const auto orders = from(made, {7, 6, 2, 5});
  ASSERT_TRUE(orders) << orders.error().message();
  EXPECT_THAT(cpus(made, orders->performance), ElementsAre(6, 5, 0, 3, 4, 1));
  expect_sound(made, orders->performance);
}

TEST(PreferredOrder, IsSoundOnRandomMachines) {
  for (unsigned seed = 0; seed < 200 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    const Ordered made(seed % 2 == 0 ? random_machine(random) : random_liar(random));
    std::vector<CpuId> online(made.topology.online().begin(), made.topology.online().end());
    std::ranges::shuffle(online, random);
    const std::span<const CpuId> preference = std::span(online).first(random() % online.size());
    const auto orders = orders_from(made.topology, made.cids, made.domains, preference);
    ASSERT_TRUE(orders) << orders.error().message();
    expect_sound(made, orders->powersave);
    expect_prefixes(made, orders->powersave);
    const auto first = orders->powersave.sequences[0];
    for (std::size_t at = 0; at < preference.size(); ++at)
      EXPECT_EQ(made.cids.cpu(first[at]), preference[at]);
  }
}

TEST(OrderOptions, TheEnergyModelCanBeLeftAside) {
  RawTopology raw = hybrid();
  const Ordered without(raw);
  // A model in which the big CPUs are the cheap ones.
  raw.perf_domains = {
      {CpuSet::of({0, 1, 2, 3}),
       {{.khz = 2'000'000, .performance = 1024, .power = 10, .inefficient = false}}},
      {CpuSet::of({4, 5, 6, 7}),
       {{.khz = 2'000'000, .performance = 500, .power = 900, .inefficient = false}}}};
  const Ordered with(raw);
  EXPECT_TRUE(with.orders.from_energy_model);
  const PreferenceOrders aside =
      make_orders(with.topology, with.cids, with.domains, {.use_energy_model = false});
  EXPECT_FALSE(aside.from_energy_model);
  EXPECT_EQ(aside.powersave.sequences, without.orders.powersave.sequences);
  EXPECT_NE(with.orders.powersave.sequences, without.orders.powersave.sequences);
}

}  // namespace
}  // namespace scx::test
