// SPDX-License-Identifier: GPL-2.0-only
#include "numbering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "support.h"

namespace qmap::test {
namespace {

using scx::CpuId;
using scx::CpuSet;
using scx::Machine;
using scx::test::cores;
using scx::test::whole;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Machine machine(int nr_cores, int threads = 1, const CpuSet& offline = {}) {
  auto raw = scx::test::machine(cores(nr_cores, threads, 0));
  scx::test::offline(raw, offline);
  return whole(std::move(raw), 17);
}

std::vector<CpuId> order_of(const Machine& machine) {
  const auto cpus = machine.cids.cid_to_cpu();
  return {cpus.begin(), cpus.end()};
}

TEST(QmapNumbering, WithoutTheOptionTheMachineStaysAsItIs) {
  const auto same = renumbered(CidOverride::none, machine(4));
  ASSERT_TRUE(same);
  EXPECT_EQ(order_of(*same), order_of(machine(4)));
  EXPECT_TRUE(same->cids.equals_kernel_default());
  EXPECT_FALSE(same->cid_override);
}

TEST(QmapNumbering, ShuffleIsAnotherOrderOfTheSameCpusAndAlwaysTheSame) {
  for (int nr = 2; nr <= 40; ++nr) {
    SCOPED_TRACE(nr);
    const Machine before = machine(nr);
    const auto after = renumbered(CidOverride::shuffle, before);
    ASSERT_TRUE(after) << after.error().message();
    EXPECT_NE(order_of(*after), order_of(before));
    EXPECT_FALSE(after->cids.equals_kernel_default());
    EXPECT_FALSE(after->cid_override);
    EXPECT_EQ(after->hotplug_seq, 17U);
    auto cpus = order_of(*after);
    std::ranges::sort(cpus);
    EXPECT_EQ(cpus, order_of(before));
    EXPECT_EQ(order_of(*renumbered(CidOverride::shuffle, before)), order_of(*after));
  }
}

TEST(QmapNumbering, ShuffleLeavesOfflineCpusInTheTail) {
  const auto after = renumbered(CidOverride::shuffle, machine(6, 1, CpuSet::of({0, 3})));
  ASSERT_TRUE(after) << after.error().message();
  const auto order = order_of(*after);
  ASSERT_EQ(order.size(), 6U);
  EXPECT_EQ(order[4], CpuId{0});
  EXPECT_EQ(order[5], CpuId{3});
}

TEST(QmapNumbering, BadDupGivesTwoCpusOneCid) {
  const auto bad = renumbered(CidOverride::bad_dup, machine(4));
  ASSERT_TRUE(bad);
  ASSERT_TRUE(bad->cid_override);
  EXPECT_THAT(bad->cid_override->cpu_to_cid, ElementsAre(0, 0, 2, 3));
  EXPECT_THAT(bad->cid_override->shard_starts, ElementsAre(0));
  // Our own tables stay sound.
  EXPECT_EQ(order_of(*bad), order_of(machine(4)));
}

TEST(QmapNumbering, BadRangeGivesACidThatIsNone) {
  const auto bad = renumbered(CidOverride::bad_range, machine(4));
  ASSERT_TRUE(bad);
  ASSERT_TRUE(bad->cid_override);
  EXPECT_THAT(bad->cid_override->cpu_to_cid, ElementsAre(4, 1, 2, 3));
}

TEST(QmapNumbering, BadMonoHasShardsThatDoNotAscend) {
  const auto bad = renumbered(CidOverride::bad_mono, machine(3));
  ASSERT_TRUE(bad);
  ASSERT_TRUE(bad->cid_override);
  EXPECT_THAT(bad->cid_override->cpu_to_cid, ElementsAre(0, 1, 2));
  EXPECT_THAT(bad->cid_override->shard_starts, ElementsAre(0, 2, 1));
}

TEST(QmapNumbering, TooFewCpusAreSaid) {
  const std::pair<CidOverride, int> needs[] = {
      {CidOverride::shuffle, 2}, {CidOverride::bad_dup, 2}, {CidOverride::bad_mono, 3}};
  for (const auto& [mode, needed] : needs) {
    const auto refused = renumbered(mode, machine(needed - 1));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, scx::ErrorKind::unsupported);
    EXPECT_THAT(refused.error().message(),
                HasSubstr("needs " + std::to_string(needed) + " CPUs, and there"));
  }
  EXPECT_TRUE(renumbered(CidOverride::bad_range, machine(1)));
}

}  // namespace
}  // namespace qmap::test
