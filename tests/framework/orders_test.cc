// SPDX-License-Identifier: GPL-2.0-only
//
// Preference orders as BPF reads them.
#include <gtest/gtest.h>

#include <bit>
#include <random>
#include <span>

#include "scx/framework/tables.h"
#include "support.h"

namespace scx::test {
namespace {

// The cids of a set of `nr_words` words.
std::vector<int> members(std::span<const u64> set) {
  std::vector<int> found;
  for (std::size_t word = 0; word < set.size(); ++word) {
    for (u64 bits = set[word]; bits != 0; bits &= bits - 1)
      found.push_back(static_cast<int>(word * 64) + std::countr_zero(bits));
  }
  return found;
}

std::vector<int> sorted(std::span<const Cid> cids) {
  std::vector<int> found;
  for (const Cid cid : cids) found.push_back(cid.value());
  std::ranges::sort(found);
  return found;
}

// The rows of one order say what it says.
void expect_rows(const PreferenceOrder& order, std::span<const scx_order_step> rows,
                 const OrderTables& tables, std::size_t nr_words) {
  ASSERT_EQ(rows.size(), order.steps.size());
  for (std::size_t s = 0; s < rows.size(); ++s) {
    SCOPED_TRACE(s);
    const scx_order_step& row = rows[s];
    const OrderStep& step = order.steps[s];
    ASSERT_LE(row.first_word + 2 * nr_words, tables.words.size());
    const auto sets = std::span(tables.words).subspan(row.first_word, 2 * nr_words);
    const auto rest = order.cids(step).subspan(order.primary(step).size());
    EXPECT_EQ(row.capacity, step.capacity);
    EXPECT_GT(row.capacity, s > 0 ? rows[s - 1].capacity : 0);
    EXPECT_EQ(row.nr_primary, static_cast<u32>(step.nr_primary));
    EXPECT_EQ(members(sets.first(nr_words)), sorted(order.primary(step)));
    EXPECT_LE(row.nr_overflow, rest.size());
    EXPECT_EQ(row.nr_overflow == 0, rest.empty());
    // No more than a quarter of the primary ones, but for the first.
    EXPECT_LE(row.nr_overflow, (row.nr_primary + 3) / 4);
    EXPECT_EQ(members(sets.last(nr_words)), sorted(rest.first(row.nr_overflow)));
  }
}

OrderTables sound(const Machine& machine) {
  const OrderTables tables = make_order_tables(machine);
  const PreferenceOrders orders =
      machine.orders ? *machine.orders
                     : make_orders(machine.topology, machine.cids, machine.domains);
  const auto nr_words = (static_cast<std::size_t>(machine.cids.nr_cids()) + 63) / 64;
  const auto rows = std::span(tables.steps);
  expect_rows(orders.performance, rows.first(tables.nr_perf_steps), tables, nr_words);
  expect_rows(orders.powersave, rows.subspan(tables.nr_perf_steps), tables, nr_words);
  return tables;
}

std::vector<CoreSpec> with_capacity(std::vector<CoreSpec> specs, std::int64_t capacity) {
  for (CoreSpec& core : specs) core.capacity = capacity;
  return specs;
}

TEST(OrderTables, OneCpuIsOneStepWithoutOverflow) {
  const OrderTables tables = sound(whole(machine({{.cpus = {0}}})));
  ASSERT_EQ(tables.steps.size(), 2U);
  EXPECT_EQ(tables.steps[0].nr_overflow, 0U);
  // Both orders have this one step, and its sets once.
  EXPECT_EQ(tables.words, (std::vector<u64>{1, 0}));
}

TEST(OrderTables, BigCoresAreFirstInOneOrderAndLittleOnesInTheOther) {
  // Two big ones, cids 0 and 1, and six little ones.
  const OrderTables tables = sound(
      whole(machine(with_capacity(cores(2, 1, 0), 1024) + with_capacity(cores(6, 1, 2), 300))));
  const scx_order_step &perf = tables.steps[0], &save = tables.steps[tables.nr_perf_steps];
  EXPECT_EQ(tables.words[perf.first_word], 0b01U);
  EXPECT_EQ(tables.words[perf.first_word + 1], 0b10U);
  EXPECT_EQ(tables.words[save.first_word], 0b000100U);
  EXPECT_EQ(tables.words[save.first_word + 1], 0b001000U);
}

TEST(OrderTables, AQuarterOfThePrimaryCidsIsAtHandForMore) {
  const OrderTables tables = sound(whole(machine(cores(16, 1, 0))));
  for (const scx_order_step& step : tables.steps) {
    const u32 most = 16 - step.nr_primary;
    EXPECT_EQ(step.nr_overflow, std::min(most, (step.nr_primary + 3) / 4)) << step.nr_primary;
  }
}

TEST(OrderTables, AreThoseOfTheMachineIfItHasSome) {
  Machine changed = whole(machine(cores(4, 1, 0)));
  const auto order = orders_from(changed, std::vector{CpuId{2}});
  ASSERT_TRUE(order);
  changed.orders = *order;
  const OrderTables tables = sound(changed);
  EXPECT_EQ(tables.words[tables.steps[0].first_word], 0b100U);
  EXPECT_EQ(tables.steps[tables.nr_perf_steps].first_word, tables.steps[0].first_word);
}

TEST(OrderTables, AreSoundOnMachinesMadeByChance) {
  std::mt19937 random(408);
  for (int turn = 0; turn < 200 && !::testing::Test::HasFailure(); ++turn) {
    SCOPED_TRACE(turn);
    sound(whole(turn % 2 == 0 ? random_machine(random) : random_liar(random)));
  }
}

TEST(OrderTables, OfTheLargestMachineAreAQuarterOfAMebibyte) {
  std::vector<CoreSpec> specs;
  for (int llc = 0; llc < 64; ++llc)
    specs = std::move(specs) + cores(64, 2, llc * 128, llc / 8, llc);
  const OrderTables tables = sound(whole(machine(specs)));
  EXPECT_LE(tables.words.size() * sizeof(u64), 256U * 1024);
}

TEST(OrderTables, GoWithTheNumberingThatTheyWereMadeFor) {
  Machine before = whole(machine(cores(2, 1, 0)));
  before.orders = make_orders(before.topology, before.cids, before.domains);
  const auto after = renumber(before, std::vector{CpuId{1}, CpuId{0}});
  ASSERT_TRUE(after);
  EXPECT_FALSE(after->orders);
}

}  // namespace
}  // namespace scx::test
