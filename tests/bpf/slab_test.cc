// SPDX-License-Identifier: GPL-2.0-only
//
// The slab of task contexts.
#include <algorithm>
#include <thread>

#include "library.h"

namespace scx::test {
namespace {

class Slab : public LibraryTest {
 protected:
  u64 pop() { return static_cast<u64>(library_->result(library_->progs().slab_pop, {})); }
  void push(u64 addr) { library_->run(library_->progs().slab_push, {.a = addr}); }
  void grow() { ASSERT_EQ(library_->result(library_->progs().slab_grow, {}), 0); }

  // As many as there can be, and one more: a broken list may go round for ever.
  std::vector<u64> pop_all() {
    std::vector<u64> all;
    while (all.size() <= library_->slab().nr_total) {
      const u64 addr = pop();
      if (!addr) break;
      all.push_back(addr);
    }
    return all;
  }
  // Every context that was ever made is there once, and none lies in another.
  void expect_whole(std::vector<u64> all) {
    ASSERT_EQ(all.size(), library_->slab().nr_total);
    std::ranges::sort(all);
    for (std::size_t i = 1; i < all.size(); ++i)
      ASSERT_GE(all[i] - all[i - 1], library_->context_size());
  }
};
INSTANTIATE_TEST_SUITE_P(, Slab, ::testing::ValuesIn(sized_machines()),
                         [](const auto& test) { return test.param.name; });

TEST_P(Slab, IsEmptyAtFirst) {
  EXPECT_EQ(pop(), 0U);
  EXPECT_EQ(library_->slab().nr_total, 0U);
}

TEST_P(Slab, GrowsByAsManyContextsAsFitInAChunk) {
  grow();
  EXPECT_EQ(library_->slab().nr_total, std::max<u64>(1, 8 * 4096 / library_->context_size()));
  grow();
  expect_whole(pop_all());
  EXPECT_EQ(pop(), 0U);
}

TEST_P(Slab, ContextsLieClearOfEverythingElse) {
  grow();
  const auto& counts = library_->counts();
  for (const u64 addr : pop_all()) {
    EXPECT_GE(addr, 4096U);  // the first page is nobody's: a context at address 0 would be none
    EXPECT_LT(addr + library_->context_size(), static_cast<u32>(counts.idle_addr));
  }
}

TEST_P(Slab, GivesBackWhatWasReturnedLast) {
  grow();
  const u64 a = pop();
  push(a);
  EXPECT_EQ(pop(), a);
}

TEST_P(Slab, HandsOutEveryContextOnceWhateverTheOrder) {
  grow();
  grow();
  std::vector<u64> held;
  for (int turn = 0; turn < 2000; ++turn) {
    const u64 addr = below(2) ? pop() : 0;
    if (addr) {
      ASSERT_EQ(std::ranges::count(held, addr), 0);
      held.push_back(addr);
    } else if (!held.empty()) {
      std::swap(held[static_cast<std::size_t>(below(static_cast<u32>(held.size())))], held.back());
      push(held.back());
      held.pop_back();
    }
  }
  for (const u64 addr : pop_all()) held.push_back(addr);
  expect_whole(held);
}

void churn(const Library& library, u32 turns, bool may_grow) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int run = 0; run < 4; ++run)
        library.run(library.progs().slab_churn, {.nr = turns / 4, .flag = may_grow});
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_P(Slab, NoContextIsHandedToTwo) {
  grow();
  // Keep a handful: few contexts change hands most, which is where ABA would strike.
  std::vector<u64> held = pop_all();
  for (std::size_t i = 0; i < std::min<std::size_t>(3, held.size()); ++i) push(held[i]);
  held.erase(held.begin(),
             held.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(3, held.size())));
  churn(*library_, 40000, false);
  EXPECT_EQ(library_->found().taken_twice, 0U);
  EXPECT_EQ(library_->found().turns + library_->found().nothing, 4U * 40000);
  for (const u64 addr : pop_all()) held.push_back(addr);
  expect_whole(held);
}

TEST_P(Slab, SeveralMayLetItGrowAtOnce) {
  churn(*library_, 4000, true);
  EXPECT_EQ(library_->found().taken_twice, 0U);
  EXPECT_EQ(library_->found().turns + library_->found().nothing, 4U * 4000);
  EXPECT_GT(library_->slab().nr_total, 0U);
  expect_whole(pop_all());
}

}  // namespace
}  // namespace scx::test
