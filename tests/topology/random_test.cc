// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>

#include "machines.h"
#include "properties.h"

namespace scx::test {
namespace {

TEST(RandomMachines, AreSoundAndNumberedAsTheKernelDoes) {
  int by_default = 0, hybrid = 0, split = 0, dies = 0, costed = 0;
  for (unsigned seed = 0; seed < 1500 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    const RawTopology raw = random_machine(random);
    const Topology topology = valid(raw);
    const DomainOptions options = random_options(random);
    expect_all_sound(topology, options);
    EXPECT_EQ(kernel_default_order(topology), kernel_walk(raw));

    // Only an LLC with two core types can make our numbering differ from the kernel's.
    bool mixed = false;
    for (std::size_t c = 1; c < topology.cores().size(); ++c) {
      const Core &a = topology.cores()[c - 1], &b = topology.cores()[c];
      mixed |= a.llc == b.llc && a.tier != b.tier;
    }
    const CidMap cids = make_cid_map(topology);
    const bool same = cids.equals_kernel_default();
    EXPECT_TRUE(same || mixed);
    by_default += same;
    hybrid += mixed;
    const Domains domains = make_domains(topology, cids, options);
    split += domains.size() > make_domains(topology, cids).size();
    costed += !topology.perf_domains().empty();
    for (const Neighbour& near : domains.neighbours(DomainId{0}))
      dies += near.distance_class == kSameDieClass;
  }
  EXPECT_GT(by_default, 100);
  EXPECT_GT(hybrid, 100);
  EXPECT_GT(split, 100);
  EXPECT_GT(dies, 20);
  EXPECT_GT(costed, 100);
}

TEST(RandomMachines, LiarsAreSoundToo) {
  for (unsigned seed = 0; seed < 4000 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    const Topology topology = valid(random_liar(random));
    expect_all_sound(topology, random_options(random));
  }
}

// Whoever names any cores, whatever the evidence says.
TEST(RandomMachines, LiarsAreSoundWhereTheUserNamesTheBigCpus) {
  int told = 0;
  for (unsigned seed = 0; seed < 1000 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    RawTopology raw = random_liar(random);
    TopologyOptions options;
    options.big_cpus.emplace();
    for (CpuId cpu : raw.online) {
      if (random() % 2 == 0) options.big_cpus->insert(cpu);
    }
    const auto topology = validate(std::move(raw), options);
    if (!topology) {  // by chance all, or none
      EXPECT_EQ(topology.error().kind, ErrorKind::usage);
      continue;
    }
    ++told;
    EXPECT_EQ(topology->nr_tiers(), 2);
    expect_all_sound(*topology);
  }
  EXPECT_GT(told, 500);
}

TEST(RandomMachines, TheSameInputGivesTheSameText) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 one{seed}, two{seed};
    EXPECT_EQ(describe(valid(random_liar(one))), describe(valid(random_liar(two))));
  }
}

}  // namespace
}  // namespace scx::test
