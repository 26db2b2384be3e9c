// SPDX-License-Identifier: GPL-2.0-only
//
// --json: read back with another library, it says what the objects say.
#include "json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support.h"

namespace scx::scxtopo::test {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using ::testing::ElementsAre;

std::string text_of(const View& view) {
  std::string text;
  write_json(view, [&text](std::string_view piece) { text += piece; });
  return text;
}

template <typename Tag>
json number(Id<Tag> id) {
  return id.valid() ? json(id.value()) : json(nullptr);
}

json range(CidRange cids) { return {cids.first.value(), cids.count}; }

void expect_units(const View& view, const json& all) {
  const Topology& t = view.topology;
  ASSERT_EQ(all["nodes"].size(), t.nodes().size());
  for (std::size_t n = 0; n < t.nodes().size(); ++n) {
    json cids = nullptr;
    for (const auto& unit : view.cids.nodes())
      if (unit.id == t.nodes()[n].id) cids = range(unit.cids);
    EXPECT_EQ(all["nodes"][n]["id"], t.nodes()[n].id.value());
    EXPECT_EQ(all["nodes"][n]["cids"], cids);
    EXPECT_EQ(all["nodes"][n]["distances"], t.nodes()[n].distances);
  }
  ASSERT_EQ(all["llcs"].size(), t.llcs().size());
  for (std::size_t l = 0; l < t.llcs().size(); ++l) {
    EXPECT_EQ(all["llcs"][l]["id"], l);
    EXPECT_EQ(all["llcs"][l]["node"], t.llcs()[l].node.value());
    EXPECT_EQ(all["llcs"][l]["size_kb"], t.llcs()[l].size_kb);
    EXPECT_EQ(all["llcs"][l]["cids"], range(view.cids.llcs()[l]));
  }
  ASSERT_EQ(all["cores"].size(), t.cores().size());
  for (std::size_t c = 0; c < t.cores().size(); ++c) {
    EXPECT_EQ(all["cores"][c]["cids"], range(view.cids.cores()[c]));
    EXPECT_EQ(all["cores"][c]["domain"], view.domains.domain(view.cids.cores()[c].first).value());
  }
}

void expect_domains(const View& view, const json& all) {
  ASSERT_EQ(all["domains"].size(), static_cast<std::size_t>(view.domains.size()));
  for (const Domain& domain : view.domains.all()) {
    const json& row = all["domains"][domain.id.index()];
    EXPECT_EQ(row["id"], domain.id.value());
    EXPECT_EQ(row["node"], domain.node.value());
    EXPECT_EQ(row["llc"], domain.llc.value());
    EXPECT_EQ(row["tier"], domain.tier);
    EXPECT_EQ(row["cids"], range(domain.cids));
    json walk = json::array();
    view.domains.for_each_neighbour(domain.id, [&](DomainId other, int distance_class) {
      walk.push_back({other.value(), distance_class});
      return true;
    });
    EXPECT_EQ(row["neighbors"], walk);
  }
}

void expect_cids(const View& view, const json& all) {
  ASSERT_EQ(all["cids"].size(), static_cast<std::size_t>(view.cids.nr_cids()));
  for (std::int32_t number_of = 0; number_of < view.cids.nr_cids(); ++number_of) {
    const Cid cid{number_of};
    const Cpu& cpu = view.topology.at(view.cids.cpu(cid));
    const json& row = all["cids"][cid.index()];
    EXPECT_EQ(row["cpu"], cpu.id.value());
    EXPECT_EQ(row["core"], number(view.cids.core(cid)));
    EXPECT_EQ(row["llc"], number(view.cids.llc(cid)));
    EXPECT_EQ(row["node"], number(view.cids.node(cid)));
    EXPECT_EQ(row["domain"], number(view.domains.domain(cid)));
    EXPECT_EQ(row["tier"], cpu.online ? json(cpu.tier) : json(nullptr));
    EXPECT_EQ(row["capacity"], cpu.capacity);
    EXPECT_EQ(row["online"], cpu.online);
  }
}

void expect_true(const View& view) {
  const json all = json::parse(text_of(view));
  EXPECT_EQ(all["nr_cpu_ids"], view.topology.nr_cpu_ids());
  EXPECT_EQ(all["nr_cpus_online"], view.topology.online().count());
  EXPECT_EQ(all["equals_kernel_default"], view.cids.equals_kernel_default());
  const TierEvidence& evidence = view.topology.tier_evidence();
  EXPECT_EQ(all["core_type_evidence"]["source"], name(evidence.source));
  EXPECT_EQ(all["core_type_evidence"]["tiers"], evidence.tiers);
  ASSERT_EQ(all["core_type_evidence"]["rejected"].size(), evidence.rejected.size());
  for (std::size_t at = 0; at < evidence.rejected.size(); ++at) {
    const json& rejected = all["core_type_evidence"]["rejected"][at];
    EXPECT_EQ(rejected["source"], name(evidence.rejected[at].source));
    EXPECT_EQ(rejected["reason"], evidence.rejected[at].reason);
  }
  ASSERT_NO_FATAL_FAILURE(expect_units(view, all));
  ASSERT_NO_FATAL_FAILURE(expect_domains(view, all));
  ASSERT_NO_FATAL_FAILURE(expect_cids(view, all));
}

TEST(Json, SaysWhatTheLibrarySays) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    ASSERT_NO_FATAL_FAILURE(expect_true(view_of(scx::test::random_machine(random))));
    auto liar = validate(scx::test::random_liar(random));
    if (liar) {
      ASSERT_NO_FATAL_FAILURE(expect_true(make_view("a liar", std::move(*liar))));
    }
  }
}

TEST(Json, KeysComeInTheDocumentedOrder) {
  const auto keys = [](const ordered_json& object) {
    std::vector<std::string> names;
    for (const auto& item : object.items()) names.push_back(item.key());
    return names;
  };
  const auto all = ordered_json::parse(text_of(view_of(hybrid_machine())));
  EXPECT_THAT(keys(all),
              ElementsAre("version", "source", "kernel", "summary", "nr_cpu_ids", "nr_cids",
                          "nr_cpus_online", "nr_tiers", "possible", "present", "online",
                          "equals_kernel_default", "core_type_evidence", "notes", "nodes", "llcs",
                          "domains", "cores", "cids", "shards", "orders", "perf_domains"));
  EXPECT_THAT(keys(all["nodes"][0]), ElementsAre("id", "cids", "distances", "memory_kb"));
  EXPECT_THAT(keys(all["llcs"][0]), ElementsAre("id", "node", "size_kb", "cids"));
  EXPECT_THAT(keys(all["domains"][0]), ElementsAre("id", "node", "llc", "tier", "capacity", "cids",
                                                   "neighbor_ranges", "neighbors"));
  EXPECT_THAT(keys(all["cores"][0]), ElementsAre("id", "cids", "domain", "llc", "tier"));
  EXPECT_THAT(keys(all["cids"][0]),
              ElementsAre("cpu", "core", "llc", "node", "domain", "tier", "capacity", "online",
                          "max_khz", "package", "die", "rank", "turbo"));
  EXPECT_THAT(keys(all["orders"]), ElementsAre("from_energy_model", "performance", "powersave"));
}

TEST(Json, AnOfflineCpuBelongsToNothing) {
  const json all = json::parse(text_of(view_of(hybrid_machine())));
  ASSERT_EQ(all["cids"].size(), 9u);
  EXPECT_EQ(all["nr_cpu_ids"], 10);
  EXPECT_EQ(all["nr_cpus_online"], 7);
  EXPECT_EQ(all["possible"], "0-7,9");
  for (std::size_t cid : {7u, 8u}) {
    for (const char* unit : {"core", "llc", "node", "domain", "tier", "package", "die"})
      EXPECT_TRUE(all["cids"][cid][unit].is_null()) << unit;
    EXPECT_EQ(all["cids"][cid]["online"], false);
  }
}

TEST(Json, ShardsAreThere) {
  const json all = json::parse(text_of(view_of(scx::test::machine(scx::test::cores(30, 1, 0)))));
  EXPECT_EQ(all["shards"], json({0, 15}));
}

TEST(Json, TheSameMachineGivesTheSameBytes) {
  EXPECT_EQ(text_of(view_of(hybrid_machine())), text_of(view_of(hybrid_machine())));
  EXPECT_EQ(text_of(view_of(large_machine())), text_of(view_of(large_machine())));
}

}  // namespace
}  // namespace scx::scxtopo::test
