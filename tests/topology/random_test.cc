// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>

#include "machines.h"
#include "properties.h"

namespace scx::test {
namespace {

TEST(RandomMachines, AreSoundAndNumberedAsTheKernelDoes) {
  int by_default = 0, hybrid = 0;
  for (unsigned seed = 0; seed < 1500 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    const RawTopology raw = random_machine(random);
    const Topology topology = valid(raw);
    expect_all_sound(topology);
    EXPECT_EQ(kernel_default_order(topology), kernel_walk(raw));

    // Only an LLC with two core types can make our numbering differ from the kernel's.
    bool mixed = false;
    for (std::size_t c = 1; c < topology.cores().size(); ++c) {
      const Core &a = topology.cores()[c - 1], &b = topology.cores()[c];
      mixed |= a.llc == b.llc && a.tier != b.tier;
    }
    const bool same = make_cid_map(topology).equals_kernel_default();
    EXPECT_TRUE(same || mixed);
    by_default += same;
    hybrid += mixed;
  }
  EXPECT_GT(by_default, 100);
  EXPECT_GT(hybrid, 100);
}

TEST(RandomMachines, LiarsAreSoundToo) {
  for (unsigned seed = 0; seed < 4000 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    expect_all_sound(valid(random_liar(random)));
  }
}

TEST(RandomMachines, TheSameInputGivesTheSameText) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 one{seed}, two{seed};
    EXPECT_EQ(describe(valid(random_liar(one))), describe(valid(random_liar(two))));
  }
}

}  // namespace
}  // namespace scx::test
