// SPDX-License-Identifier: GPL-2.0-only
#include "scx/topology/shards.h"

#include <gtest/gtest.h>

#include "machines.h"

namespace scx::test {
namespace {

std::vector<int> starts(const Topology& topology, int shard_size = kDefaultShardSize) {
  std::vector<int> values;
  for (const Cid start : make_shards(topology, make_cid_map(topology), shard_size))
    values.push_back(start.value());
  return values;
}

TEST(Shards, SmallLlcsAreOneShardEach) {
  EXPECT_EQ(starts(valid(machine(cores(4, 2, 0, 0, 0) + cores(4, 2, 8, 0, 1)))),
            (std::vector{0, 8}));
}

TEST(Shards, ALargeLlcIsCutIntoEvenPartsTheGreaterOnesFirst) {
  // 64 CPUs need three shards: 32 cores are 11, 11 and 10.
  EXPECT_EQ(starts(valid(machine(cores(32, 2, 0)))), (std::vector{0, 22, 44}));
}

TEST(Shards, ACoreIsNeverCut) {
  // Three threads a core: a shard of 4 holds one.
  EXPECT_EQ(starts(valid(machine(cores(3, 3, 0))), 4), (std::vector{0, 3, 6}));
}

TEST(Shards, UnevenCoresDoNotOverfillAShard) {
  // 8 CPUs in 5 cores, two shards of at most 4 CPUs: the first takes 3 cores by number, but only 2
  // fit.
  const Topology topology = valid(machine(cores(3, 2, 0) + cores(2, 1, 6)));
  EXPECT_EQ(starts(topology, 4), (std::vector{0, 4, 7}));
}

TEST(Shards, OfflineCpusHaveTheirOwn) {
  RawTopology raw = machine(cores(4, 1, 0));
  raw.possible.insert_range(CpuId{4}, CpuId{33});
  EXPECT_EQ(starts(valid(raw)), (std::vector{0, 4, 28}));
}

TEST(Shards, NoneIsAboveTheKernelsLimit) {
  const Topology topology = valid(machine(cores(700, 1, 0)));
  EXPECT_EQ(starts(topology, 1000), (std::vector{0, 350}));
}

TEST(Shards, AreRangesInsideOneLlcOnEveryMachine) {
  for (unsigned seed = 0; seed < 300 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    const Topology topology = valid(random_liar(random));
    const CidMap cids = make_cid_map(topology);
    const int size = 1 + static_cast<int>(random() % 9);
    auto shards = make_shards(topology, cids, size);
    ASSERT_EQ(shards.front(), Cid{0});
    shards.push_back(Cid{cids.nr_cids()});
    for (std::size_t s = 1; s < shards.size(); ++s) {
      const Cid first = shards[s - 1], last{shards[s].value() - 1};
      ASSERT_LE(first, last);
      EXPECT_EQ(cids.llc(first), cids.llc(last));
      const bool one_core = cids.core(first).valid() && cids.core(first) == cids.core(last);
      EXPECT_TRUE(one_core || last.value() - first.value() < size);
    }
  }
}

}  // namespace
}  // namespace scx::test
