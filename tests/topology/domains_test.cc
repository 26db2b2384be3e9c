// SPDX-License-Identifier: GPL-2.0-only
#include "scx/topology/domains.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "machines.h"
#include "properties.h"

namespace scx::test {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

struct Made {
  explicit Made(RawTopology raw)
      : topology(valid(std::move(raw))),
        cids(make_cid_map(topology)),
        domains(make_domains(topology, cids)) {}

  // (domain, class) in the order of the walk.
  std::vector<std::pair<int, int>> walk(int from) const {
    std::vector<std::pair<int, int>> seen;
    domains.for_each_neighbour(DomainId{from}, [&](DomainId to, int distance_class) {
      seen.emplace_back(to.value(), distance_class);
      return true;
    });
    return seen;
  }

  Topology topology;
  CidMap cids;
  Domains domains;
};

TEST(Domains, OneCpuIsOneDomainWithoutNeighbours) {
  const Made made(machine({{.cpus = {0}}}));
  EXPECT_EQ(made.domains.size(), 1);
  EXPECT_EQ(made.domains.at(DomainId{0}).capacity, 1024U);
  EXPECT_TRUE(made.domains.neighbours(DomainId{0}).empty());
  EXPECT_EQ(made.domains.nr_distance_classes(), 0);
}

TEST(Domains, AHybridCacheHasADomainForEachCoreType) {
  auto big = cores(8, 2, 0), little = cores(16, 1, 16);
  for (CoreSpec& core : big) core.capacity = 1024;
  for (CoreSpec& core : little) core.capacity = 512;
  const Made made(machine(little + big));
  ASSERT_EQ(made.domains.size(), 2);
  EXPECT_EQ(made.domains.at(DomainId{0}).cids, (CidRange{Cid{0}, 16}));
  EXPECT_EQ(made.domains.at(DomainId{0}).tier, 0);
  EXPECT_EQ(made.domains.at(DomainId{1}).capacity, 16U * 512);
  EXPECT_THAT(made.walk(0), ElementsAre(Pair(1, kSameLlcClass)));
  EXPECT_THAT(made.walk(1), ElementsAre(Pair(0, kSameLlcClass)));
}

TEST(Domains, NearerClassesComeFirstAndWalksSpread) {
  const Made made(machine(cores(2, 1, 0, 0, 0) + cores(2, 1, 2, 0, 1) + cores(2, 1, 4, 1, 2) +
                          cores(2, 1, 6, 1, 3)));
  const int far = kFirstNumaClass;
  EXPECT_THAT(made.walk(0), ElementsAre(Pair(1, kSameNodeClass), Pair(3, far), Pair(2, far)));
  EXPECT_THAT(made.walk(1), ElementsAre(Pair(0, kSameNodeClass), Pair(2, far), Pair(3, far)));
  EXPECT_THAT(made.walk(2), ElementsAre(Pair(3, kSameNodeClass), Pair(1, far), Pair(0, far)));
}

TEST(Domains, NodesOfOnePackageAreNearerThanOthers) {
  auto specs =
      cores(1, 1, 0, 0, 0) + cores(1, 1, 1, 1, 1) + cores(1, 1, 2, 2, 2) + cores(1, 1, 3, 3, 3);
  for (CoreSpec& core : specs) core.package = core.node / 2;
  RawTopology raw = machine(specs);
  raw.nodes[0].distances = {10, 12, 32, 20};
  const Made made(raw);
  // Distances between nodes: 12, 20, 32, which are classes 3, 4, 5.
  EXPECT_THAT(made.walk(0), ElementsAre(Pair(1, kSamePackageClass), Pair(3, 4), Pair(2, 5)));
  EXPECT_EQ(made.domains.nr_distance_classes(), 6);
}

TEST(Domains, MemoryNodesHaveNone) {
  RawTopology raw = machine(cores(2, 1, 0));
  raw.nodes.push_back({NodeId{5}, {}, {40, 10}, 4096});
  raw.nodes[0].distances = {10, 40};
  const Made made(raw);
  EXPECT_EQ(made.domains.size(), 1);
  EXPECT_EQ(made.topology.nodes()[0].distances[1], 40);
}

TEST(Domains, OfflineCpusAreInNone) {
  RawTopology raw = machine(cores(4, 1, 0));
  offline(raw, CpuSet::of({1}));
  const Made made(raw);
  EXPECT_EQ(made.domains.domain(made.cids.cid(CpuId{1})), DomainId{});
  EXPECT_EQ(made.domains.domain(Cid{}), DomainId{});
  EXPECT_EQ(made.domains.domain(Cid{99}), DomainId{});
  EXPECT_EQ(made.domains.at(DomainId{0}).capacity, 3U * 1024);
}

TEST(Domains, AThousandOfThemShareTheirNeighbours) {
  std::vector<CoreSpec> specs;
  for (int llc = 0; llc < 1024; ++llc)
    specs = std::move(specs) + cores(1, 2, llc * 2, llc / 128, llc);
  const Made made(machine(specs));
  EXPECT_EQ(made.domains.size(), 1024);
  // Eight nodes, each with itself and two runs of others at the one distance there is.
  EXPECT_LE(made.domains.neighbour_table().size(), 8U * 3);
  expect_sound(made.topology, made.cids, made.domains);
}

TEST(Domains, AWalkEndsWhenTheVisitorSaysSo) {
  const Made made(machine(cores(1, 1, 0, 0, 0) + cores(1, 1, 1, 0, 1) + cores(1, 1, 2, 0, 2)));
  int visits = 0;
  made.domains.for_each_neighbour(DomainId{0}, [&](DomainId, int) { return ++visits < 1; });
  EXPECT_EQ(visits, 1);
}

}  // namespace
}  // namespace scx::test
