// SPDX-License-Identifier: GPL-2.0-only
//
// Core types. The figures are those that such machines show in sysfs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "machines.h"
#include "properties.h"

namespace scx::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<int> tiers(const Topology& topology) {
  std::vector<int> by_cpu;
  for (const Cpu& cpu : topology.cpus()) by_cpu.push_back(cpu.tier);
  return by_cpu;
}

std::vector<std::uint32_t> capacities(const Topology& topology) {
  std::vector<std::uint32_t> by_cpu;
  for (const Cpu& cpu : topology.cpus()) by_cpu.push_back(cpu.capacity);
  return by_cpu;
}

std::string rejection(const Topology& topology, TierSource source) {
  for (const auto& rejected : topology.tier_evidence().rejected) {
    if (rejected.source == source) return rejected.reason;
  }
  return "";
}

TEST(Tiers, ThreeOnAPhone) {
  const Topology topology = valid(machine({{.cpus = {0}, .capacity = 250},
                                           {.cpus = {1}, .capacity = 250},
                                           {.cpus = {2}, .capacity = 760},
                                           {.cpus = {3}, .capacity = 1024}}));
  EXPECT_THAT(tiers(topology), ElementsAre(2, 2, 1, 0));
  EXPECT_THAT(capacities(topology), ElementsAre(250, 250, 760, 1024));
  EXPECT_EQ(topology.tier_evidence().source, TierSource::cpu_capacity);
  EXPECT_THAT(topology.tier_evidence().tiers, ElementsAre("1024", "760", "250"));
  EXPECT_EQ(
      summary(topology),
      "4 CPUs, 1 node, 1 LLC, 4 cores, 1 thread a core, core types: 1 big, 1 medium, 2 little by "
      "cpu_capacity");
}

TEST(Tiers, PerformanceAndEfficientCoresByCppc) {
  const Topology topology = valid(machine({{.cpus = {0, 1}, .cppc = 65, .max_khz = 5100000},
                                           {.cpus = {2, 3}, .cppc = 68, .max_khz = 5300000},
                                           {.cpus = {4}, .cppc = 40, .max_khz = 3900000},
                                           {.cpus = {5}, .cppc = 40, .max_khz = 3900000}}));
  EXPECT_THAT(tiers(topology), ElementsAre(0, 0, 0, 0, 1, 1));
  EXPECT_THAT(capacities(topology), ElementsAre(1024, 1024, 1024, 1024, 602, 602));
  EXPECT_THAT(topology.tier_evidence().tiers, ElementsAre("65-68", "40"));
  EXPECT_EQ(rejection(topology, TierSource::cpu_capacity), "not there");
}

TEST(Tiers, FlatCppcGivesWayToTheKindsOfCores) {
  const Topology topology =
      valid(machine({{.cpus = {0}, .cppc = 255, .kind = 2, .max_khz = 4800000},
                     {.cpus = {1}, .cppc = 255, .kind = 1, .max_khz = 3600000}}));
  EXPECT_THAT(tiers(topology), ElementsAre(0, 1));
  EXPECT_EQ(topology.tier_evidence().source, TierSource::core_kinds);
  EXPECT_EQ(rejection(topology, TierSource::cppc), "the same on every CPU (255)");
  EXPECT_THAT(capacities(topology), ElementsAre(1024, 768));  // kinds have no scale; clocks have
}

TEST(Tiers, FavouredCoresAreNoType) {
  std::vector<CoreSpec> specs;
  for (int cpu = 0; cpu < 8; ++cpu) specs.push_back({.cpus = {cpu}, .prefcore = 166 - 5 * cpu});
  const Topology topology = valid(machine(specs));
  EXPECT_EQ(topology.nr_tiers(), 1);
  EXPECT_EQ(topology.tier_evidence().source, TierSource::none);
  EXPECT_EQ(rejection(topology, TierSource::prefcore),
            "no gap of 10 % between its values (131-166)");
  EXPECT_EQ(topology.at(CpuId{7}).capacity, 1024U);
}

TEST(Tiers, APrimeCoreIsAType) {
  const Topology topology = valid(machine({{.cpus = {0}, .capacity = 250},
                                           {.cpus = {1}, .capacity = 871},
                                           {.cpus = {2}, .capacity = 1024}}));
  EXPECT_THAT(tiers(topology), ElementsAre(2, 1, 0));
}

TEST(Tiers, SlightlyUnequalCapacitiesAreNoType) {
  const Topology topology =
      valid(machine({{.cpus = {0}, .capacity = 1024}, {.cpus = {1}, .capacity = 990}}));
  EXPECT_EQ(topology.nr_tiers(), 1);
  EXPECT_THAT(capacities(topology), ElementsAre(1024, 990));
}

TEST(Tiers, ByFrequencyWhereNothingElseSpeaks) {
  const Topology topology =
      valid(machine({{.cpus = {0}, .max_khz = 1800000}, {.cpus = {1}, .max_khz = 2400000}}));
  EXPECT_THAT(tiers(topology), ElementsAre(1, 0));
  EXPECT_EQ(topology.tier_evidence().source, TierSource::max_freq);
  EXPECT_THAT(capacities(topology), ElementsAre(768, 1024));
}

TEST(Tiers, ASourceThatSpeaksOfSomeCpusOnlyIsNoSource) {
  const Topology topology = valid(machine({{.cpus = {0}, .capacity = 1024, .max_khz = 3000000},
                                           {.cpus = {1}, .max_khz = 1000000},
                                           {.cpus = {2}, .capacity = 512, .max_khz = 1000000}}));
  EXPECT_EQ(rejection(topology, TierSource::cpu_capacity), "missing on CPUs 1");
  EXPECT_EQ(topology.tier_evidence().source, TierSource::max_freq);
}

TEST(Tiers, ZeroIsNoCapacity) {
  const Topology topology =
      valid(machine({{.cpus = {0}, .capacity = 1024}, {.cpus = {1}, .capacity = 0}}));
  EXPECT_EQ(rejection(topology, TierSource::cpu_capacity), "not above 0 on CPUs 1");
  EXPECT_EQ(topology.nr_tiers(), 1);
}

TEST(Tiers, OfflineCpusHaveNoVote) {
  RawTopology raw = machine({{.cpus = {0}, .capacity = 512}, {.cpus = {1}, .capacity = 1024}});
  offline(raw, CpuSet::of({1}));
  const Topology topology = valid(raw);
  EXPECT_EQ(topology.nr_tiers(), 1);
  EXPECT_EQ(topology.at(CpuId{0}).capacity, 1024U);
  EXPECT_EQ(topology.at(CpuId{1}).tier, -1);
}

TEST(Tiers, ThreadsOfACoreAreOfOneType) {
  RawTopology raw = machine({{.cpus = {0, 1}, .capacity = 1024}, {.cpus = {2}, .capacity = 256}});
  raw.cpus[1].capacity = 256;
  EXPECT_THAT(tiers(valid(raw)), ElementsAre(0, 0, 1));
}

TEST(Tiers, AGapInARankingAloneIsNoType) {
  // Two favoured cores far ahead of cores that are built and clocked alike.
  auto specs = cores(8, 2, 0);
  for (CoreSpec& core : specs) {
    core.prefcore = core.cppc = core.cpus[0] < 4 ? 236 : 166;
    core.max_khz = 5276318;
  }
  const Topology topology = valid(machine(specs));
  EXPECT_EQ(topology.nr_tiers(), 1);
  const char* why = "its gaps are none of the core kinds or the maximum frequency: favoured cores";
  EXPECT_EQ(rejection(topology, TierSource::prefcore), why);
  EXPECT_EQ(rejection(topology, TierSource::cppc), why);
}

TEST(Tiers, AGapInARankingCountsWhereNothingElseSpeaks) {
  const Topology topology =
      valid(machine({{.cpus = {0}, .cppc = 100}, {.cpus = {1}, .cppc = 400}}));
  EXPECT_THAT(tiers(topology), ElementsAre(1, 0));
  EXPECT_THAT(capacities(topology), ElementsAre(256, 1024));
}

TEST(Tiers, AGapInARankingCountsWhereTheKindsShareIt) {
  // P and E cores with turbo off.
  const Topology topology =
      valid(machine({{.cpus = {0}, .cppc = 65, .kind = 2, .max_khz = 2600000},
                     {.cpus = {1}, .cppc = 40, .kind = 1, .max_khz = 2600000}}));
  EXPECT_THAT(tiers(topology), ElementsAre(0, 1));
  EXPECT_EQ(topology.tier_evidence().source, TierSource::cppc);
}

TEST(Tiers, ARankingIsAMeasureWhereThereIsNoOther) {
  const Topology topology =
      valid(machine({{.cpus = {0}, .prefcore = 200}, {.cpus = {1}, .prefcore = 100}}));
  EXPECT_THAT(capacities(topology), ElementsAre(1024, 512));
}

TEST(Tiers, OnlyTheGapsOfARankingThatTheClocksShareAreTypes) {
  const Topology topology = valid(machine({{.cpus = {0}, .prefcore = 236, .max_khz = 5000000},
                                           {.cpus = {1}, .prefcore = 196, .max_khz = 5000000},
                                           {.cpus = {2}, .prefcore = 132, .max_khz = 3500000}}));
  EXPECT_THAT(tiers(topology), ElementsAre(0, 0, 1));
  EXPECT_THAT(topology.tier_evidence().tiers, ElementsAre("196-236", "132"));
  EXPECT_THAT(capacities(topology), ElementsAre(1024, 1024, 717));  // clocks; ranks measure nothing
}

TEST(Tiers, KindsThatTheFiguresDoNotShareAreNoTypes) {
  const Topology topology = valid(machine({{.cpus = {0}, .kind = 0, .max_khz = 3366000},
                                           {.cpus = {1}, .kind = 1, .max_khz = 3429000},
                                           {.cpus = {2}, .kind = 2, .max_khz = 3474000}}));
  EXPECT_EQ(topology.nr_tiers(), 1);
  EXPECT_EQ(rejection(topology, TierSource::core_kinds),
            "neither CPPC highest_perf nor the maximum frequency has a gap of 10 % between them");
}

TEST(Tiers, CoresWithTheLargerCacheAreNotTheSmallerOnes) {
  const Topology topology =
      valid(machine({{.cpus = {0}, .llc = 0, .llc_kb = 98304, .max_khz = 4000000},
                     {.cpus = {1}, .llc = 1, .llc_kb = 32768, .max_khz = 5000000}}));
  EXPECT_EQ(topology.nr_tiers(), 1);
  EXPECT_EQ(rejection(topology, TierSource::max_freq),
            "the cores with less have the larger cache: other cores, not smaller ones");
  EXPECT_THAT(capacities(topology), ElementsAre(1024, 1024));
}

TEST(Tiers, CapacityCountsWhateverTheCaches) {
  const Topology topology =
      valid(machine({{.cpus = {0}, .llc = 0, .llc_kb = 2048, .capacity = 512},
                     {.cpus = {1}, .llc = 1, .llc_kb = 1024, .capacity = 1024}}));
  EXPECT_THAT(tiers(topology), ElementsAre(1, 0));
}

TEST(Tiers, CapacityThatIsTheSameEverywhereLeavesItToOthers) {
  // What the kernel shows where no driver has filled it in.
  const Topology topology = valid(machine(
      {{.cpus = {0}, .capacity = 1024, .kind = 1}, {.cpus = {1}, .capacity = 1024, .kind = 0}}));
  EXPECT_THAT(tiers(topology), ElementsAre(0, 1));
  EXPECT_EQ(topology.tier_evidence().source, TierSource::core_kinds);
}

TEST(BigCpus, AreTierZeroWhateverTheEvidence) {
  RawTopology raw = machine({{.cpus = {0, 1}, .cppc = 65, .max_khz = 3000000},
                             {.cpus = {2, 3}, .cppc = 30, .max_khz = 4000000},
                             {.cpus = {4}, .cppc = 65, .max_khz = 2000000}});
  const Topology topology = valid(raw, {.big_cpus = CpuSet::of({3})});
  EXPECT_THAT(tiers(topology), ElementsAre(1, 1, 0, 0, 1));  // a core is named whole
  EXPECT_THAT(capacities(topology), ElementsAre(768, 768, 1024, 1024, 768));
  EXPECT_EQ(topology.tier_evidence().source, TierSource::big_cpus);
  EXPECT_THAT(topology.tier_evidence().tiers, ElementsAre("CPUs 2-3", "CPUs 0-1,4"));
  EXPECT_THAT(topology.tier_evidence().rejected, ElementsAre());
  EXPECT_THAT(summary(topology), HasSubstr("core types: 1 big, 2 little by --big-cpus"));
}

TEST(BigCpus, HaveTheKernelsCapacityUnlessTheOthersHaveMore) {
  const auto specs = std::vector<CoreSpec>{{.cpus = {0}, .capacity = 512},
                                           {.cpus = {1}, .capacity = 250},
                                           {.cpus = {2}, .capacity = 1024}};
  const Topology right = valid(machine(specs), {.big_cpus = CpuSet::of({2})});
  EXPECT_THAT(capacities(right), ElementsAre(512, 250, 1024));
  const Topology wrong = valid(machine(specs), {.big_cpus = CpuSet::of({0})});
  EXPECT_THAT(capacities(wrong), ElementsAre(1024, 500, 1024));
}

TEST(BigCpus, AreNoSlowerThanOthersThatClockHigher) {
  const Topology topology =
      valid(machine({{.cpus = {0}, .max_khz = 2000000}, {.cpus = {1}, .max_khz = 3000000}}),
            {.big_cpus = CpuSet::of({0})});
  EXPECT_THAT(tiers(topology), ElementsAre(0, 1));
  EXPECT_THAT(capacities(topology), ElementsAre(1024, 1024));
}

TEST(BigCpus, AreAllAlikeWhereNothingMeasuresThem) {
  const Topology topology = valid(machine(cores(3, 1, 0)), {.big_cpus = CpuSet::of({0})});
  EXPECT_THAT(capacities(topology), ElementsAre(1024, 1024, 1024));
}

TEST(BigCpus, MayNameOfflineOnes) {
  RawTopology raw = machine(cores(4, 1, 0));
  offline(raw, CpuSet::of({1}));
  EXPECT_THAT(tiers(valid(raw, {.big_cpus = CpuSet::of({0, 1})})), ElementsAre(0, -1, 1, 1));
}

std::string refusal(const RawTopology& raw, const CpuSet& big) {
  const auto topology = validate(raw, {.big_cpus = big});
  if (topology) return "";
  EXPECT_EQ(topology.error().kind, ErrorKind::usage);
  return topology.error().message();
}

TEST(BigCpus, ThatMakeNoSenseAreRefused) {
  RawTopology raw = machine(cores(4, 1, 0));
  offline(raw, CpuSet::of({3}));
  EXPECT_EQ(refusal(raw, CpuSet::of({0, 4, 5})),
            "--big-cpus names CPUs 4-5, which this machine does not have; its CPUs are 0-3");
  EXPECT_EQ(refusal(raw, CpuSet::of({3})),
            "--big-cpus '3' names no CPU that is online; online are 0-2");
  EXPECT_EQ(refusal(raw, CpuSet{}), "--big-cpus '' names no CPU that is online; online are 0-2");
  EXPECT_EQ(refusal(raw, CpuSet::of({0, 1, 2})),
            "--big-cpus '0-2' names every core that is online (0-2); leave out the smaller cores; "
            "where all are of one size, leave out the option");
  EXPECT_EQ(refusal(raw, CpuSet::of({0})), "");
}

TEST(Tiers, EachSourceHasAName) {
  EXPECT_EQ(name(TierSource::big_cpus), "--big-cpus");
  EXPECT_EQ(name(TierSource::cppc), "CPPC highest_perf");
  EXPECT_EQ(name(TierSource::none), "none");
}

}  // namespace
}  // namespace scx::test
