// SPDX-License-Identifier: GPL-2.0-only
#include "view.h"

#include <gtest/gtest.h>

#include <set>

namespace scx::scxtop::test {
namespace {

constexpr Extent kExtent{.lines = 100, .rows = 20, .starts = {0, 30, 50, 0, 90}};

TEST(Keys, IntervalGoesBySteps) {
  View view;
  press(Key::slower, view, kExtent);
  EXPECT_EQ(view.interval_s, 2);
  press(Key::faster, view, kExtent);
  press(Key::faster, view, kExtent);
  EXPECT_EQ(view.interval_s, 0.5);
  for (int i = 0; i < 20; ++i) press(Key::faster, view, kExtent);
  EXPECT_EQ(view.interval_s, 0.1);
  for (int i = 0; i < 20; ++i) press(Key::slower, view, kExtent);
  EXPECT_EQ(view.interval_s, 60);
  view.interval_s = 3;  // of the command line
  press(Key::faster, view, kExtent);
  EXPECT_EQ(view.interval_s, 2);
}

TEST(Keys, ScrollingStopsAtBothEnds) {
  View view;
  press(Key::up, view, kExtent);
  EXPECT_EQ(view.scroll, 0u);
  press(Key::page_down, view, kExtent);
  EXPECT_EQ(view.scroll, 19u);  // a line stays in sight
  press(Key::end, view, kExtent);
  EXPECT_EQ(view.scroll, 80u);
  press(Key::down, view, kExtent);
  EXPECT_EQ(view.scroll, 80u);
  press(Key::page_up, view, kExtent);
  EXPECT_EQ(view.scroll, 61u);
  press(Key::top, view, kExtent);
  EXPECT_EQ(view.scroll, 0u);
}

TEST(Keys, NothingScrollsWhereEverythingIsSeen) {
  View view;
  const Extent small{.lines = 5, .rows = 20, .starts = {}};
  for (const Key key : {Key::down, Key::page_down, Key::end, Key::next}) {
    press(key, view, small);
    EXPECT_EQ(view.scroll, 0u);
  }
}

TEST(Keys, TabGoesFromSectionToSectionAndAround) {
  View view;
  for (const std::size_t expected : {30u, 50u, 80u, 0u}) {  // the last begins below the last page
    press(Key::next, view, kExtent);
    EXPECT_EQ(view.scroll, expected);
  }
}

TEST(Keys, NumbersSwitchSections) {
  View view;
  press(Key::section3, view, kExtent);
  EXPECT_EQ(view.shown, (Sections{true, true, false, true, true}));
  press(Key::section3, view, kExtent);
  EXPECT_EQ(view.shown, kAllSections);
}

TEST(Keys, OrdersComeAround) {
  View view;
  std::set<std::string> names;
  for (std::size_t i = 0; i < kOrders; ++i) {
    names.insert(name_of(view.order));
    press(Key::sort, view, kExtent);
  }
  EXPECT_EQ(names.size(), kOrders);
  EXPECT_EQ(view.order, Order::lat_cri);
}

TEST(Keys, Switches) {
  View view;
  press(Key::pause, view, kExtent);
  press(Key::colour, view, kExtent);
  press(Key::help, view, kExtent);
  EXPECT_TRUE(view.paused);
  EXPECT_FALSE(view.colour);
  EXPECT_TRUE(view.help);
}

}  // namespace
}  // namespace scx::scxtop::test
