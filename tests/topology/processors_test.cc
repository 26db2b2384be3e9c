// SPDX-License-Identifier: GPL-2.0-only
//
// Core types and ranks of processors that people have, with the figures that these show in sysfs
// (as posted in bug reports and on mailing lists), or where none were found, figures in proportion
// to their clocks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "machines.h"
#include "properties.h"

namespace scx::test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

// By core, in the order of the specs.
template <typename Field>
std::vector<Field> by_core(const Topology& topology, const std::vector<CoreSpec>& specs,
                           Field Cpu::*field) {
  std::vector<Field> values;
  for (const CoreSpec& spec : specs) values.push_back(topology.at(CpuId{spec.cpus[0]}).*field);
  return values;
}

using Figure = std::int64_t CoreSpec::*;

void set(std::vector<CoreSpec>& specs, Figure figure, const std::vector<std::int64_t>& values) {
  ASSERT_EQ(specs.size(), values.size());
  for (std::size_t c = 0; c < specs.size(); ++c) specs[c].*figure = values[c];
}

void set_all(std::vector<CoreSpec>& specs, Figure figure, std::int64_t value) {
  for (CoreSpec& spec : specs) spec.*figure = value;
}

void set_cache(std::vector<CoreSpec>& specs, int kb) {
  for (CoreSpec& spec : specs) spec.llc_kb = kb;
}

// Two threads a core, all second threads numbered behind all first ones.
std::vector<CoreSpec> desktop(int count, int first, int total, int llc) {
  std::vector<CoreSpec> specs;
  for (int c = first; c < first + count; ++c) specs.push_back({.cpus = {c, c + total}, .llc = llc});
  return specs;
}

TEST(Processors, Ryzen5950XHasFavouredCoresAndOneType) {
  auto specs = desktop(8, 0, 16, 0) + desktop(8, 8, 16, 1);
  set_cache(specs, 32768);
  const std::vector<std::int64_t> ranking = {226, 231, 211, 236, 216, 236, 206, 221,
                                             191, 201, 186, 196, 171, 166, 176, 181};
  set(specs, &CoreSpec::prefcore, ranking);
  set(specs, &CoreSpec::cppc, ranking);
  set_all(specs, &CoreSpec::max_khz, 5276318);
  const Topology topology = valid(machine(specs));
  EXPECT_EQ(topology.nr_tiers(), 1);
  EXPECT_THAT(by_core(topology, specs, &Cpu::rank),
              ElementsAre(2, 1, 5, 0, 4, 0, 6, 3, 9, 7, 10, 8, 13, 14, 12, 11));
  EXPECT_FALSE(topology.at(CpuId{13}).turbo);
  EXPECT_TRUE(topology.at(CpuId{12}).turbo);
  EXPECT_THAT(by_core(topology, specs, &Cpu::capacity), Each(1024U));
  expect_all_sound(topology);
}

// The die with the stacked cache first. What the firmware prefers changes while the machine runs.
std::vector<CoreSpec> ryzen_7950x3d(bool prefers_cache) {
  auto cache = desktop(8, 0, 16, 0), frequency = desktop(8, 8, 16, 1);
  set_cache(cache, 98304);
  set_cache(frequency, 32768);
  const std::vector<std::int64_t> less = {201, 196, 186, 176, 191, 181, 171, 166},
                                  more = {236, 236, 221, 231, 211, 226, 206, 216};
  set(cache, &CoreSpec::prefcore, prefers_cache ? more : less);
  set(frequency, &CoreSpec::prefcore, prefers_cache ? less : more);
  set_all(cache, &CoreSpec::max_khz, 5250000);
  set_all(frequency, &CoreSpec::max_khz, 5759000);
  return cache + frequency;
}

TEST(Processors, Ryzen7950X3DHasOneTypeWhicheverDieIsPreferred) {
  for (bool prefers_cache : {false, true}) {
    const auto specs = ryzen_7950x3d(prefers_cache);
    const Topology topology = valid(machine(specs));
    EXPECT_EQ(topology.nr_tiers(), 1);
    EXPECT_EQ(topology.llcs().size(), 2U);
    EXPECT_EQ(topology.at(CpuId{prefers_cache ? 0 : 8}).rank, 0);
  }
}

TEST(Processors, AnX3DWithAWiderGapHasOneTypeToo) {
  auto specs = ryzen_7950x3d(false);
  for (std::size_t c = 0; c < 8; ++c) {
    specs[c].prefcore -= 35;  // a gap of 19 % to the least of the other die
    specs[c].max_khz = 4800000;
    specs[c].kind = 0;
    specs[c + 8].kind = 1;
  }
  EXPECT_EQ(valid(machine(specs)).nr_tiers(), 1);
}

TEST(Processors, RyzenAiHx370HasZen5AndZen5c) {
  auto big = desktop(4, 0, 12, 0), compact = desktop(8, 4, 12, 1);
  set_cache(big, 16384);
  set_cache(compact, 8192);
  set(big, &CoreSpec::prefcore, {206, 201, 206, 196});
  set(compact, &CoreSpec::prefcore, {132, 132, 132, 132, 132, 132, 132, 132});
  set_all(big, &CoreSpec::max_khz, 5157895);
  set_all(compact, &CoreSpec::max_khz, 3306000);
  const auto specs = big + compact;
  const Topology topology = valid(machine(specs));
  EXPECT_THAT(by_core(topology, specs, &Cpu::tier),
              ElementsAre(0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
  EXPECT_EQ(topology.tier_evidence().source, TierSource::prefcore);
  EXPECT_EQ(topology.at(CpuId{0}).capacity, 1024U);
  EXPECT_EQ(topology.at(CpuId{4}).capacity, 656U);
  EXPECT_THAT(by_core(topology, specs, &Cpu::rank),
              ElementsAre(0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0));

  auto unranked = specs;  // an older kernel
  set_all(unranked, &CoreSpec::prefcore, -1);
  EXPECT_EQ(valid(machine(unranked)).nr_tiers(), 2);
}

TEST(Processors, LunarLakeHasCoresOutsideItsL3) {
  auto big = cores(4, 1, 0, 0, 0), little = cores(4, 1, 4, 0, 1);
  for (CoreSpec& core : little) core.package = 0;
  set_cache(big, 12288);
  set_cache(little, 4096);  // their L2 is their last cache
  set(big, &CoreSpec::max_khz, {4700000, 4800000, 4700000, 4800000});
  set_all(little, &CoreSpec::max_khz, 3700000);
  const auto specs = big + little;
  auto with_capacity = specs;
  set(with_capacity, &CoreSpec::capacity, {1005, 1024, 1005, 1024, 689, 689, 689, 689});
  auto with_kinds = specs;
  set(with_kinds, &CoreSpec::kind, {2, 2, 2, 2, 1, 1, 1, 1});
  for (const auto& machine_specs : {specs, with_capacity, with_kinds}) {
    const Topology topology = valid(machine(machine_specs));
    EXPECT_THAT(by_core(topology, specs, &Cpu::tier), ElementsAre(0, 0, 0, 0, 1, 1, 1, 1));
    EXPECT_EQ(topology.llcs().size(), 2U);
    EXPECT_EQ(topology.at(CpuId{1}).rank, 0);
    EXPECT_TRUE(topology.at(CpuId{3}).turbo);
    EXPECT_FALSE(topology.at(CpuId{2}).turbo);
    EXPECT_LT(topology.at(CpuId{4}).capacity, 800U);
    expect_all_sound(topology);
  }
}

TEST(Processors, MeteorLakeHasThreeTypes) {
  auto big = cores(6, 2, 0), little = cores(8, 1, 12), least = cores(2, 1, 20, 0, 1);
  set_cache(big, 24576);
  set_cache(little, 24576);
  set_cache(least, 2048);
  set(big, &CoreSpec::cppc, {56, 56, 60, 60, 56, 56});
  set(big, &CoreSpec::max_khz, {4500000, 4500000, 4800000, 4800000, 4500000, 4500000});
  set_all(little, &CoreSpec::cppc, 38);
  set_all(little, &CoreSpec::max_khz, 3800000);
  set_all(least, &CoreSpec::cppc, 25);
  set_all(least, &CoreSpec::max_khz, 2500000);
  auto specs = big + little + least;
  for (CoreSpec& core : specs) core.kind = core.cpus[0] < 12 ? 2 : 1;  // cpu_core and cpu_atom
  const Topology topology = valid(machine(specs));
  EXPECT_EQ(topology.nr_tiers(), 3);
  EXPECT_THAT(topology.tier_evidence().tiers, ElementsAre("56-60", "38", "25"));
  EXPECT_EQ(topology.at(CpuId{12}).tier, 1);
  EXPECT_EQ(topology.at(CpuId{21}).tier, 2);
}

TEST(Processors, CoreI7WithFlatCppcAndClocksGoesByTheKindsOfCores) {
  // i7-13650HX with turbo off: the E-cores must not come out as the big ones.
  auto specs = cores(6, 2, 0) + cores(8, 1, 12);
  set_all(specs, &CoreSpec::cppc, 255);
  set_all(specs, &CoreSpec::max_khz, 2600000);
  for (CoreSpec& core : specs) core.kind = core.cpus[0] < 12 ? 2 : 1;
  const Topology topology = valid(machine(specs));
  EXPECT_EQ(topology.tier_evidence().source, TierSource::core_kinds);
  EXPECT_EQ(topology.at(CpuId{0}).tier, 0);
  EXPECT_EQ(topology.at(CpuId{12}).tier, 1);
}

TEST(Processors, ACoreI9sFavouredCoresAreItsPCoresStill) {
  auto specs = cores(8, 2, 0) + cores(16, 1, 16);
  for (CoreSpec& core : specs) {
    const int first = core.cpus[0];
    core.kind = first < 16 ? 2 : 1;
    core.cppc = first >= 16 ? 44 : first == 8 || first == 10 ? 76 : 71;
    core.max_khz = first >= 16 ? 4400000 : first == 8 || first == 10 ? 6000000 : 5600000;
  }
  const Topology topology = valid(machine(specs));
  EXPECT_EQ(topology.nr_tiers(), 2);
  EXPECT_TRUE(topology.at(CpuId{8}).turbo);
  EXPECT_EQ(topology.at(CpuId{8}).rank, 0);
  EXPECT_EQ(topology.at(CpuId{0}).rank, 1);
  EXPECT_EQ(topology.at(CpuId{16}).rank, 0);  // in its own tier
}

TEST(Processors, GraceHasOneTypeHoweverItsClocksVary) {
  std::vector<CoreSpec> specs = cores(72, 1, 0);
  for (std::size_t c = 0; c < specs.size(); ++c) {
    const auto step = static_cast<std::int64_t>(c % 6);
    specs[c].capacity = 1007 + step * 3 + (step == 5 ? 2 : 0);
    specs[c].cppc = 338 + step * 2;
    specs[c].max_khz = 3366000 + step * 21600;
    specs[c].kind = step;  // hwloc before 2.10 has a kind for each of them
  }
  const Topology with_capacity = valid(machine(specs));
  EXPECT_EQ(with_capacity.nr_tiers(), 1);
  ASSERT_EQ(with_capacity.tier_evidence().rejected.size(), 1U);  // the kernel has spoken
  EXPECT_EQ(with_capacity.tier_evidence().rejected[0].reason,
            "no gap of 10 % between its values (1007-1024): one core type");
  set_all(specs, &CoreSpec::capacity, -1);
  EXPECT_EQ(valid(machine(specs)).nr_tiers(), 1);
}

TEST(Processors, SnapdragonXsBoostClusterIsNoType) {
  auto specs = cores(4, 1, 0, 0, 0) + cores(4, 1, 4, 0, 1);
  for (CoreSpec& core : specs) core.capacity = core.cpus[0] < 4 ? 957 : 1024;
  EXPECT_EQ(valid(machine(specs)).nr_tiers(), 1);
}

TEST(Processors, GoogleTensorHasThreeTypes) {
  auto specs = cores(4, 1, 0) + cores(2, 1, 4) + cores(2, 1, 6);
  for (CoreSpec& core : specs)
    core.capacity = core.cpus[0] < 4 ? 160 : core.cpus[0] < 6 ? 498 : 1024;
  const Topology topology = valid(machine(specs));
  EXPECT_THAT(by_core(topology, specs, &Cpu::tier), ElementsAre(2, 2, 2, 2, 1, 1, 0, 0));
  EXPECT_THAT(by_core(topology, specs, &Cpu::rank), Each(0));
}

TEST(Processors, AServerOfOneTypeHasNoRanks) {
  auto specs = cores(16, 2, 0, 0, 0) + cores(16, 2, 32, 1, 1);
  set_all(specs, &CoreSpec::cppc, 255);
  set_all(specs, &CoreSpec::max_khz, 3500000);
  const Topology topology = valid(machine(specs));
  EXPECT_EQ(topology.nr_tiers(), 1);
  for (const Cpu& cpu : topology.cpus()) {
    EXPECT_EQ(cpu.rank, 0);
    EXPECT_FALSE(cpu.turbo);
  }
}

}  // namespace
}  // namespace scx::test
