// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "support.h"

namespace scx::test {
namespace {

using ::testing::ElementsAre;

bool inside(s32 first, s32 nr, s32 cid) { return cid >= first && cid < first + nr; }

void expect_online_cid(const Tables& t, s32 cid) {
  const scx_cid_info& info = t.cids[static_cast<std::size_t>(cid)];
  EXPECT_EQ(t.cpu_cids.at(static_cast<std::size_t>(info.cpu)), cid);
  EXPECT_TRUE(inside(info.core_first, info.core_nr, cid));
  EXPECT_LT(static_cast<u32>(info.core), t.machine.nr_cores);
  const scx_domain_info& domain = t.domains.at(static_cast<std::size_t>(info.domain));
  EXPECT_TRUE(inside(domain.first, domain.nr, cid));
  EXPECT_EQ(domain.llc, info.llc);
  EXPECT_EQ(domain.node, info.node);
  EXPECT_EQ(domain.tier, info.tier);
  EXPECT_TRUE(inside(t.llcs.at(static_cast<std::size_t>(info.llc)).first,
                     t.llcs.at(static_cast<std::size_t>(info.llc)).nr, cid));
  EXPECT_TRUE(inside(t.nodes.at(static_cast<std::size_t>(info.node)).first,
                     t.nodes.at(static_cast<std::size_t>(info.node)).nr, cid));
  EXPECT_GE(info.capacity, 1U);
  EXPECT_LE(info.capacity, 1024U);
  EXPECT_LT(info.tier, t.machine.nr_tiers);
}

void expect_offline_cid(const Tables& t, s32 cid) {
  const scx_cid_info& info = t.cids[static_cast<std::size_t>(cid)];
  EXPECT_EQ(t.cpu_cids.at(static_cast<std::size_t>(info.cpu)), cid);
  EXPECT_EQ(info.core_first, -1);
  EXPECT_EQ(info.core_nr, 0);
  EXPECT_EQ(info.core, -1);
  EXPECT_EQ(info.domain, -1);
  EXPECT_EQ(info.llc, -1);
  EXPECT_EQ(info.node, -1);
  EXPECT_EQ(info.capacity, 0U);
}

// Every other domain is in exactly one of a domain's ranges, nearer ones in earlier ranges.
void expect_neighbours(const Tables& t, u32 id) {
  const scx_domain_info& domain = t.domains[id];
  ASSERT_LE(std::size_t{domain.near_first} + domain.near_nr, t.neighbors.size());
  std::multiset<s32> others;
  u32 distance = 0;
  for (u32 i = domain.near_first; i < domain.near_first + domain.near_nr; ++i) {
    const scx_neighbor& near = t.neighbors[i];
    EXPECT_GE(near.distance, distance);
    distance = near.distance;
    EXPECT_GT(near.nr, 0);
    for (s32 other = near.first; other < near.first + near.nr; ++other)
      if (other != static_cast<s32>(id)) others.insert(other);
  }
  std::multiset<s32> expected;
  for (s32 other = 0; other < static_cast<s32>(t.machine.nr_domains); ++other)
    if (other != static_cast<s32>(id)) expected.insert(other);
  EXPECT_EQ(others, expected);
}

// What holds on every machine.
void expect_sound_tables(const Machine& machine, const Tables& t) {
  const scx_machine& m = t.machine;
  EXPECT_EQ(m.nr_cids, t.cids.size());
  EXPECT_EQ(m.nr_cids, machine.topology.possible().count());
  EXPECT_EQ(m.nr_online, machine.topology.online().count());
  EXPECT_EQ(m.nr_cpu_ids, t.cpu_cids.size());
  EXPECT_EQ(m.nr_words, (m.nr_cids + 63) / 64);
  EXPECT_EQ(m.nr_domains, t.domains.size());
  EXPECT_EQ(m.nr_neighbors, t.neighbors.size());
  EXPECT_EQ(m.nr_llcs, t.llcs.size());
  EXPECT_EQ(m.nr_nodes, t.nodes.size());
  EXPECT_EQ(m.cid_form, 0U);
  EXPECT_EQ(m.idle_addr, 0U);
  std::set<s32> cores, cpus;
  u32 smt = 0;
  for (s32 cid = 0; cid < static_cast<s32>(m.nr_cids); ++cid) {
    SCOPED_TRACE(cid);
    const scx_cid_info& info = t.cids[static_cast<std::size_t>(cid)];
    cpus.insert(info.cpu);
    smt |= info.core_nr > 1;
    if (cid < static_cast<s32>(m.nr_online)) {
      cores.insert(info.core);
      expect_online_cid(t, cid);
    } else {
      expect_offline_cid(t, cid);
    }
  }
  EXPECT_EQ(cpus.size(), m.nr_cids);
  EXPECT_EQ(cores.size(), m.nr_cores);
  EXPECT_EQ(m.smt, smt);
  s32 next = 0;
  for (u32 id = 0; id < m.nr_domains; ++id) {
    SCOPED_TRACE(id);
    EXPECT_EQ(t.domains[id].first, next);
    next += t.domains[id].nr;
    expect_neighbours(t, id);
  }
  EXPECT_EQ(next, static_cast<s32>(m.nr_online));
  for (std::size_t cpu = 0; cpu < t.cpu_cids.size(); ++cpu)
    EXPECT_EQ(t.cpu_cids[cpu] >= 0,
              machine.topology.possible().contains(CpuId{static_cast<s32>(cpu)}));
}

Tables sound(const Machine& machine) {
  Tables tables = make_tables(machine);
  expect_sound_tables(machine, tables);
  return tables;
}

std::vector<std::pair<s32, s32>> ranges(const std::vector<scx_range>& table) {
  std::vector<std::pair<s32, s32>> found;
  for (const scx_range& range : table) found.emplace_back(range.first, range.nr);
  return found;
}

TEST(Tables, OneCpu) {
  const Tables t = sound(whole(machine({{.cpus = {0}}})));
  EXPECT_EQ(t.machine.nr_cids, 1U);
  EXPECT_EQ(t.machine.nr_words, 1U);
  EXPECT_EQ(t.machine.nr_cores, 1U);
  EXPECT_EQ(t.machine.nr_tiers, 1U);
  EXPECT_EQ(t.machine.smt, 0U);
  EXPECT_EQ(t.domains.at(0).near_nr, 0U);
  EXPECT_EQ(t.domains[0].capacity, 1024U);
}

TEST(Tables, ThreadsOfACoreAreARange) {
  // Numbered as Intel does: the second threads behind all the first ones.
  const Tables t = sound(whole(machine({{.cpus = {0, 2}}, {.cpus = {1, 3}}})));
  EXPECT_EQ(t.machine.smt, 1U);
  EXPECT_EQ(t.machine.nr_cores, 2U);
  EXPECT_THAT(t.cpu_cids, ElementsAre(0, 2, 1, 3));
  EXPECT_EQ(t.cids[1].cpu, 2);
  EXPECT_EQ(t.cids[3].core_first, 2);
  EXPECT_EQ(t.cids[3].core_nr, 2);
}

TEST(Tables, TwoNodesWithTwoCachesEach) {
  const Tables t = sound(whole(machine(cores(2, 2, 0, 0, 0) + cores(2, 2, 4, 0, 1) +
                                       cores(2, 2, 8, 1, 2) + cores(2, 2, 12, 1, 3))));
  EXPECT_EQ(t.machine.nr_cids, 16U);
  EXPECT_EQ(t.machine.nr_cores, 8U);
  EXPECT_EQ(t.machine.nr_domains, 4U);
  EXPECT_THAT(ranges(t.llcs),
              ElementsAre(std::pair(0, 4), std::pair(4, 4), std::pair(8, 4), std::pair(12, 4)));
  EXPECT_THAT(ranges(t.nodes), ElementsAre(std::pair(0, 8), std::pair(8, 8)));
  EXPECT_EQ(t.cids[13].node, 1);
  EXPECT_EQ(t.cids[13].llc, 3);
  EXPECT_EQ(t.domains[2].capacity, 4U * 1024);
  // Same node before other node.
  const scx_domain_info& first = t.domains[0];
  EXPECT_LT(t.neighbors[first.near_first].distance,
            t.neighbors[first.near_first + first.near_nr - 1].distance);
}

// As many as NR_CPUS of x86-64 allows: 8 nodes of 16 LLCs, 32 cores of two threads in each.
TEST(Tables, EightThousandCpus) {
  std::vector<CoreSpec> all;
  for (int llc = 0; llc < 128; ++llc) all = std::move(all) + cores(32, 2, llc * 64, llc / 16, llc);
  const Tables t = sound(whole(machine(all)));
  EXPECT_EQ(t.machine.nr_online, 8192U);
  EXPECT_EQ(t.machine.nr_words, 128U);
  EXPECT_EQ(t.machine.nr_domains, 128U);
  EXPECT_EQ(t.nodes.size(), 8U);
  EXPECT_EQ(t.cids[8191].domain, 127);
}

TEST(Tables, FourCpusOfEightThousandThatMayCome) {
  RawTopology raw = machine(cores(4, 1, 0));
  raw.possible = CpuSet::range(CpuId{0}, CpuId{8191});
  const Tables t = sound(whole(raw));
  EXPECT_EQ(t.machine.nr_cids, 8192U);
  EXPECT_EQ(t.machine.nr_online, 4U);
  EXPECT_EQ(t.machine.nr_domains, 1U);
}

TEST(Tables, OfflineCpusTakeTheTailAndBelongToNothing) {
  RawTopology raw = machine(cores(2, 2, 0));
  offline(raw, CpuSet::of({1}));
  const Tables t = sound(whole(raw));
  EXPECT_EQ(t.machine.nr_cids, 4U);
  EXPECT_EQ(t.machine.nr_online, 3U);
  EXPECT_EQ(t.cids[3].cpu, 1);
  EXPECT_EQ(t.cids[0].core_nr, 1);
  EXPECT_EQ(t.machine.smt, 1U);  // the other core still has two threads
}

TEST(Tables, BigCoresComeFirst) {
  auto big = cores(2, 2, 4), little = cores(4, 1, 0);
  for (CoreSpec& core : big) core.capacity = 1024, core.max_khz = 5'000'000;
  for (CoreSpec& core : little) core.capacity = 512, core.max_khz = 3'000'000;
  const Tables t = sound(whole(machine(little + big)));
  EXPECT_EQ(t.machine.nr_tiers, 2U);
  EXPECT_EQ(t.machine.nr_domains, 2U);
  EXPECT_EQ(t.machine.nr_llcs, 1U);
  EXPECT_EQ(t.cids[0].cpu, 4);
  EXPECT_EQ(t.cids[0].capacity, 1024U);
  EXPECT_EQ(t.cids[0].max_khz, 5'000'000U);
  EXPECT_EQ(t.cids[7].cpu, 3);
  EXPECT_EQ(t.cids[7].capacity, 512U);
  EXPECT_EQ(t.cids[7].tier, 1U);
  EXPECT_EQ(t.domains[1].capacity, 4U * 512);
}

TEST(Tables, CpuNumbersInAHoleHaveNoCid) {
  RawTopology raw = machine({{.cpus = {0}}, {.cpus = {5}}});
  const Tables t = sound(whole(raw));
  EXPECT_EQ(t.machine.nr_cids, 2U);
  EXPECT_EQ(t.machine.nr_cpu_ids, 6U);
  EXPECT_THAT(t.cpu_cids, ElementsAre(0, -1, -1, -1, -1, 1));
}

TEST(Tables, AreSoundOnMachinesMadeByChance) {
  std::mt19937 random(4711);
  for (int turn = 0; turn < 300 && !::testing::Test::HasFailure(); ++turn) {
    SCOPED_TRACE(turn);
    sound(whole(random_machine(random)));
    sound(whole(random_liar(random)));
  }
}

TEST(Tables, OfARenumberedMachine) {
  std::mt19937 random(1906);
  for (int turn = 0; turn < 100 && !::testing::Test::HasFailure(); ++turn) {
    SCOPED_TRACE(turn);
    const Machine before = whole(random_machine(random), 17);
    std::vector<CpuId> order(before.topology.online().begin(), before.topology.online().end());
    std::ranges::shuffle(order, random);
    const auto after = renumber(before, order);
    ASSERT_TRUE(after) << after.error().message();
    EXPECT_EQ(after->hotplug_seq, 17U);
    const Tables t = sound(*after);
    EXPECT_EQ(t.machine.nr_cids, before.topology.possible().count());
    EXPECT_EQ(t.machine.nr_cores, order.size());
    EXPECT_EQ(t.machine.nr_domains, 1U);
    EXPECT_EQ(t.machine.nr_nodes, 1U);
    for (std::size_t cid = 0; cid < order.size(); ++cid)
      EXPECT_EQ(t.cids[cid].cpu, order[cid].value());
  }
}

TEST(Tables, AnOrderThatIsNoneIsRefused) {
  const auto renumbered = renumber(whole(machine(cores(2, 1, 0))), std::vector<CpuId>{CpuId{0}});
  ASSERT_FALSE(renumbered);
  EXPECT_EQ(renumbered.error().kind, ErrorKind::invalid);
}

TEST(Override, IsOurNumberingInShards) {
  const auto ours = make_override(whole(machine({{.cpus = {0, 3}}, {.cpus = {1, 5}}})), 2);
  ASSERT_TRUE(ours);
  EXPECT_THAT(ours->cpu_to_cid, ElementsAre(0, 2, -1, 1, -1, 3));
  EXPECT_THAT(ours->shard_starts, ElementsAre(0, 2));
}

TEST(Override, IsWhatIsAskedForWhateverThatIs) {
  Machine odd = whole(machine(cores(2, 1, 0)));
  odd.cid_override = {{7, 7}, {3, 1, 2}};
  const auto given = make_override(odd, 0);
  ASSERT_TRUE(given);
  EXPECT_THAT(given->cpu_to_cid, ElementsAre(7, 7));
  EXPECT_THAT(given->shard_starts, ElementsAre(3, 1, 2));
  // But memory of that length has to be there.
  odd.cid_override->cpu_to_cid.push_back(1);
  const auto longer = make_override(odd, 0);
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace scx::test
