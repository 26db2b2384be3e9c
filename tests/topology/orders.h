// SPDX-License-Identifier: GPL-2.0-only
//
// Preference orders of a machine, and what holds for every one.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "machines.h"
#include "scx/topology/cpu_order.h"

namespace scx::test {

struct Ordered {
  explicit Ordered(RawTopology raw) : Ordered(valid(std::move(raw))) {}
  explicit Ordered(Topology of)
      : topology(std::move(of)),
        cids(make_cid_map(topology)),
        domains(make_domains(topology, cids)),
        orders(make_orders(topology, cids, domains)) {}

  Topology topology;
  CidMap cids;
  Domains domains;
  PreferenceOrders orders;
};

// The CPU numbers of a sequence: that of a step, or of the last one.
inline std::vector<int> cpus(const Ordered& made, std::span<const Cid> sequence) {
  std::vector<int> numbers;
  for (Cid cid : sequence) numbers.push_back(made.cids.cpu(cid).value());
  return numbers;
}
inline std::vector<int> cpus(const Ordered& made, const PreferenceOrder& order) {
  return cpus(made, order.cids(order.steps.back()));
}

// What the order promises, with an energy model or without.
inline void expect_sound(const Ordered& made, const PreferenceOrder& order) {
  const auto online = static_cast<std::size_t>(made.cids.online().count);
  std::uint64_t total = 0;
  for (const Cpu& cpu : made.topology.cpus()) total += cpu.capacity;
  for (const std::vector<Cid>& sequence : order.sequences) {
    const std::set<Cid> distinct(sequence.begin(), sequence.end());
    EXPECT_EQ(sequence.size(), online);
    EXPECT_EQ(distinct.size(), online);
    for (Cid cid : sequence) EXPECT_TRUE(made.cids.online().contains(cid));
  }
  ASSERT_FALSE(order.steps.empty());
  EXPECT_LE(order.steps.size(), static_cast<std::size_t>(kMaxOrderSteps));
  std::uint64_t before = 0;
  for (const OrderStep& step : order.steps) {
    EXPECT_GT(step.capacity, before);
    EXPECT_EQ(&order.step_for(step.capacity), &step);
    EXPECT_EQ(&order.step_for(before + 1), &step);
    before = step.capacity;
    ASSERT_GE(step.nr_primary, 1);
    ASSERT_LE(static_cast<std::size_t>(step.nr_primary), online);
    std::uint64_t carried = 0;
    for (Cid cid : order.primary(step)) carried += made.topology.at(made.cids.cpu(cid)).capacity;
    EXPECT_GE(carried, step.capacity);
  }
  EXPECT_EQ(order.steps.back().capacity, total);
  EXPECT_EQ(static_cast<std::size_t>(order.steps.back().nr_primary), online);
  EXPECT_EQ(&order.step_for(total + 1), &order.steps.back());
}

// What holds without an energy model: one sequence, of which each step takes more, and carries what
// its CPUs have.
inline void expect_prefixes(const Ordered& made, const PreferenceOrder& order) {
  EXPECT_EQ(order.sequences.size(), 1U);
  std::int32_t before = 0;
  for (const OrderStep& step : order.steps) {
    EXPECT_GT(step.nr_primary, before);
    before = step.nr_primary;
    std::uint64_t carried = 0;
    for (Cid cid : order.primary(step)) carried += made.topology.at(made.cids.cpu(cid)).capacity;
    EXPECT_EQ(carried, step.capacity);
  }
}

}  // namespace scx::test
