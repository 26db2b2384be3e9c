// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "machines.h"
#include "scx/topology/cid_map.h"
#include "scx/topology/domains.h"
#include "scx/topology/topology.h"

namespace scx::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<CpuId> order(std::initializer_list<int> cpus) {
  std::vector<CpuId> ids;
  for (const int cpu : cpus) ids.push_back(CpuId{cpu});
  return ids;
}

// Two nodes, two core types, SMT.
RawTopology mixed() {
  auto big = cores(2, 2, 0), little = cores(2, 1, 4, 1, 1);
  for (CoreSpec& core : big) core.capacity = 1024, core.max_khz = 5'000'000;
  for (CoreSpec& core : little) core.capacity = 400, core.max_khz = 3'000'000;
  return machine(big + little);
}

TEST(Flatten, LeavesCpusThatShareNothing) {
  const Topology topology = valid(mixed());
  const Topology flat = *flatten(topology, order({5, 0, 3, 1, 4, 2}));
  EXPECT_EQ(flat.possible(), topology.possible());
  EXPECT_EQ(flat.online(), topology.online());
  EXPECT_EQ(flat.nr_tiers(), 1);
  ASSERT_EQ(flat.nodes().size(), 1U);
  EXPECT_EQ(flat.nodes()[0].cpus, topology.online());
  EXPECT_THAT(flat.nodes()[0].distances, ElementsAre(10));
  ASSERT_EQ(flat.llcs().size(), 1U);
  EXPECT_EQ(flat.llcs()[0].cpus, topology.online());
  ASSERT_EQ(flat.cores().size(), 6U);
  EXPECT_EQ(flat.cores()[0].cpus, CpuSet::of({5}));
  EXPECT_EQ(flat.cores()[5].cpus, CpuSet::of({2}));
  EXPECT_EQ(flat.at(CpuId{3}).core, CoreId{2});
  EXPECT_EQ(flat.at(CpuId{3}).node, flat.nodes()[0].id);
}

TEST(Flatten, KeepsWhatIsKnownOfACpuByItself) {
  const Topology flat = *flatten(valid(mixed()), order({5, 0, 3, 1, 4, 2}));
  EXPECT_EQ(flat.at(CpuId{0}).capacity, 1024U);
  EXPECT_EQ(flat.at(CpuId{5}).capacity, 400U);
  EXPECT_EQ(flat.at(CpuId{5}).max_khz, 3'000'000U);
}

TEST(Flatten, TakesPermutationsOfTheOnlineCpusOnly) {
  RawTopology raw = machine(cores(2, 2, 0));
  offline(raw, CpuSet::of({2}));
  const Topology topology = valid(std::move(raw));
  EXPECT_TRUE(flatten(topology, order({3, 0, 1})));
  for (const auto& [wrong, why] :
       {std::pair{order({3, 0}), "the CPUs 1"}, std::pair{order({3, 0, 0}), "CPU 0 twice"},
        std::pair{order({3, 0, 1, 2}), "CPU 2, which is not online"},
        std::pair{order({3, 0, -1}), "CPU -1"}, std::pair{order({}), "the CPUs 0-1,3"}}) {
    const auto flat = flatten(topology, wrong);
    ASSERT_FALSE(flat) << why;
    EXPECT_EQ(flat.error().kind, ErrorKind::invalid);
    EXPECT_THAT(flat.error().message(), HasSubstr(why));
  }
}

// The numbering of a flat machine is the order it was given, then the tail.
TEST(Flatten, GivesTheNumberingItsOrder) {
  std::mt19937 random(815);
  for (int turn = 0; turn < 200 && !::testing::Test::HasFailure(); ++turn) {
    SCOPED_TRACE(turn);
    const Topology topology = valid(turn % 2 ? random_machine(random) : random_liar(random));
    std::vector<CpuId> wanted(topology.online().begin(), topology.online().end());
    std::ranges::shuffle(wanted, random);
    const Topology flat = *flatten(topology, wanted);
    const CidMap cids = make_cid_map(flat, topology);
    for (CpuId cpu : topology.possible() - topology.online()) wanted.push_back(cpu);
    EXPECT_THAT(cids.cid_to_cpu(), ::testing::ElementsAreArray(wanted));
    EXPECT_EQ(cids.equals_kernel_default(), wanted == kernel_default_order(topology));
    EXPECT_EQ(make_domains(flat, cids).size(), 1);
  }
}

// CPUs in the kernel's order of the machine, which is not that of the flat one.
TEST(Flatten, TheKernelsOrderIsThatOfTheMachineItself) {
  const Topology topology = valid(machine({{.cpus = {0, 2}}, {.cpus = {1, 3}}}));
  const auto equals = [&](std::initializer_list<int> cpus) {
    return make_cid_map(*flatten(topology, order(cpus)), topology).equals_kernel_default();
  };
  EXPECT_TRUE(equals({0, 2, 1, 3}));
  EXPECT_FALSE(equals({0, 1, 2, 3}));
}

}  // namespace
}  // namespace scx::test
