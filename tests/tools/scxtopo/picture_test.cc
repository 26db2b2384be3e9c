// SPDX-License-Identifier: GPL-2.0-only
//
// The picture: whatever the machine, every cid is in it once, boxes nest and do not overlap, and
// what is written can be read back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <pugixml.hpp>
#include <set>

#include "layout.h"
#include "support.h"
#include "svg.h"

namespace scx::scxtopo::test {
namespace {

using ::testing::HasSubstr;

constexpr double kSlack = 1e-6;

bool inside(const Rect& outer, const Rect& inner) {
  return inner.x >= outer.x - kSlack && inner.y >= outer.y - kSlack &&
         inner.right() <= outer.right() + kSlack && inner.bottom() <= outer.bottom() + kSlack;
}

bool overlap(const Rect& a, const Rect& b) {
  return a.x < b.right() - kSlack && b.x < a.right() - kSlack && a.y < b.bottom() - kSlack &&
         b.y < a.bottom() - kSlack;
}

// Siblings that overlap; sorted by their top, so that a machine of 8,192 CPUs takes no time.
bool any_overlap(std::vector<Box> const& boxes) {
  std::vector<const Rect*> open, all;
  for (const Box& box : boxes) all.push_back(&box.rect);
  std::ranges::sort(all, {}, [](const Rect* rect) { return rect->y; });
  for (const Rect* rect : all) {
    std::erase_if(open, [&](const Rect* other) { return other->bottom() <= rect->y + kSlack; });
    for (const Rect* other : open)
      if (overlap(*rect, *other)) return true;
    open.push_back(rect);
  }
  return false;
}

// Checks the boxes and what is in them; counts the cids.
void check(const Rect& outer, const std::vector<Box>& boxes, std::map<int, int>& cids) {
  ASSERT_FALSE(any_overlap(boxes));
  for (const Box& box : boxes) {
    for (const double value : {box.rect.x, box.rect.y, box.rect.width, box.rect.height, box.font})
      ASSERT_TRUE(std::isfinite(value));
    ASSERT_GT(box.rect.width, 0);
    ASSERT_GT(box.rect.height, 0);
    ASSERT_TRUE(inside(outer, box.rect)) << box.tooltip;
    ASSERT_EQ(box.kind == BoxKind::thread, box.cid.valid());
    ASSERT_FALSE(box.tooltip.empty());
    if (box.cid.valid()) ++cids[box.cid.value()];
    ASSERT_NO_FATAL_FAILURE(check(box.rect, box.children, cids));
  }
}

void expect_sound(const View& view) {
  const Picture picture = lay_out(view);
  ASSERT_TRUE(std::isfinite(picture.width) && std::isfinite(picture.height));
  const Rect page{0, 0, picture.width, picture.height};
  std::map<int, int> cids;
  ASSERT_NO_FATAL_FAILURE(check(page, picture.boxes, cids));
  ASSERT_EQ(cids.size(), static_cast<std::size_t>(view.cids.nr_cids()));
  for (const auto& [cid, count] : cids) ASSERT_EQ(count, 1) << "cid " << cid;

  // Heading and legend are on the page, clear of the boxes.
  double top = picture.height, bottom = 0;
  for (const Box& box : picture.boxes) {
    top = std::min(top, box.rect.y);
    bottom = std::max(bottom, box.rect.bottom());
  }
  for (const Line& line : picture.heading) EXPECT_TRUE(line.y > 0 && line.y < top);
  for (const Swatch& swatch : picture.legend)
    EXPECT_TRUE(swatch.rect.y > bottom && inside(page, swatch.rect));
  for (const Line& line : picture.legend_text)
    EXPECT_TRUE(line.y - line.font > bottom && line.y < picture.height);
}

TEST(Picture, EveryCidIsOnceInABoxInsideItsUnits) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    ASSERT_NO_FATAL_FAILURE(expect_sound(view_of(scx::test::random_machine(random))));
  }
}

TEST(Picture, AMachineThatLiesIsDrawnToo) {
  int drawn = 0;
  for (unsigned seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    auto topology = validate(scx::test::random_liar(random));
    if (!topology) continue;  // no CPU online: nothing to draw
    ++drawn;
    ASSERT_NO_FATAL_FAILURE(expect_sound(make_view("a liar", std::move(*topology))));
  }
  EXPECT_GT(drawn, 100);
}

TEST(Picture, TheLargestMachineIsNoRibbon) {
  const View view = view_of(large_machine());
  ASSERT_NO_FATAL_FAILURE(expect_sound(view));
  const Picture picture = lay_out(view);
  EXPECT_LT(picture.width / picture.height, 2.5);
  EXPECT_GT(picture.width / picture.height, 0.8);
}

TEST(Picture, DomainsSideBySideAndTiersDifferInColour) {
  const Picture picture = lay_out(view_of(hybrid_machine()));
  ASSERT_EQ(picture.boxes.front().children.size(), 1u);
  const auto& domains = picture.boxes.front().children.front().children;
  ASSERT_EQ(domains.size(), 2u);
  const auto fill = [&](const Box& domain) {
    return picture.colours.at(static_cast<std::size_t>(domain.children.at(0).children.at(0).colour))
        .fill;
  };
  EXPECT_NE(fill(domains[0]), fill(domains[1]));
  EXPECT_THAT(domains[0].label, HasSubstr("big"));
  EXPECT_THAT(domains[1].label, HasSubstr("little"));
}

TEST(Picture, OfflineCpusAreApartAndInNoColour) {
  const Picture picture = lay_out(view_of(hybrid_machine()));
  const Box& offline = picture.boxes.back();
  ASSERT_EQ(offline.kind, BoxKind::offline);
  ASSERT_EQ(offline.children.size(), 2u);
  EXPECT_EQ(offline.children[0].small_label, "7");
  EXPECT_THAT(offline.children[0].tooltip, HasSubstr("offline"));
  EXPECT_EQ(offline.children[1].small_label, "9");
  EXPECT_THAT(offline.children[1].tooltip, HasSubstr("not present"));
  for (const Box& cpu : offline.children) EXPECT_LT(cpu.colour, 0);
}

TEST(Picture, ANodeWithoutCpusIsThere) {
  RawTopology raw = scx::test::machine(scx::test::cores(2, 1, 0));
  raw.nodes[0].distances = {10, 40};
  raw.nodes.push_back({NodeId{5}, {}, {40, 10}, 1 << 20});
  const View view = view_of(std::move(raw));
  ASSERT_NO_FATAL_FAILURE(expect_sound(view));
  EXPECT_EQ(lay_out(view).boxes.back().label, "node 5, 1 GiB");
}

// Texts of class "cid" in the document.
std::multiset<int> cids_in(const pugi::xml_document& document) {
  std::multiset<int> cids;
  for (const auto& found : document.select_nodes("//text[@class='cid']"))
    cids.insert(found.node().text().as_int(-1));
  return cids;
}

TEST(Svg, IsXmlThatHoldsEveryCid) {
  for (RawTopology raw : {hybrid_machine(), large_machine()}) {
    const View view = view_of(std::move(raw));
    pugi::xml_document document;
    ASSERT_TRUE(document.load_string(draw(view).c_str()));
    EXPECT_STREQ(document.document_element().name(), "svg");
    EXPECT_STREQ(document.document_element().attribute("xmlns").value(),
                 "http://www.w3.org/2000/svg");
    std::multiset<int> all;
    for (int cid = 0; cid < view.cids.nr_cids(); ++cid) all.insert(cid);
    EXPECT_EQ(cids_in(document), all);
  }
}

TEST(Svg, HasATooltipForEveryBoxAndTheSummaryAsItsTitle) {
  const View view = view_of(hybrid_machine());
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(draw(view).c_str()));
  EXPECT_THAT(document.child("svg").child("title").text().as_string(),
              HasSubstr(summary(view.topology)));
  EXPECT_EQ(document
                .select_nodes("//g[rect and not(title) and not(rect[not(contains(@class, "
                              "'c') or @class='off')])]")
                .size(),
            1u)  // the legend
      << "a box without a tooltip";
  bool found = false;
  for (const auto& title : document.select_nodes("//g/title"))
    found =
        found || std::string_view(title.node().text().as_string())
                     .starts_with("cid 0, CPU 0, core 0, domain 0, LLC 0, node 0, tier 0 (big)");
  EXPECT_TRUE(found);
}

TEST(Svg, NamesWithMarkupInThemStayText) {
  const View view = make_view("<a> & \"b\"", scx::test::valid(hybrid_machine()));
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(draw(view).c_str()));
  EXPECT_THAT(document.child("svg").child("title").text().as_string(), HasSubstr("<a> & \"b\""));
}

TEST(Svg, TheSameMachineGivesTheSameBytes) {
  EXPECT_EQ(draw(view_of(hybrid_machine())), draw(view_of(hybrid_machine())));
}

}  // namespace
}  // namespace scx::scxtopo::test
