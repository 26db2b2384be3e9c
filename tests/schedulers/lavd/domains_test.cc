// SPDX-License-Identifier: GPL-2.0-only
#include "domains.h"

#include <gtest/gtest.h>

namespace lavd {
namespace {

// Two domains: cids 0 to 2, and cid 3.
struct Reading {
  std::vector<lavd_domain> domains = std::vector<lavd_domain>(2);
  std::vector<scx_domain_info> table = std::vector<scx_domain_info>(2);
  std::vector<lavd_cpu> cpus = std::vector<lavd_cpu>(4);

  Reading() {
    table[0].nr = 3;
    table[1].first = 3;
    table[1].nr = 1;
  }
  Domains described() const { return describe_domains(domains, table, cpus); }
};

TEST(LavdDomains, SayWhatBelongsToThem) {
  Reading reading;
  reading.domains[0].nr_active = 2;
  reading.domains[0].nr_queued = 5;
  reading.domains[0].load = 1536;
  reading.domains[0].budget = -2;
  reading.cpus[1].nr_pinned = 3;
  reading.cpus[0].util_wall = 1024;
  reading.cpus[2].util_wall = 512;
  reading.cpus[2].util_stolen = 768;
  reading.cpus[3].util_wall = 256;
  const Domains all = reading.described();
  ASSERT_EQ(all.doms.size(), 2U);
  const Domain& first = all.doms.at(0);
  EXPECT_EQ(first.first_cid, 0U);
  EXPECT_EQ(first.nr_cids, 3U);
  EXPECT_EQ(first.nr_active, 2U);
  EXPECT_EQ(first.queued, 8U);
  EXPECT_DOUBLE_EQ(first.util, 50);
  EXPECT_DOUBLE_EQ(first.util_stolen, 25);
  EXPECT_DOUBLE_EQ(first.load, 150);
  EXPECT_EQ(first.budget, -2);
  const Domain& second = all.doms.at(1);
  EXPECT_EQ(second.first_cid, 3U);
  EXPECT_EQ(second.nr_cids, 1U);
  EXPECT_EQ(second.queued, 0U);
  EXPECT_DOUBLE_EQ(second.util, 25);
}

// BPF counts a task out before it is counted in where two CPUs do it at once.
TEST(LavdDomains, ACountBelowZeroIsNone) {
  Reading reading;
  reading.domains[1].nr_queued = -1;
  EXPECT_EQ(reading.described().doms.at(1).queued, 0U);
}

TEST(LavdDomains, AreADictionaryByNumber) {
  Reading reading;
  reading.domains.resize(1);
  EXPECT_EQ(scx::stats::to_json(reading.described()).text,
            R"({"doms":{"0":{"first_cid":0,"nr_cids":3,"nr_active":0,"queued":0,"util":0.0,)"
            R"("util_stolen":0.0,"load":0.0,"budget":0}}})");
}

// The last struct by name that has `top` is what old clients start from.
TEST(LavdDomains, AreNotWhatClientsStartFrom) {
  const auto schema = scx::stats::Schema::of<Domains>();
  for (const auto& [name, one] : schema.structs()) EXPECT_FALSE(one.top) << name;
}

}  // namespace
}  // namespace lavd
