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
  explicit Made(RawTopology raw, const DomainOptions& options = {})
      : topology(valid(std::move(raw))),
        cids(make_cid_map(topology)),
        domains(make_domains(topology, cids, options)) {}

  // Cores of each domain, where each has as many CPUs.
  std::vector<int> sizes(int threads = 1) const {
    std::vector<int> cores;
    for (const Domain& domain : domains.all()) cores.push_back(domain.cids.count / threads);
    return cores;
  }

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
  // Distances between nodes: 12, 20, 32, a class each.
  EXPECT_THAT(made.walk(0), ElementsAre(Pair(1, kSamePackageClass), Pair(3, kFirstNumaClass + 1),
                                        Pair(2, kFirstNumaClass + 2)));
  EXPECT_EQ(made.domains.nr_distance_classes(), kFirstNumaClass + 3);
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

// `count` LLCs of one core each from CPU `first` on, `per_die` of them to a die.
std::vector<CoreSpec> on_dies(int count, int per_die, int first = 0, int node = 0) {
  std::vector<CoreSpec> specs;
  for (int llc = first; llc < first + count; ++llc)
    specs.push_back(
        {.cpus = {llc}, .node = node, .package = node, .llc = llc, .die = (llc - first) / per_die});
  return specs;
}

TEST(Dies, AreNearerThanTheRestOfTheNode) {
  const Made made(machine(on_dies(4, 2) + on_dies(2, 1, 4, 1)));
  const int die = kSameDieClass, node = kSameNodeClass, far = kFirstNumaClass;
  EXPECT_THAT(made.walk(0),
              ElementsAre(Pair(1, die), Pair(3, node), Pair(2, node), Pair(5, far), Pair(4, far)));
  EXPECT_THAT(made.walk(3),
              ElementsAre(Pair(2, die), Pair(0, node), Pair(1, node), Pair(4, far), Pair(5, far)));
  // A die to each LLC: nobody else is on it.
  EXPECT_THAT(made.walk(4),
              ElementsAre(Pair(5, node), Pair(1, far), Pair(2, far), Pair(3, far), Pair(0, far)));
  expect_sound(made.topology, made.cids, made.domains);
}

TEST(Dies, OfOneNumberInTwoPackagesAreTwo) {
  auto specs = on_dies(4, 4);
  for (CoreSpec& core : specs) core.package = core.llc / 2;
  const Made made(machine(specs));
  EXPECT_THAT(made.walk(0), ElementsAre(Pair(1, kSameDieClass), Pair(3, kSameNodeClass),
                                        Pair(2, kSameNodeClass)));
}

void expect_no_die_class(const std::vector<CoreSpec>& specs) {
  const Made made(machine(specs));
  EXPECT_THAT(made.walk(0), ElementsAre(Pair(1, kSameNodeClass), Pair(2, kSameNodeClass),
                                        Pair(3, kSameNodeClass)));
}

TEST(Dies, CountOnlyWhereTheyAreNamedAndSeveralAndSideBySide) {
  expect_no_die_class(on_dies(4, 4));  // one die
  auto unnamed = on_dies(4, 2);
  unnamed[3].die = -1;
  expect_no_die_class(unnamed);
  auto apart = on_dies(4, 1);
  for (CoreSpec& core : apart) core.die %= 2;
  expect_no_die_class(apart);
  auto across = on_dies(5, 2);  // an LLC on two dies
  across[4].llc = 3;
  expect_no_die_class(across);
}

TEST(Dies, OfOneDomainEachShareTheListOfTheNode) {
  const Made made(machine(on_dies(64, 1)));
  EXPECT_EQ(made.domains.neighbour_table().size(), 1U);
}

TEST(Dies, GoWithDomainsOfPartsOfAnLlc) {
  auto specs = cores(4, 1, 0, 0, 0) + cores(2, 1, 4, 0, 1) + cores(2, 1, 6, 0, 2);
  for (CoreSpec& core : specs) core.die = core.llc / 2;
  const Made made(machine(specs), {VirtLlc{1, 2}});
  ASSERT_EQ(made.sizes(), (std::vector{2, 2, 2, 2}));
  EXPECT_THAT(made.walk(0),
              ElementsAre(Pair(1, kSameLlcClass), Pair(2, kSameDieClass), Pair(3, kSameNodeClass)));
  EXPECT_THAT(made.walk(2),
              ElementsAre(Pair(0, kSameDieClass), Pair(1, kSameDieClass), Pair(3, kSameNodeClass)));
}

TEST(VirtLlc, ReadsARangeOrItsEnd) {
  const auto read = [](std::string_view text) {
    const auto parsed = VirtLlc::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed ? std::pair(parsed->min_cores, parsed->max_cores) : std::pair(0, 0);
  };
  EXPECT_THAT(read("2-8"), Pair(2, 8));
  EXPECT_THAT(read("4-4"), Pair(4, 4));
  EXPECT_THAT(read("6"), Pair(1, 6));
  EXPECT_THAT(read("65535"), Pair(1, 65535));
  EXPECT_THAT(read(""), Pair(2, 8));  // upstream's scx_lavd
}

TEST(VirtLlc, RefusesAnythingElse) {
  for (std::string_view text : {"0", "0-4", "8-2", "-", "2-", "-8", "2-8-9", "two", "2 - 8", " 2-8",
                                "+2-8", "2,8", "65536", "1-99999999999999999999"}) {
    const auto parsed = VirtLlc::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, ErrorKind::usage);
    EXPECT_EQ(parsed.error().message(),
              "--virt-llc '" + std::string(text) +
                  "' is no range of cores; expected MIN-MAX or MAX with 1 ≤ MIN ≤ MAX ≤ 65535, "
                  "for example 2-8");
  }
}

TEST(VirtLlc, SplitsIntoTheFewestPartsThatAreNotTooLarge) {
  const auto split = [](int cores_of_llc, VirtLlc range) {
    return Made(machine(cores(cores_of_llc, 2, 0)), {range}).sizes(2);
  };
  EXPECT_EQ(split(8, {2, 8}), (std::vector{8}));
  EXPECT_EQ(split(9, {2, 8}), (std::vector{5, 4}));
  EXPECT_EQ(split(24, {2, 8}), (std::vector{8, 8, 8}));
  EXPECT_EQ(split(26, {2, 8}), (std::vector{7, 7, 6, 6}));
  EXPECT_EQ(split(3, {1, 1}), (std::vector{1, 1, 1}));
}

TEST(VirtLlc, LeavesPartsLargeRatherThanMakeThemTooSmall) {
  const auto split = [](int cores_of_llc, VirtLlc range) {
    return Made(machine(cores(cores_of_llc, 1, 0)), {range}).sizes();
  };
  EXPECT_EQ(split(9, {5, 8}), (std::vector{9}));      // halves of 4 and 5
  EXPECT_EQ(split(14, {5, 6}), (std::vector{7, 7}));  // thirds of 4 and 5
  EXPECT_EQ(split(5, {4, 4}), (std::vector{5}));
}

TEST(VirtLlc, SplitsEachCoreTypeByItselfAndLeavesTheCidsAlone) {
  auto specs = cores(6, 2, 0) + cores(8, 1, 12) + cores(2, 1, 20, 0, 1);
  for (CoreSpec& core : specs) core.capacity = core.cpus.size() == 2 ? 1024 : 512;
  const Made whole(machine(specs)), split(machine(specs), {VirtLlc{2, 4}});
  EXPECT_EQ(whole.domains.size(), 3);
  ASSERT_EQ(split.domains.size(), 5);
  EXPECT_EQ(split.domains.at(DomainId{1}).cids, (CidRange{Cid{6}, 6}));
  EXPECT_EQ(split.domains.at(DomainId{2}).tier, 1);
  EXPECT_EQ(split.domains.at(DomainId{2}).capacity, 4U * 512);
  EXPECT_THAT(split.cids.cid_to_cpu(), ::testing::ElementsAreArray(whole.cids.cid_to_cpu()));
  // The other parts and the other type, then the other LLC.
  EXPECT_THAT(split.walk(1), ElementsAre(Pair(2, kSameLlcClass), Pair(3, kSameLlcClass),
                                         Pair(0, kSameLlcClass), Pair(4, kSameNodeClass)));
}

TEST(Domains, OfCachesOfAllSizesAreThoseOfTheMachine) {
  // Two LLCs of 6 cores, one of 2, in a node with one node beside it that has one LLC.
  const Made made(machine(cores(6, 1, 0, 0, 0) + cores(2, 1, 6, 0, 1) + cores(6, 1, 8, 0, 2) +
                          cores(1, 1, 14, 1, 3)));
  EXPECT_EQ(made.sizes(), (std::vector{6, 2, 6, 1}));
  expect_sound(made.topology, made.cids, made.domains);
}

TEST(Domains, AsymmetricDistancesAreThoseOfTheWalker) {
  RawTopology raw = machine(cores(1, 1, 0, 0, 0) + cores(1, 1, 1, 1, 1) + cores(1, 1, 2, 2, 2));
  raw.nodes[0].distances = {10, 40, 20};
  raw.nodes[1].distances = {20, 10, 40};
  raw.nodes[2].distances = {20, 20, 10};
  const Made made(raw);
  const int near = kFirstNumaClass, far = kFirstNumaClass + 1;
  EXPECT_THAT(made.walk(0), ElementsAre(Pair(2, near), Pair(1, far)));
  EXPECT_THAT(made.walk(1), ElementsAre(Pair(0, near), Pair(2, far)));
  EXPECT_THAT(made.walk(2), ElementsAre(Pair(1, near), Pair(0, near)));
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

  // With dies and parts of LLCs, an entry or two more for each LLC.
  for (CoreSpec& core : specs) core.die = core.llc % 128 / 16;
  const Made split(machine(specs + cores(1, 2, 2048, 7, 1023)), {VirtLlc{1, 1}});
  EXPECT_EQ(split.domains.size(), 1025);
  EXPECT_LE(split.domains.neighbour_table().size(), 64U * 5 + 7);
}

TEST(Domains, AWalkEndsWhenTheVisitorSaysSo) {
  const Made made(machine(cores(1, 1, 0, 0, 0) + cores(1, 1, 1, 0, 1) + cores(1, 1, 2, 0, 2)));
  int visits = 0;
  made.domains.for_each_neighbour(DomainId{0}, [&](DomainId, int) { return ++visits < 1; });
  EXPECT_EQ(visits, 1);
}

}  // namespace
}  // namespace scx::test
