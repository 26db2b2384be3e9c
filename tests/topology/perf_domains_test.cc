// SPDX-License-Identifier: GPL-2.0-only
//
// Ranks inside a core type, and the energy model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "machines.h"
#include "properties.h"

namespace scx::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<int> ranks(const Topology& topology) {
  std::vector<int> by_cpu;
  for (const Cpu& cpu : topology.cpus()) by_cpu.push_back(cpu.rank);
  return by_cpu;
}

TEST(Ranks, AreOfTheFirstSourceThatTellsTheCoresOfATierApart) {
  // Big: the ranking speaks. Little: all are ranked alike, CPPC is missing on one, clocks differ.
  const Topology topology = valid(
      machine({{.cpus = {0}, .capacity = 1024, .prefcore = 200, .cppc = 9, .max_khz = 5000000},
               {.cpus = {1}, .capacity = 1024, .prefcore = 190, .cppc = 9, .max_khz = 5100000},
               {.cpus = {2}, .capacity = 400, .prefcore = 100, .cppc = 5, .max_khz = 2000000},
               {.cpus = {3}, .capacity = 400, .prefcore = 100, .max_khz = 2100000},
               {.cpus = {4}, .capacity = 400, .prefcore = 100, .cppc = 7, .max_khz = 2200000}}));
  EXPECT_THAT(ranks(topology), ElementsAre(0, 1, 2, 1, 0));
  EXPECT_TRUE(topology.at(CpuId{0}).turbo);
  EXPECT_FALSE(topology.at(CpuId{1}).turbo);
  EXPECT_FALSE(topology.at(CpuId{2}).turbo);
  EXPECT_TRUE(topology.at(CpuId{3}).turbo);
}

TEST(Ranks, AreThoseOfTheBestThreadAndNoneOffline) {
  RawTopology raw = machine({{.cpus = {0, 1}, .prefcore = 200}, {.cpus = {2, 3}, .prefcore = 210}});
  raw.cpus[1].prefcore = 220;
  EXPECT_THAT(ranks(valid(raw)), ElementsAre(0, 0, 1, 1));
  offline(raw, CpuSet::of({1}));
  EXPECT_THAT(ranks(valid(raw)), ElementsAre(1, 0, 0, 0));
}

TEST(Cpus, HaveTheLatencyThatUsersAllow) {
  RawTopology raw = machine(cores(3, 1, 0));
  raw.cpus[0].resume_latency_us = 40;
  raw.cpus[1].resume_latency_us = -1;
  const Topology topology = valid(raw);
  EXPECT_EQ(topology.at(CpuId{0}).resume_latency_us, 40U);
  EXPECT_EQ(topology.at(CpuId{1}).resume_latency_us, 0U);
  EXPECT_EQ(topology.at(CpuId{2}).resume_latency_us, 0U);
}

// Two little cores and two big ones, a perf domain for each pair.
RawTopology modelled() {
  RawTopology raw = machine({{.cpus = {0}, .capacity = 256},
                             {.cpus = {1}, .capacity = 256},
                             {.cpus = {2}, .capacity = 1024},
                             {.cpus = {3}, .capacity = 1024}});
  raw.perf_domains.push_back(
      {CpuSet::of({0, 1}), {{500000, 64, 10, false}, {2000000, 256, 90, false}}});
  raw.perf_domains.push_back(
      {CpuSet::of({2, 3}), {{1000000, 512, 200, true}, {2000000, 1024, 900, false}}});
  return raw;
}

std::vector<std::uint64_t> performance(const PerfDomain& domain) {
  std::vector<std::uint64_t> values;
  for (const PerfState& state : domain.states) values.push_back(state.performance);
  return values;
}

TEST(PerfDomains, IsTakenAsItIs) {
  const Topology topology = valid(modelled());
  ASSERT_THAT(topology.perf_domains(), SizeIs(2));
  EXPECT_EQ(topology.perf_domains()[1].cpus, CpuSet::of({2, 3}));
  const PerfState& state = topology.perf_domains()[1].states[0];
  EXPECT_EQ(std::tuple(state.khz, state.performance, state.power, state.inefficient),
            std::tuple(1000000U, 512U, 200U, true));
  EXPECT_THAT(topology.notes(), IsEmpty());
}

TEST(PerfDomains, HasEachStateOnceInOrder) {
  RawTopology raw = modelled();
  raw.perf_domains[0].states = {{2000000, 256, 90, false},
                                {0, 1, 1, false},
                                {500000, 64, 10, false},
                                {500000, 70, 12, false}};
  const Topology topology = valid(raw);
  EXPECT_THAT(performance(topology.perf_domains()[0]), ElementsAre(64, 256));
}

TEST(PerfDomains, TakesPerformanceFromTheClocksWhereTheKernelGivesNone) {
  RawTopology raw = modelled();  // kernels before 6.9
  for (PerfDomain& domain : raw.perf_domains) {
    for (PerfState& state : domain.states) state.performance = 0;
  }
  const Topology topology = valid(raw);
  EXPECT_THAT(performance(topology.perf_domains()[0]), ElementsAre(64, 256));
  EXPECT_THAT(performance(topology.perf_domains()[1]), ElementsAre(512, 1024));
}

TEST(PerfDomains, TakesThePerformanceOfTheTopStateFromTheKernelWhereItIsThere) {
  RawTopology raw = modelled();
  raw.perf_domains[1].states[0].performance = 0;
  raw.perf_domains[1].states[1].performance = 600;
  EXPECT_THAT(performance(valid(raw).perf_domains()[1]), ElementsAre(300, 600));
}

TEST(PerfDomains, NeverGivesLessForAFasterState) {
  RawTopology raw = modelled();
  raw.perf_domains[1].states = {
      {500000, 600, 1, false}, {1000000, 300, 2, false}, {2000000, 1024, 3, false}};
  const Topology topology = valid(raw);
  EXPECT_THAT(performance(topology.perf_domains()[1]), ElementsAre(600, 600, 1024));
}

TEST(PerfDomains, LeavesOutOfflineCpus) {
  RawTopology raw = modelled();
  raw.perf_domains.push_back({CpuSet::of({70}), raw.perf_domains[0].states});
  raw.online = raw.online - CpuSet::of({0, 2, 3});
  const Topology topology = valid(raw);
  ASSERT_THAT(topology.perf_domains(), SizeIs(1));
  EXPECT_EQ(topology.perf_domains()[0].cpus, CpuSet::of({1}));
}

TEST(PerfDomains, BelievesTheFirstPerfDomainOfACpu) {
  RawTopology raw = modelled();
  raw.perf_domains[1].cpus.insert(CpuId{1});
  const Topology topology = valid(raw);
  EXPECT_EQ(topology.perf_domains()[0].cpus, CpuSet::of({0, 1}));
  EXPECT_EQ(topology.perf_domains()[1].cpus, CpuSet::of({2, 3}));
  EXPECT_THAT(topology.notes(),
              ElementsAre("CPUs 1 are in more than one perf domain: the first counts"));
}

TEST(PerfDomains, OfSomeCpusOnlyIsNone) {
  RawTopology raw = modelled();
  raw.perf_domains[0].cpus.erase(CpuId{0});
  raw.perf_domains[1].states.clear();
  const Topology topology = valid(raw);
  EXPECT_THAT(topology.perf_domains(), IsEmpty());
  EXPECT_THAT(
      topology.notes(),
      ElementsAre(
          "the energy model has no perf domain with states for CPUs 0,2-3: it is left out"));
}

}  // namespace
}  // namespace scx::test
