// SPDX-License-Identifier: GPL-2.0-only
#include "scx/topology/topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "machines.h"
#include "properties.h"

namespace scx::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Topology, OneCpu) {
  const Topology topology = valid(machine({{.cpus = {0}}}));
  EXPECT_EQ(summary(topology), "1 CPU, 1 node, 1 LLC, 1 core, 1 thread a core, one core type");
  EXPECT_THAT(topology.notes(), IsEmpty());
  expect_all_sound(topology);
}

TEST(Topology, TwoNodesOfTwoCaches) {
  const Topology topology = valid(machine(cores(2, 2, 0, 0, 0) + cores(2, 2, 4, 0, 1) +
                                          cores(2, 2, 8, 1, 2) + cores(2, 2, 12, 1, 3)));
  EXPECT_EQ(summary(topology),
            "16 CPUs, 2 nodes, 4 LLCs, 8 cores, 2 threads a core, one core type");
  EXPECT_EQ(topology.llcs()[3].cpus, CpuSet::of({12, 13, 14, 15}));
  EXPECT_EQ(topology.llcs()[3].size_kb, 8192U);
  EXPECT_EQ(topology.llcs()[3].node, NodeId{1});
  EXPECT_EQ(topology.at(CpuId{9}).core, CoreId{4});
  EXPECT_THAT(topology.nodes()[1].distances, ElementsAre(20, 10));
  expect_all_sound(topology);
}

TEST(Topology, AHybridMachine) {
  auto big = cores(8, 2, 0), little = cores(16, 1, 16);
  for (CoreSpec& core : big) core.kind = 1;
  for (CoreSpec& core : little) core.kind = 0;
  const Topology topology = valid(machine(big + little));
  EXPECT_EQ(summary(topology),
            "32 CPUs, 1 node, 1 LLC, 24 cores, 1-2 threads a core, core types: 8 big, 16 little by "
            "core kinds");
  expect_all_sound(topology);
}

TEST(Topology, OfflineAndAbsentCpus) {
  RawTopology raw = machine(cores(4, 2, 0));
  raw.possible.insert_range(CpuId{8}, CpuId{63});
  offline(raw, CpuSet::of({3, 6, 7}));
  const Topology topology = valid(raw);
  EXPECT_EQ(summary(topology),
            "8 CPUs (3 offline, 56 more possible), 1 node, 1 LLC, 3 cores, 1-2 threads a core, one "
            "core type");
  EXPECT_EQ(topology.nr_cpu_ids(), 64);
  EXPECT_FALSE(topology.at(CpuId{3}).online);
  EXPECT_EQ(topology.at(CpuId{3}).core, CoreId{});
  EXPECT_EQ(topology.at(CpuId{64}).id, CpuId{});
  EXPECT_EQ(topology.at(CpuId{}).id, CpuId{});
  expect_all_sound(topology);
}

TEST(Topology, WithoutCacheInformationTheNodeIsTheCache) {
  const Topology topology = valid(machine(cores(2, 1, 0, 0, -1) + cores(2, 1, 2, 1, -1)));
  EXPECT_EQ(topology.llcs().size(), 2U);
  EXPECT_EQ(topology.llcs()[0].size_kb, 0U);
  EXPECT_THAT(topology.notes(), ElementsAre("CPUs 0-3 name no cache: their node is their LLC"));
  expect_all_sound(topology);
}

TEST(Topology, ACacheAcrossTwoNodesIsTwo) {
  const Topology topology = valid(machine(cores(2, 1, 0, 0, 7) + cores(2, 1, 2, 1, 7)));
  ASSERT_EQ(topology.llcs().size(), 2U);
  EXPECT_EQ(topology.llcs()[0].cpus, CpuSet::of({0, 1}));
  EXPECT_EQ(topology.llcs()[1].cpus, CpuSet::of({2, 3}));
}

TEST(Topology, TheLastLeafCountsWhateverItsLevel) {
  RawTopology raw = machine(cores(2, 1, 0));
  for (RawCpu& cpu : raw.cpus) cpu.caches.pop_back();  // leaves the L1 of each core
  EXPECT_EQ(valid(raw).llcs().size(), 2U);
}

TEST(Topology, WhereCpusDisagreeAboutACacheTheLowestIsRight) {
  RawTopology raw = machine(cores(1, 1, 0, 0, 0) + cores(1, 1, 1, 0, 1) + cores(1, 1, 2, 0, 2));
  raw.caches[1].cpus = CpuSet::of({0, 1});
  raw.caches[3].cpus = CpuSet::of({1, 2});
  raw.caches[5].cpus = CpuSet::of({0, 2});
  const Topology topology = valid(raw);
  ASSERT_EQ(topology.llcs().size(), 2U);
  EXPECT_EQ(topology.llcs()[0].cpus, CpuSet::of({0, 1}));
  EXPECT_EQ(topology.llcs()[1].cpus, CpuSet::of({2}));
}

TEST(Topology, CoreIdsMayRepeatInAnotherPackage) {
  RawTopology raw = machine({{.cpus = {0, 1}, .package = 0}, {.cpus = {2, 3}, .package = 1}});
  for (RawCpu& cpu : raw.cpus) {
    cpu.siblings.reset();
    cpu.core = 0;
  }
  const Topology topology = valid(raw);
  ASSERT_EQ(topology.cores().size(), 2U);
  EXPECT_EQ(topology.cores()[1].cpus, CpuSet::of({2, 3}));
}

TEST(Topology, WithoutAnyCoreIdEachCpuIsACore) {
  RawTopology raw = machine(cores(2, 2, 0));
  raw.cpus.clear();
  const Topology topology = valid(raw);
  EXPECT_EQ(topology.cores().size(), 4U);
  EXPECT_THAT(topology.notes(), Contains("CPUs 0-3 name no core: each is a core of its own"));
  expect_all_sound(topology);
}

TEST(Topology, ACpuWithoutNodeJoinsItsCache) {
  const Topology topology = valid(machine({{.cpus = {0}, .node = 0, .package = 0, .llc = 0},
                                           {.cpus = {1}, .node = 1, .package = 1, .llc = 1},
                                           {.cpus = {2}, .node = -1, .package = 0, .llc = 1},
                                           {.cpus = {3}, .node = -1, .package = 1, .llc = -1},
                                           {.cpus = {4}, .node = -1, .package = 9, .llc = -1}}));
  EXPECT_EQ(topology.at(CpuId{2}).node, NodeId{1});  // cache before package
  EXPECT_EQ(topology.at(CpuId{3}).node, NodeId{1});  // package
  EXPECT_EQ(topology.at(CpuId{4}).node, NodeId{0});  // the first
  EXPECT_EQ(topology.without_node(), CpuSet::of({2, 3, 4}));
  EXPECT_THAT(topology.notes(), Contains(HasSubstr("CPUs 2-4 are in no NUMA node")));
  expect_all_sound(topology);
}

TEST(Topology, ACpuThatNothingPlacesJoinsTheNodeWithTheLowestId) {
  const Topology topology = valid(machine({{.cpus = {0}, .node = 1, .package = 1, .llc = 1},
                                           {.cpus = {1}, .node = 0, .package = 0, .llc = 0},
                                           {.cpus = {2}, .node = -1, .package = 9, .llc = -1}}));
  EXPECT_EQ(topology.at(CpuId{2}).node, NodeId{0});
}

TEST(Topology, WithoutNodesThereIsOne) {
  RawTopology raw = machine(cores(2, 1, 0));
  raw.nodes.clear();
  const Topology topology = valid(raw);
  EXPECT_EQ(topology.nodes()[0].id, NodeId{0});
  EXPECT_TRUE(topology.without_node().empty());
  EXPECT_THAT(topology.notes(), ElementsAre("no NUMA nodes are named: all CPUs are in node 0"));
}

TEST(Topology, ACpuInTwoNodesIsInTheLower) {
  RawTopology raw = machine(cores(2, 1, 0, 0, 0) + cores(2, 1, 2, 1, 1));
  raw.nodes[1].cpus = CpuSet::of({1, 2, 3});
  const Topology topology = valid(raw);
  EXPECT_EQ(topology.at(CpuId{1}).node, NodeId{0});
  EXPECT_THAT(topology.notes(), ElementsAre(HasSubstr("CPUs 1 are in more than one NUMA node")));
}

TEST(Topology, DistancesThatAreNoTableAreReplaced) {
  RawTopology raw = machine(cores(1, 1, 0, 0, 0) + cores(1, 1, 1, 1, 1));
  raw.nodes[0].distances = {10};
  const Topology topology = valid(raw);
  EXPECT_THAT(topology.nodes()[0].distances, ElementsAre(10, 20));
  EXPECT_THAT(topology.nodes()[1].distances, ElementsAre(20, 10));
  EXPECT_THAT(topology.notes(), ElementsAre(HasSubstr("NUMA distances")));
}

TEST(Topology, NodesMayComeInAnyOrder) {
  RawTopology raw = machine(cores(1, 1, 0, 0, 0) + cores(1, 1, 1, 1, 1));
  raw.nodes[0].distances = {10, 21};
  raw.nodes[1].distances = {22, 10};
  std::swap(raw.nodes[0], raw.nodes[1]);
  std::swap(raw.nodes[0].distances[0], raw.nodes[0].distances[1]);
  std::swap(raw.nodes[1].distances[0], raw.nodes[1].distances[1]);
  const Topology topology = valid(raw);
  EXPECT_THAT(topology.nodes()[0].distances, ElementsAre(10, 21));
  EXPECT_THAT(topology.nodes()[1].distances, ElementsAre(22, 10));
}

TEST(Topology, WhatIsOnlineIsPossible) {
  RawTopology raw = machine(cores(3, 1, 0));
  raw.possible = CpuSet::of({0});
  const Topology topology = valid(raw);
  EXPECT_EQ(topology.possible(), CpuSet::of({0, 1, 2}));
  EXPECT_THAT(topology.notes(),
              ElementsAre("CPUs 1-2 count as possible, because they are present"));
}

TEST(Topology, WithoutAnL3TheL2IsTheLlc) {
  // Clusters of two cores that share an L2, as on small Arm machines.
  RawTopology raw = machine(cores(2, 1, 0, 0, 0) + cores(2, 1, 2, 0, 1));
  for (RawCache& cache : raw.caches) cache.level = cache.level == 3 ? 2 : 1;
  const Topology topology = valid(raw);
  ASSERT_EQ(topology.llcs().size(), 2U);
  EXPECT_EQ(topology.llcs()[1].cpus, CpuSet::of({2, 3}));
  expect_all_sound(topology);
}

TEST(Topology, CachesMayBeOfAnySizeAndNumber) {
  auto specs = cores(6, 2, 0, 0, 0) + cores(3, 2, 12, 0, 1) + cores(1, 1, 18, 0, -1);
  for (CoreSpec& core : specs) core.llc_kb = core.llc == 0 ? 32768 : 4096;
  const Topology topology = valid(machine(specs));
  ASSERT_EQ(topology.llcs().size(), 3U);
  EXPECT_EQ(topology.llcs()[0].size_kb, 32768U);
  EXPECT_EQ(topology.llcs()[1].size_kb, 4096U);
  EXPECT_EQ(topology.llcs()[2].cpus, CpuSet::of({18}));  // what is left of the node
  expect_all_sound(topology);
}

TEST(Topology, SmtOffInTheFirmwareLeavesHolesInTheNumbers) {
  // The second threads have numbers that are possible, and never come.
  RawTopology raw = machine({{.cpus = {0}}, {.cpus = {2}}, {.cpus = {4}}, {.cpus = {6}}});
  raw.possible = CpuSet::range(CpuId{0}, CpuId{7});
  const Topology topology = valid(raw);
  EXPECT_EQ(summary(topology),
            "4 CPUs (4 more possible), 1 node, 1 LLC, 4 cores, 1 thread a core, one core type");
  expect_all_sound(topology);
}

TEST(Topology, SmtOffAtRunTimeLeavesCoresOfOneThread) {
  RawTopology raw = machine(cores(4, 2, 0));
  offline(raw, CpuSet::of({1, 3, 5, 7}));
  const Topology topology = valid(raw);
  EXPECT_EQ(summary(topology),
            "8 CPUs (4 offline), 1 node, 1 LLC, 4 cores, 1 thread a core, one core type");
  EXPECT_EQ(topology.cores()[1].cpus, CpuSet::of({2}));
  expect_all_sound(topology);
}

TEST(Topology, CoreIdsWithGapsNameCores) {
  RawTopology raw = machine(cores(3, 2, 0));
  for (RawCpu& cpu : raw.cpus) {
    cpu.siblings.reset();
    cpu.core = 1000 - cpu.cpu.value() / 2 * 64;
  }
  const Topology topology = valid(raw);
  ASSERT_EQ(topology.cores().size(), 3U);
  EXPECT_EQ(topology.cores()[2].cpus, CpuSet::of({4, 5}));
}

TEST(Topology, CoreIdsMayRepeatInAnotherDie) {
  RawTopology raw = machine({{.cpus = {0, 1}, .die = 0}, {.cpus = {2, 3}, .die = 1}});
  for (RawCpu& cpu : raw.cpus) {
    cpu.siblings.reset();
    cpu.core = 0;
  }
  EXPECT_EQ(valid(raw).cores().size(), 2U);
}

TEST(Topology, SparseNumbersOfCpusAndNodes) {
  RawTopology raw = machine({{.cpus = {8, 72}, .node = 16, .package = 3, .llc = 0},
                             {.cpus = {24, 88}, .node = 252, .package = 7, .llc = 1}});
  const Topology topology = valid(raw);
  EXPECT_EQ(topology.nr_cpu_ids(), 89);
  EXPECT_EQ(topology.cpus().size(), 4U);
  EXPECT_EQ(topology.at(CpuId{88}).node, NodeId{252});
  EXPECT_EQ(topology.node_index(NodeId{252}), 1);
  EXPECT_EQ(topology.node_index(NodeId{17}), -1);
  expect_all_sound(topology);
}

TEST(Topology, ANodeWithoutCpusIsKeptForItsDistances) {
  RawTopology raw = machine(cores(2, 1, 0));
  raw.nodes[0].distances = {10, 80};
  raw.nodes.push_back({NodeId{8}, {}, {80, 10}, 98304});
  const Topology topology = valid(raw);
  EXPECT_EQ(summary(topology),
            "2 CPUs, 1 node (1 more without CPUs), 1 LLC, 2 cores, 1 thread a core, one core type");
  EXPECT_THAT(topology.nodes()[0].distances, ElementsAre(10, 80));
  EXPECT_EQ(make_cid_map(topology).nodes().size(), 1U);
  expect_all_sound(topology);
}

TEST(Topology, ANodeIdThatOccursTwiceIsOneNode) {
  RawTopology raw = machine(cores(2, 1, 0, 0, 0) + cores(2, 1, 2, 1, 1));
  raw.nodes[1].id = NodeId{0};
  const Topology topology = valid(raw);
  ASSERT_EQ(topology.nodes().size(), 1U);
  EXPECT_EQ(topology.nodes()[0].cpus, CpuSet::of({0, 1, 2, 3}));
  expect_all_sound(topology);
}

TEST(Topology, OfTwoDescriptionsOfACpuTheFirstCounts) {
  RawTopology raw = machine({{.cpus = {0}, .max_khz = 3000000}, {.cpus = {1}, .max_khz = 3000000}});
  raw.cpus.push_back(raw.cpus[0]);
  raw.cpus.back().max_khz = 1000000;
  const Topology topology = valid(raw);
  EXPECT_EQ(topology.at(CpuId{0}).max_khz, 3000000U);
  EXPECT_EQ(topology.nr_tiers(), 1);
}

TEST(Topology, FarMorePossibleThanPresent) {
  RawTopology raw = machine(cores(2, 1, 0));  // a guest that may grow
  raw.possible = CpuSet::range(CpuId{0}, CpuId{8191});
  const Topology topology = valid(raw);
  EXPECT_EQ(topology.nr_cpu_ids(), 8192);
  EXPECT_EQ(topology.at(CpuId{8191}).capacity, 0U);
  EXPECT_EQ(make_cid_map(topology).online(), (CidRange{Cid{0}, 2}));
  expect_sound(topology);
}

TEST(Topology, NothingOnlineIsAnError) {
  const auto topology = validate(RawTopology{});
  ASSERT_FALSE(topology);
  EXPECT_EQ(topology.error().kind, ErrorKind::invalid);
}

TEST(Topology, AbsurdCpuNumbersAreAnError) {
  RawTopology raw = machine(cores(1, 1, 0));
  raw.possible.insert(CpuId{kMaxCpu + 1});
  const auto topology = validate(raw);
  ASSERT_FALSE(topology);
  EXPECT_THAT(topology.error().what, HasSubstr("CPU 65536 is possible, above the limit of 65535"));
}

TEST(Topology, ThisMachine) {
  const auto topology = Topology::discover();
  ASSERT_TRUE(topology) << topology.error().message();
  expect_all_sound(*topology);
  RecordProperty("summary", summary(*topology));
}

}  // namespace
}  // namespace scx::test
