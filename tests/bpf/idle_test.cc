// SPDX-License-Identifier: GPL-2.0-only
//
// Idle cids: keeping track of them, and taking one.
#include <algorithm>
#include <optional>
#include <thread>

#include "library.h"

namespace scx::test {
namespace {

class Idle : public LibraryTest {
 protected:
  const scx_cid_info& info(int cid) const {
    return library_->tables().cids[static_cast<std::size_t>(cid)];
  }
  u32 nr_online() const { return library_->counts().nr_online; }

  void idle(int cid, bool is_idle) const {
    library_->run(library_->progs().idle_update, {.first = static_cast<u32>(cid), .flag = is_idle});
  }
  // Makes these cids idle and all others busy.
  void only_idle(const Cids& cids) const {
    for (u32 cid = 0; cid < nr_online(); ++cid) idle(static_cast<int>(cid), false);
    for (const int cid : cids) idle(cid, true);
  }

  // The cids whose whole core is in `cids`.
  Cids whole_cores(const Cids& cids) const {
    Cids found;
    for (const int cid : cids) {
      const scx_cid_info& i = info(cid);
      bool all = i.core_nr > 0;
      for (int other = i.core_first; other < i.core_first + i.core_nr; ++other)
        all = all && cids.contains(other);
      if (all) found.insert(cid);
    }
    return found;
  }

  // What is idle, and that the whole cores are those that they ought to be.
  void expect_idle(const Cids& expected) const {
    EXPECT_EQ(read(library_->idle_cids()), expected);
    if (library_->counts().smt) {
      EXPECT_EQ(read(library_->idle_cores()), whole_cores(expected));
    }
    // Up to 512 cids nothing is counted.
    if (library_->counts().nr_words > 8) {
      const auto words = library_->idle_cids();
      expect_counts(library_->idle_counts(), {words.begin(), words.end()});
    }
  }

  // The cid that scx_claim_range() is to take: from the word of `hint` on round the range, in a
  // word the lowest.
  std::optional<int> first_of(const Cids& candidates, int first, int nr, int hint) const {
    if (hint < first || hint >= first + nr) hint = first;
    const auto rank = [&](int cid) { return cid / 64 < hint / 64; };  // true: after the wrap
    std::optional<int> best;
    for (const int cid : candidates) {
      if (cid < first || cid >= first + nr) continue;
      if (!best || (rank(*best) && !rank(cid))) best = cid;
    }
    return best;
  }
};
INSTANTIATE_TEST_SUITE_P(, Idle, ::testing::ValuesIn(sized_machines()),
                         [](const auto& test) { return test.param.name; });

Cids both(const Cids& a, const Cids& b) {
  Cids cids;
  std::ranges::set_intersection(a, b, std::inserter(cids, cids.end()));
  return cids;
}

TEST_P(Idle, TheWholeCoresFollowTheirThreads) {
  Cids expected;
  for (int turn = 0; turn < 3000; ++turn) {
    const int cid = below(nr_online());
    const bool is_idle = below(3) > 0;
    idle(cid, is_idle);
    if (is_idle)
      expected.insert(cid);
    else
      expected.erase(cid);
  }
  expect_idle(expected);
}

TEST_P(Idle, ACidThatDoesNotExistChangesNothing) {
  idle(static_cast<int>(library_->counts().nr_cids), true);
  idle(-1, true);
  expect_idle({});
}

TEST_P(Idle, ACidIsClaimedOnce) {
  const int cid = below(nr_online());
  const library_args args{.first = static_cast<u32>(cid)};
  EXPECT_EQ(library_->result(library_->progs().claim, args), 0);
  idle(cid, true);
  EXPECT_EQ(library_->result(library_->progs().claim, args), 1);
  EXPECT_EQ(library_->result(library_->progs().claim, args), 0);
  expect_idle({});
}

TEST_P(Idle, AllOnlineCidsAreUsableAtFirst) {
  Cids online;
  for (u32 cid = 0; cid < nr_online(); ++cid) online.insert(static_cast<int>(cid));
  EXPECT_EQ(read(library_->usable_cids()), online);
}

TEST_P(Idle, OnlyUsableCidsAreClaimed) {
  const auto allowed = library_->set_a();
  Cids all;
  for (u32 cid = 0; cid < nr_online(); ++cid) all.insert(static_cast<int>(cid));
  write(allowed, all);
  for (int round = 0; round < 6; ++round) {
    const Cids usable = random_cids(random_, nr_online(), 1 + static_cast<u32>(below(8)));
    write(library_->usable_cids(), usable);
    only_idle(all);
    const auto near = static_cast<u32>(below(nr_online()));
    Cids claimed;
    for (std::size_t i = 0; i <= usable.size(); ++i) {
      const auto cid =
          library_->result(library_->progs().claim_near, {.a = address(allowed), .first = near});
      if (cid < 0) break;
      EXPECT_TRUE(claimed.insert(static_cast<int>(cid)).second) << cid << " claimed twice";
    }
    EXPECT_EQ(claimed, usable);
  }
}

TEST_P(Idle, ARangeGivesItsIdleAndAllowedCidsFromTheHintOn) {
  const auto allowed = library_->set_a();
  for (int round = 0; round < 12; ++round) {
    const Cids may_use =
        random_cids(random_, library_->counts().nr_cids, 1 + static_cast<u32>(below(4)));
    Cids idle_now = random_cids(random_, nr_online(), 1 + static_cast<u32>(below(30)));
    write(allowed, may_use);
    only_idle(idle_now);
    for (int turn = 0; turn < 40; ++turn) {
      const int first = below(nr_online()), nr = 1 + below(nr_online() - static_cast<u32>(first));
      const int hint = below(nr_online());
      const bool cores_only = library_->counts().smt && below(2);
      const Cids candidates = both(may_use, cores_only ? whole_cores(idle_now) : idle_now);
      const auto expected = first_of(candidates, first, nr, hint);
      const bool any_thread = first_of(both(may_use, idle_now), first, nr, hint).has_value();
      const auto claimed =
          library_->result(library_->progs().claim_range, {.a = address(allowed),
                                                           .first = static_cast<u32>(first),
                                                           .nr = static_cast<u32>(nr),
                                                           .hint = static_cast<u32>(hint),
                                                           .flag = cores_only});
      ASSERT_EQ(claimed, expected.value_or(any_thread ? -1 : -2))
          << first << " + " << nr << " from " << hint;
      if (expected) idle_now.erase(*expected);
    }
    expect_idle(idle_now);
  }
}

TEST_P(Idle, ARangeThatEndsBeyondTheMachineGivesNothing) {
  const u32 nr_cids = library_->counts().nr_cids;
  const auto allowed = library_->set_a();
  write(allowed, random_cids(random_, nr_cids, 1));
  only_idle({0});
  const auto claim = [&](u32 first, u32 nr) {
    return library_->result(library_->progs().claim_range,
                            {.a = address(allowed), .first = first, .nr = nr});
  };
  EXPECT_EQ(claim(0, 0), -1);
  EXPECT_EQ(claim(0, nr_cids + 1), -1);
  EXPECT_EQ(claim(nr_cids, 1), -1);
  EXPECT_EQ(claim(0, nr_cids), 0);
}

// A cid near another: from the nearest unit that has an idle and allowed one; and of that unit one
// whose whole core is idle, if there is any.
TEST_P(Idle, NearIsTheNearestUnitAndThereAWholeCore) {
  const auto allowed = library_->set_a();
  for (int turn = 0; turn < 150; ++turn) {
    const Cids may_use =
        random_cids(random_, library_->counts().nr_cids, 1 + static_cast<u32>(below(3)));
    // From many idle cids to next to none, so that each unit gets its turn.
    Cids idle_now = random_cids(random_, nr_online(), 1 + static_cast<u32>(below(nr_online())));
    for (const int cid : read(library_->idle_cids())) idle(cid, false);
    for (const int cid : idle_now) idle(cid, true);
    write(allowed, may_use);

    const int cid = below(nr_online());
    const Cids candidates = both(may_use, idle_now);
    const auto claimed = static_cast<int>(library_->result(
        library_->progs().claim_near, {.a = address(allowed), .first = static_cast<u32>(cid)}));
    if (candidates.empty()) {
      ASSERT_EQ(claimed, -1);
      continue;
    }
    ASSERT_TRUE(candidates.contains(claimed)) << claimed << " near " << cid;
    const scx_cid_info& own = info(cid);
    const auto in_unit = [&](int level, int other) {
      const scx_cid_info& o = info(other);
      return level == 0   ? o.domain == own.domain
             : level == 1 ? o.llc == own.llc
             : level == 2 ? o.node == own.node
                          : true;
    };
    for (int level = 0; level < 4; ++level) {
      Cids here;
      for (const int c : candidates)
        if (in_unit(level, c)) here.insert(c);
      if (here.empty()) continue;
      ASSERT_TRUE(here.contains(claimed)) << claimed << " near " << cid << ", level " << level;
      const Cids cores = both(here, whole_cores(idle_now));
      if (library_->counts().smt && !cores.empty()) {
        ASSERT_TRUE(cores.contains(claimed)) << claimed << " near " << cid << ", level " << level;
      }
      break;
    }
    if (candidates.contains(cid) &&
        (!library_->counts().smt || whole_cores(idle_now).contains(cid))) {
      ASSERT_EQ(claimed, cid);
    }
    idle_now.erase(claimed);
    expect_idle(idle_now);
  }
}

TEST_P(Idle, NearACidThatIsOfflineOrDoesNotExistIsAnywhere) {
  const u32 nr_cids = library_->counts().nr_cids;
  const auto allowed = library_->set_a();
  const int there = static_cast<int>(nr_online()) - 1;
  write(allowed, random_cids(random_, nr_cids, 1));
  for (const u32 cid : {nr_cids - 1, nr_cids, UINT32_MAX}) {
    only_idle({there});
    EXPECT_EQ(library_->result(library_->progs().claim_near, {.a = address(allowed), .first = cid}),
              there);
  }
}

TEST_P(Idle, NoCidIsGivenToTwo) {
  const auto allowed = library_->set_a();
  write(allowed, random_cids(random_, library_->counts().nr_cids, 1));
  // Few enough to be fought for.
  Cids idle_now;
  while (idle_now.size() < std::min(3U, nr_online())) idle_now.insert(below(nr_online()));
  only_idle(idle_now);
  constexpr u32 kTurns = 20000;
  std::vector<std::thread> threads;
  for (u32 t = 0; t < 4; ++t) {
    threads.emplace_back([&, near = static_cast<u32>(below(nr_online()))] {
      for (int run = 0; run < 4; ++run)
        library_->run(library_->progs().claim_churn,
                      {.a = address(allowed), .first = near, .nr = kTurns / 4});
    });
  }
  for (std::thread& thread : threads) thread.join();
  const library_found& found = library_->found();
  EXPECT_EQ(found.taken_twice, 0U);
  EXPECT_EQ(found.turns + found.nothing, 4U * kTurns);
  EXPECT_GT(found.turns, 0U);
  expect_idle(idle_now);
}

}  // namespace
}  // namespace scx::test
