// SPDX-License-Identifier: GPL-2.0-only
#include "drawing.h"

#include <gmock/gmock.h>

#include <pugixml.hpp>
#include <string>
#include <vector>

#include "support.h"

namespace scx::scxsim {
namespace {

using testing::HasSubstr;
using testing::Not;
using Why = sim::Observer::Why;

constexpr std::uint64_t kUs = 1000;

sim::Workload named(std::vector<std::string> names) {
  sim::Workload workload;
  for (std::string& name : names) workload.kinds.push_back({.name = std::move(name)});
  return workload;
}

// A picture as wide as 840 us, a pixel for each.
constexpr Window kWindow{1000 * kUs, 1840 * kUs};

std::string svg_of(const Drawing& drawing) {
  std::string text = drawing.to_svg({"simple", "a machine", "test", 1, 8});
  pugi::xml_document document;
  EXPECT_TRUE(document.load_string(text.c_str()));
  EXPECT_STREQ(document.first_child().name(), "svg");
  return text;
}

TEST(Drawing, ShowsWhoRanWhereAndLeavesOutTheRest) {
  Drawing drawing(two_nodes(), named({"first", "second"}), kWindow);
  drawing.started({900 * kUs, 2, {1000, 0}, -1, {}});
  drawing.stopped({1100 * kUs, 2, {1000, 0}, Why::sleeps});
  drawing.started({1300 * kUs, 2, {1001, 1}, -1, {}});
  drawing.started({1310 * kUs, 5, {1000, 0}, 2, {}});
  drawing.stopped({1320 * kUs, 5, {1000, 0}, Why::sleeps});
  drawing.ended(5000 * kUs);
  const std::string text = svg_of(drawing);
  EXPECT_THAT(text, HasSubstr("<path class=\"c0\" d=\"M0 0h100\"/>"));
  EXPECT_THAT(text, HasSubstr("<path class=\"c1\" d=\"M300 0h540\"/>"));
  EXPECT_THAT(text, HasSubstr("<path class=\"c0\" d=\"M310 0h10\"/>"));
  EXPECT_THAT(text, HasSubstr("node 1, LLC 1"));
  EXPECT_THAT(text, HasSubstr(">cid 7<"));
  EXPECT_THAT(text, HasSubstr(">second<"));
  EXPECT_THAT(text, HasSubstr("prefers-color-scheme: dark"));
}

TEST(Drawing, AColumnIsWhatItWasLongest) {
  Drawing drawing(two_nodes(), named({"first", "second"}), kWindow);
  const auto runs = [&](std::uint64_t from, std::uint64_t to, int kind) {
    drawing.started({1000 * kUs + from, 0, {1000 + kind, kind}, -1, {}});
    drawing.stopped({1000 * kUs + to, 0, {1000 + kind, kind}, Why::sleeps});
  };
  runs(0, 300, 0);
  runs(300, 700, 1);    // the longest of column 0
  runs(2000, 2400, 0);  // less than column 2 is idle
  drawing.ended(1840 * kUs);
  const std::string text = svg_of(drawing);
  EXPECT_THAT(text, HasSubstr("<path class=\"c1\" d=\"M0 0h1\"/>"));
  EXPECT_THAT(text, Not(HasSubstr("<path class=\"c0\"")));
}

TEST(Drawing, TextIsEscaped) {
  Drawing drawing(two_nodes(), named({"<b>&\"\x01"}), kWindow);
  drawing.ended(2000 * kUs);
  const std::string text = drawing.to_svg({"<s>", "&", "\"w\"", 1, 8});
  EXPECT_THAT(text, HasSubstr("&lt;b&gt;&amp;&quot;?"));
  EXPECT_THAT(text, HasSubstr("&lt;s&gt;, workload &quot;w&quot;"));
  EXPECT_THAT(text, Not(HasSubstr("<b>")));
}

TEST(Drawing, ManyKindsShareColoursByFamily) {
  std::vector<std::string> names;
  for (int at = 0; at < 20; ++at) names.push_back("client" + std::to_string(at));
  for (char c = 'a'; c < 'a' + 20; ++c) names.push_back(std::string(1, c) + "-task");
  Drawing drawing(two_nodes(), named(names), kWindow);
  drawing.ended(2000 * kUs);
  const std::string text = svg_of(drawing);
  EXPECT_THAT(text, HasSubstr(">client<"));
  EXPECT_THAT(text, HasSubstr(">others<"));
  EXPECT_THAT(text, Not(HasSubstr("c10")));
}

TEST(Drawing, IsBoundedWhateverHappens) {
  const Machine machine = test::whole(test::machine(test::cores(64, 1, 0)));
  Drawing drawing(machine, named({"first", "second"}), kWindow);
  for (std::uint64_t at = 0; at < 840 * 4; ++at) {
    for (int cid = 0; cid < 64; ++cid) {
      const int kind = static_cast<int>(at / 4 % 2);
      drawing.started({1000 * kUs + at * 250, cid, {1000 + kind, kind}, -1, {}});
      drawing.stopped({1000 * kUs + at * 250 + 200, cid, {1000 + kind, kind}, Why::sleeps});
    }
  }
  drawing.ended(2000 * kUs);
  EXPECT_LT(svg_of(drawing).size(), 700'000u);
}

TEST(Drawing, LanesOfLargeMachinesAreUnits) {
  const Machine machine = test::whole(test::machine(test::cores(40, 2, 0)));
  Drawing drawing(machine, named({"first"}), kWindow);
  // one thread of core 1 is half of it: no less than idle
  drawing.started({1000 * kUs, 2, {1000, 0}, -1, {}});
  drawing.ended(1840 * kUs);
  const std::string text = svg_of(drawing);
  EXPECT_THAT(text, HasSubstr(">core 39<"));
  EXPECT_THAT(text, Not(HasSubstr(">cid")));
  EXPECT_THAT(text, HasSubstr("<path class=\"c0\" d=\"M0 0h840\"/>"));
}

}  // namespace
}  // namespace scx::scxsim
