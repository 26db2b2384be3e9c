// SPDX-License-Identifier: GPL-2.0-only
//
// Preference orders, dies and --virt-llc as the views show them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "json.h"
#include "support.h"
#include "tables.h"
#include "tree.h"

namespace scx::scxtopo::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

json json_of(const View& view) {
  std::string text;
  write_json(view, [&text](std::string_view piece) { text += piece; });
  return json::parse(text);
}

void expect_same(const json& found, const PreferenceOrder& order) {
  ASSERT_EQ(found["sequences"].size(), order.sequences.size());
  for (std::size_t at = 0; at < order.sequences.size(); ++at) {
    json cids = json::array();
    for (const Cid cid : order.sequences[at]) cids.push_back(cid.value());
    EXPECT_EQ(found["sequences"][at], cids);
  }
  ASSERT_EQ(found["steps"].size(), order.steps.size());
  for (std::size_t at = 0; at < order.steps.size(); ++at) {
    EXPECT_EQ(found["steps"][at]["capacity"], order.steps[at].capacity);
    EXPECT_EQ(found["steps"][at]["nr_primary"], order.steps[at].nr_primary);
    EXPECT_EQ(found["steps"][at]["sequence"], order.steps[at].sequence);
  }
}

TEST(Orders, JsonSaysWhatTheLibrarySays) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const View view = view_of(scx::test::random_machine(random));
    const json orders = json_of(view)["orders"];
    EXPECT_EQ(orders["from_energy_model"], view.orders.from_energy_model);
    ASSERT_NO_FATAL_FAILURE(expect_same(orders["performance"], view.orders.performance));
    ASSERT_NO_FATAL_FAILURE(expect_same(orders["powersave"], view.orders.powersave));
  }
}

TEST(Orders, TheTextNamesTheSequenceAndHowManyOfIt) {
  View view = view_of(hybrid_machine());
  const auto cids = [](std::initializer_list<std::int32_t> numbers) {
    std::vector<Cid> list;
    for (const std::int32_t number : numbers) list.push_back(Cid{number});
    return list;
  };
  view.orders.from_energy_model = true;
  view.orders.powersave = {.sequences = {cids({4, 5, 6, 0, 2, 1, 3})},
                           .steps = {{512, 1, 0}, {2048, 4, 0}}};
  const std::string text = order_lists(view);
  EXPECT_THAT(text, HasSubstr("the kernel's energy model"));
  EXPECT_THAT(text, HasSubstr("powersave"));
  EXPECT_THAT(text, HasSubstr("4-6,0,2,1,3"));
  EXPECT_THAT(text, HasSubstr("2048"));
}

TEST(Domains, PartsOfAnLlcAreNamedApart) {
  const View view =
      view_of(scx::test::machine(scx::test::cores(16, 2, 0)), {.virt_llc = VirtLlc{}});
  ASSERT_EQ(view.domains.size(), 2);
  EXPECT_THAT(domain_table(view), HasSubstr("same LLC: 1\n"));
  const std::string text = tree(view, {}, false);
  EXPECT_THAT(text, HasSubstr("    domain 0, 8 cores, capacity 16384, cids 0-15\n"));
  EXPECT_THAT(text, HasSubstr("    domain 1, 8 cores, capacity 16384, cids 16-31\n"));
}

TEST(Domains, LlcsOfOneDieAreNearerThanThoseOfTheNode) {
  auto specs = scx::test::cores(1, 1, 0, 0, 0) + scx::test::cores(1, 1, 1, 0, 1) +
               scx::test::cores(1, 1, 2, 0, 2) + scx::test::cores(1, 1, 3, 0, 3);
  RawTopology raw = scx::test::machine(specs);
  for (RawCpu& cpu : raw.cpus) cpu.die = cpu.cpu.value() / 2;
  EXPECT_THAT(domain_table(view_of(std::move(raw))), HasSubstr("same die: 1; same node: 2-3\n"));
}

}  // namespace
}  // namespace scx::scxtopo::test
