// SPDX-License-Identifier: GPL-2.0-only
//
// Bits, ranges and cores of sets in the arena, against std::set.
#include <algorithm>
#include <atomic>
#include <thread>

#include "library.h"

namespace scx::test {
namespace {

class Cmask : public LibraryTest {};
INSTANTIATE_TEST_SUITE_P(, Cmask, ::testing::ValuesIn(sized_machines()),
                         [](const auto& test) { return test.param.name; });

TEST_P(Cmask, BitsAreSetClearedAndTakenOneByOne) {
  const auto& progs = library_->progs();
  const u32 nr_cids = library_->counts().nr_cids;
  const auto set = library_->set_a();
  Cids expected = random_cids(random_, nr_cids, 2);
  write(set, expected);
  for (int turn = 0; turn < 2000; ++turn) {
    const int cid = below(nr_cids);
    const library_args args{.a = address(set), .first = static_cast<u32>(cid)};
    const bool there = expected.contains(cid);
    switch (below(4)) {
      case 0:
        EXPECT_EQ(library_->result(progs.bit_test, args), there) << cid;
        break;
      case 1:
        library_->run(progs.bit_set, args);
        expected.insert(cid);
        break;
      case 2:
        library_->run(progs.bit_clear, args);
        expected.erase(cid);
        break;
      default:
        EXPECT_EQ(library_->result(progs.bit_take, args), there) << cid;
        expected.erase(cid);
    }
  }
  EXPECT_EQ(read(set), expected);
}

TEST_P(Cmask, TheFirstCidOfARangeThatIsInBothSets) {
  const u32 nr_cids = library_->counts().nr_cids;
  const auto a = library_->set_a(), b = library_->set_b();
  for (int turn = 0; turn < 40; ++turn) {
    const u32 one_in = 1 + static_cast<u32>(below(200));
    const Cids in_a = random_cids(random_, nr_cids, 2),
               in_b = random_cids(random_, nr_cids, one_in);
    write(a, in_a);
    write(b, in_b);
    for (int range = 0; range < 50; ++range) {
      const int first = below(nr_cids), nr = below(nr_cids + 1 - static_cast<u32>(first));
      int expected = -1;
      for (auto at = in_b.lower_bound(first); expected < 0 && at != in_b.end() && *at < first + nr;
           ++at)
        if (in_a.contains(*at)) expected = *at;
      EXPECT_EQ(
          library_->result(library_->progs().range_find_and, {.a = address(a),
                                                              .b = address(b),
                                                              .first = static_cast<u32>(first),
                                                              .nr = static_cast<u32>(nr)}),
          expected)
          << first << " + " << nr;
    }
  }
}

TEST_P(Cmask, ARangeThatEndsBeyondTheMachineHoldsNothing) {
  const u32 nr_cids = library_->counts().nr_cids;
  const auto set = library_->set_a();
  write(set, random_cids(random_, nr_cids, 1));
  const auto find = [&](u32 first, u32 nr) {
    return library_->result(library_->progs().range_find_and,
                            {.a = address(set), .b = address(set), .first = first, .nr = nr});
  };
  EXPECT_EQ(find(0, nr_cids), 0);
  EXPECT_EQ(find(nr_cids - 1, 1), nr_cids - 1);
  EXPECT_EQ(find(nr_cids - 1, 2), -1);
  EXPECT_EQ(find(nr_cids, 1), -1);
  EXPECT_EQ(find(0, 0), -1);
  EXPECT_EQ(find(UINT32_MAX, 1), -1);
}

TEST_P(Cmask, CoresOfOneTo64ThreadsAnywhere) {
  const auto& progs = library_->progs();
  const u32 nr_cids = library_->counts().nr_cids;
  const auto set = library_->set_a();
  Cids expected;
  write(set, expected);
  for (int turn = 0; turn < 2000; ++turn) {
    const int first = below(nr_cids);
    const int nr = 1 + below(std::min(64U, nr_cids - static_cast<u32>(first)));
    const library_args args{
        .a = address(set), .first = static_cast<u32>(first), .nr = static_cast<u32>(nr)};
    Cids core;
    for (int cid = first; cid < first + nr; ++cid) core.insert(cid);
    switch (below(3)) {
      case 0:
        EXPECT_EQ(library_->result(progs.core_full, args),
                  std::includes(expected.begin(), expected.end(), core.begin(), core.end()))
            << first << " + " << nr;
        break;
      case 1:
        library_->run(progs.core_set, args);
        expected.insert(core.begin(), core.end());
        EXPECT_EQ(library_->result(progs.core_full, args), 1) << first << " + " << nr;
        break;
      default:
        library_->run(progs.core_clear, args);
        std::erase_if(expected, [&](int cid) { return core.contains(cid); });
    }
    ASSERT_EQ(read(set), expected) << first << " + " << nr;
  }
}

TEST_P(Cmask, OneOfSeveralThreadsTakesABit) {
  const u32 nr_cids = library_->counts().nr_cids;
  const auto set = library_->set_a();
  write(set, random_cids(random_, nr_cids, 1));
  std::atomic<u32> taken = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (u32 cid = 0; cid < nr_cids; ++cid) {
        if (library_->result(library_->progs().bit_take, {.a = address(set), .first = cid}))
          ++taken;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, nr_cids);
  EXPECT_EQ(read(set), Cids());
}

}  // namespace
}  // namespace scx::test
