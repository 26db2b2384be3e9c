// SPDX-License-Identifier: GPL-2.0-only
#include "scx/topology/cid_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "machines.h"
#include "properties.h"

namespace scx::test {
namespace {

using ::testing::ElementsAre;

std::vector<int> order(const CidMap& map) {
  std::vector<int> cpus;
  for (CpuId cpu : map.cid_to_cpu()) cpus.push_back(cpu.value());
  return cpus;
}

TEST(CidMap, PutsTheThreadsOfACoreTogether) {
  const CidMap map = make_cid_map(valid(machine({{.cpus = {0, 2}}, {.cpus = {1, 3}}})));
  EXPECT_THAT(order(map), ElementsAre(0, 2, 1, 3));
  EXPECT_TRUE(map.equals_kernel_default());
  EXPECT_THAT(map.cores(), ElementsAre(CidRange{Cid{0}, 2}, CidRange{Cid{2}, 2}));
}

TEST(CidMap, GoesByNodeThenByCache) {
  // CPU numbers that alternate between the nodes, and in each between the caches.
  const CidMap map = make_cid_map(valid(machine({{.cpus = {0}, .node = 1, .llc = 0},
                                                 {.cpus = {1}, .node = 0, .llc = 2},
                                                 {.cpus = {2}, .node = 1, .llc = 1},
                                                 {.cpus = {3}, .node = 0, .llc = 3},
                                                 {.cpus = {4}, .node = 1, .llc = 0},
                                                 {.cpus = {5}, .node = 0, .llc = 2}})));
  EXPECT_THAT(order(map), ElementsAre(0, 4, 2, 1, 5, 3));
  EXPECT_EQ(map.nodes()[0].id, NodeId{1});  // the node of the lowest CPU, not the lowest node
  EXPECT_EQ(map.node(Cid{3}), NodeId{0});
  EXPECT_TRUE(map.equals_kernel_default());
}

TEST(CidMap, PutsBigCoresFirstInsideACache) {
  const CidMap map = make_cid_map(valid(machine({{.cpus = {0}, .capacity = 512},
                                                 {.cpus = {1}, .capacity = 1024},
                                                 {.cpus = {2}, .capacity = 512},
                                                 {.cpus = {3}, .capacity = 1024}})));
  EXPECT_THAT(order(map), ElementsAre(1, 3, 0, 2));
  EXPECT_FALSE(map.equals_kernel_default());
}

TEST(CidMap, EqualsTheKernelsWhereTheBigCoresHaveTheLowNumbers) {
  const CidMap map = make_cid_map(
      valid(machine({{.cpus = {0}, .capacity = 1024}, {.cpus = {1}, .capacity = 512}})));
  EXPECT_TRUE(map.equals_kernel_default());
}

TEST(CidMap, BigAndLittleCachesKeepTheKernelsOrder) {
  // Core types do not move caches: each is one range either way.
  const CidMap map = make_cid_map(valid(machine(
      {{.cpus = {0}, .llc = 0, .capacity = 400}, {.cpus = {1}, .llc = 1, .capacity = 1024}})));
  EXPECT_THAT(order(map), ElementsAre(0, 1));
  EXPECT_TRUE(map.equals_kernel_default());
}

TEST(CidMap, OfflineCpusComeLastAndBelongToNothing) {
  RawTopology raw = machine(cores(3, 2, 0));
  offline(raw, CpuSet::of({0, 1, 4}));
  const CidMap map = make_cid_map(valid(raw));
  EXPECT_THAT(order(map), ElementsAre(2, 3, 5, 0, 1, 4));
  EXPECT_EQ(map.online(), (CidRange{Cid{0}, 3}));
  EXPECT_EQ(map.core(Cid{3}), CoreId{});
  EXPECT_EQ(map.llc(Cid{3}), LlcId{});
  EXPECT_EQ(map.node(Cid{3}), NodeId{});
  EXPECT_EQ(map.node_unit(Cid{3}), -1);
  EXPECT_TRUE(map.equals_kernel_default());
}

TEST(CidMap, HolesHaveNoCid) {
  const CidMap map = make_cid_map(valid(machine({{.cpus = {2}}, {.cpus = {7}}})));
  EXPECT_EQ(map.nr_cids(), 2);
  EXPECT_EQ(map.cpu_to_cid().size(), 8U);
  EXPECT_EQ(map.cid(CpuId{7}), Cid{1});
  EXPECT_EQ(map.cid(CpuId{3}), Cid{});
  EXPECT_EQ(map.cid(CpuId{8}), Cid{});
  EXPECT_EQ(map.cid(CpuId{}), Cid{});
  EXPECT_EQ(map.cpu(Cid{2}), CpuId{});
}

TEST(CidMap, ACpuWithoutNodeIsOnlineHereAndInTheKernelsTail) {
  RawTopology raw = machine({{.cpus = {0}, .node = -1}, {.cpus = {1}, .node = 0}});
  const Topology topology = valid(raw);
  const CidMap map = make_cid_map(topology);
  EXPECT_THAT(order(map), ElementsAre(0, 1));
  EXPECT_EQ(map.node(Cid{0}), NodeId{0});
  EXPECT_EQ(kernel_default_order(topology), kernel_walk(raw));
  EXPECT_FALSE(map.equals_kernel_default());
}

}  // namespace
}  // namespace scx::test
