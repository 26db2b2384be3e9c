// SPDX-License-Identifier: GPL-2.0-only
//
// The counts above many things that say which of them need no look.
#include <algorithm>
#include <thread>

#include "library.h"

namespace scx::test {
namespace {

class Nonempty : public LibraryTest {
 protected:
  library_args of(std::size_t thing) const {
    return {.a = address(library_->things()), .first = static_cast<u32>(thing)};
  }
  void make(std::vector<u64>& things, std::size_t at, bool nonempty) const {
    if ((things[at] != 0) == nonempty) return;
    things[at] = nonempty;
    library_->run(nonempty ? library_->progs().nonempty_begins : library_->progs().nonempty_ends,
                  of(at));
  }
  u32 gap(std::size_t at) const {
    return static_cast<u32>(library_->result(library_->progs().nonempty_gap, of(at)));
  }
};
INSTANTIATE_TEST_SUITE_P(, Nonempty, ::testing::ValuesIn(sized_machines()),
                         [](const auto& test) { return test.param.name; });

TEST_P(Nonempty, CountsAreThoseOfTheThings) {
  std::vector<u64> things(library_->things().size());
  for (int turn = 0; turn < 3000; ++turn)
    make(things, static_cast<std::size_t>(below(static_cast<u32>(things.size()))), below(3) == 0);
  expect_counts(library_->things(), things);
}

TEST_P(Nonempty, AGapHasEmptyThingsOnlyAndGoesToTheNextEightOrSixtyFour) {
  std::vector<u64> things(library_->things().size());
  for (int n = 0; n < 12; ++n)
    make(things, static_cast<std::size_t>(below(static_cast<u32>(things.size()))), true);
  std::size_t at = 0, seen = 0;
  while (at < things.size()) {
    const std::size_t next = at + gap(at);
    for (std::size_t empty = at; empty < std::min(next, things.size()); ++empty)
      ASSERT_FALSE(things[empty]) << empty << ", in the gap from " << at;
    if (next > at) {
      ASSERT_EQ(next % 8, 0U);
      at = next;
    } else {
      seen += things[at++];
    }
  }
  EXPECT_EQ(seen, static_cast<std::size_t>(std::ranges::count(things, 1U)));
}

TEST_P(Nonempty, NowhereIsWhereAllAreEmpty) {
  std::vector<u64> things(library_->things().size());
  const auto nowhere = [&] {
    library_args args = of(0);
    args.nr = static_cast<u32>(things.size());
    return library_->result(library_->progs().nonempty_nowhere, args);
  };
  EXPECT_EQ(nowhere(), 1);
  for (const std::size_t at : {std::size_t{0}, things.size() / 2, things.size() - 1}) {
    make(things, at, true);
    EXPECT_EQ(nowhere(), 0) << at;
    make(things, at, false);
    EXPECT_EQ(nowhere(), 1) << at;
  }
}

// Four things of one eight come and go at the same time.
TEST_P(Nonempty, NothingIsEverHidden) {
  constexpr u32 kTurns = 20000;
  std::vector<std::thread> threads;
  for (u32 t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      library_args args = of(t);
      args.nr = kTurns;
      library_->run(library_->progs().nonempty_churn, args);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(library_->found().turns, 4U * kTurns);
  EXPECT_EQ(library_->found().hidden, 0U);
  expect_counts(library_->things(), std::vector<u64>(library_->things().size()));
}

// The walk over the domains near another leaves out empty ones only, and keeps its order.
TEST_P(Nonempty, AWalkLeavesOutEmptyDomainsOnly) {
  const auto nr_domains = library_->counts().nr_domains;
  std::vector<u64> things(library_->things().size());
  for (int round = 0; round < 20; ++round) {
    for (u32 domain = 0; domain < nr_domains; ++domain)
      make(things, domain, below(1 + static_cast<u32>(round)) == 0);
    library_args args = of(static_cast<std::size_t>(below(nr_domains)));
    const auto walk = [&](bool with_gaps) {
      args.flag = with_gaps;
      const auto nr = library_->result(library_->progs().walk_near, args);
      const auto visited = library_->visited().first(static_cast<std::size_t>(nr));
      return std::vector<u64>(visited.begin(), visited.end());
    };
    std::vector<u64> all = walk(false), some = walk(true);
    ASSERT_EQ(Cids(all.begin(), all.end()).size(), nr_domains - 1) << "each other one once";
    ASSERT_EQ(all.size(), nr_domains - 1);
    const auto empty = [&](u64 domain) { return !things[domain]; };
    std::erase_if(all, empty);
    std::erase_if(some, empty);
    ASSERT_EQ(some, all) << "near " << args.first;
  }
}

}  // namespace
}  // namespace scx::test
