// SPDX-License-Identifier: GPL-2.0-only
//
// scx_lavd's statistics of made-up readings, and what the metadata tell clients that were written
// for the Rust scx_lavd.
#include "stats.h"

#include <gtest/gtest.h>
#include <scx/stats/service.h>

#include <nlohmann/json.hpp>

#include "samples.h"

namespace lavd {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

// Four cids: two big ones, two little ones.
struct Reading {
  std::vector<lavd_cpu> cpus = std::vector<lavd_cpu>(4);
  std::vector<scx_cid_info> cids = std::vector<scx_cid_info>(4);
  std::vector<lavd_domain> domains = std::vector<lavd_domain>(2);
  lavd_sys sys = {};

  Reading() { cids[2].tier = cids[3].tier = 1; }
  Totals totals(std::uint64_t now_ns) const {
    Totals sum = add_up(cpus, cids, domains, sys, now_ns);
    sum.nr_cpus = cpus.size();
    return sum;
  }
};

TEST(LavdStats, SharesAreOfWhatHappenedBetweenTwoReadings) {
  Reading reading;
  for (lavd_cpu& cpu : reading.cpus) {
    cpu.nr_sched = 1000;
    cpu.nr_lat_critical = cpu.nr_perf_critical = cpu.nr_preempt = 1000;
    cpu.nr_direct = cpu.nr_migrated = cpu.nr_stolen = 1000;
    cpu.busy_ns = 5 * kSecond;
  }
  const Totals before = reading.totals(10 * kSecond);
  reading.cpus[0].nr_sched += 60;
  reading.cpus[3].nr_sched += 40;
  reading.cpus[0].nr_lat_critical += 15;
  reading.cpus[3].nr_lat_critical += 5;
  reading.cpus[0].nr_perf_critical += 30;
  reading.cpus[3].nr_perf_critical += 1;
  reading.cpus[1].nr_preempt += 7;
  reading.cpus[2].nr_direct += 50;
  reading.cpus[2].nr_migrated += 8;
  reading.cpus[2].nr_stolen += 4;
  reading.cpus[0].busy_ns += 2 * kSecond;
  const SysStats stats = compare(before, reading.totals(12 * kSecond), 9);
  EXPECT_EQ(stats.mseq, 9U);
  EXPECT_EQ(stats.nr_sched, 100U);
  EXPECT_EQ(stats.nr_preempt, 7U);
  EXPECT_DOUBLE_EQ(stats.pc_lc, 20);
  EXPECT_DOUBLE_EQ(stats.pc_pc, 31);
  EXPECT_DOUBLE_EQ(stats.pc_x_migration, 8);
  EXPECT_DOUBLE_EQ(stats.pc_big, 60);
  EXPECT_DOUBLE_EQ(stats.pc_lc_on_big, 25);
  EXPECT_DOUBLE_EQ(stats.pc_pc_on_big, 50);
  EXPECT_DOUBLE_EQ(stats.pc_direct, 50);
  EXPECT_DOUBLE_EQ(stats.pc_steal, 4);
  EXPECT_DOUBLE_EQ(stats.pc_util, 25);  // one of four CPUs
}

TEST(LavdStats, LevelsAreThoseOfTheLaterReading) {
  Reading reading;
  reading.domains[0].nr_queued = 3;
  reading.domains[1].nr_queued = -1;  // somebody is about to put one in
  reading.cpus[1].nr_pinned = 2;
  reading.sys.nr_active = 3;
  reading.sys.nr_stealee = 1;
  const SysStats stats = compare(Reading().totals(1), reading.totals(2), 1);
  EXPECT_EQ(stats.nr_queued_task, 5U);
  EXPECT_EQ(stats.nr_active, 3U);
  EXPECT_EQ(stats.nr_stealee, 1U);
}

TEST(LavdStats, TheFirstAnswerIsSinceTheStart) {
  Reading reading;
  reading.cpus[0].nr_sched = 10;
  reading.cpus[0].nr_lat_critical = 5;
  reading.cpus[0].busy_ns = kSecond;
  const SysStats stats = compare({}, reading.totals(100 * kSecond), 1);
  EXPECT_EQ(stats.nr_sched, 10U);
  EXPECT_DOUBLE_EQ(stats.pc_lc, 50);
  EXPECT_DOUBLE_EQ(stats.pc_util, 0);  // since when, nobody knows
}

TEST(LavdStats, WhereCoresAreAlikeAllAreBig) {
  Reading reading;
  for (scx_cid_info& cid : reading.cids) cid.tier = 0;
  reading.cpus[3].nr_sched = 10;
  EXPECT_DOUBLE_EQ(compare({}, reading.totals(1), 1).pc_big, 100);
}

TEST(LavdStats, NothingHappened) {
  const Totals same = Reading().totals(kSecond);
  const SysStats stats = compare(same, same, 1);
  EXPECT_EQ(stats.nr_sched, 0U);
  for (const double share : {stats.pc_pc, stats.pc_lc, stats.pc_big, stats.pc_pc_on_big,
                             stats.pc_x_migration, stats.pc_util, stats.pc_performance})
    EXPECT_DOUBLE_EQ(share, 0);
}

TEST(LavdStats, APartIsNeverMoreThanItsWhole) {
  Reading reading;
  const Totals before = reading.totals(1);
  reading.cpus[0].nr_sched = 10;
  reading.cpus[0].nr_lat_critical = 11;
  EXPECT_DOUBLE_EQ(compare(before, reading.totals(2), 1).pc_lc, 100);
  // Nor is anything less than nothing, should a counter be read older than before.
  EXPECT_EQ(compare(reading.totals(2), before, 2).nr_sched, 0U);
}

TEST(LavdStats, TimeInTheModesIsOfTheWholeRun) {
  Reading reading;
  reading.sys.mode = LAVD_POWERSAVE;
  reading.sys.mode_ns[LAVD_PERFORMANCE] = 1 * kSecond;
  reading.sys.mode_ns[LAVD_BALANCED] = 5 * kSecond;
  reading.sys.mode_ns[LAVD_POWERSAVE] = 1 * kSecond;
  reading.sys.mode_since_ns = 10 * kSecond;
  const SysStats stats = compare(reading.totals(12 * kSecond), reading.totals(13 * kSecond), 2);
  EXPECT_EQ(stats.power_mode, "powersave");
  EXPECT_DOUBLE_EQ(stats.pc_performance, 10);
  EXPECT_DOUBLE_EQ(stats.pc_balanced, 50);
  EXPECT_DOUBLE_EQ(stats.pc_powersave, 40);
}

TEST(LavdStats, ModesHaveUpstreamsNames) {
  Reading reading;
  for (const auto& [mode, name] : std::vector<std::pair<u32, std::string>>{
           {LAVD_PERFORMANCE, "performance"}, {LAVD_BALANCED, "balanced"}}) {
    reading.sys.mode = mode;
    EXPECT_EQ(compare({}, reading.totals(1), 1).power_mode, name);
  }
}

// Without descriptions, without the attributes that are this framework's own.
std::string as_upstream_tells(const scx::stats::Service& service) {
  auto metadata = nlohmann::ordered_json::parse(service.metadata().text);
  for (auto& structure : metadata) {
    structure.erase("desc");
    for (auto& field : structure["fields"]) {
      field.erase("desc");
      field.erase("user");
    }
  }
  for (const char* ours : {"nr_task", "pc_util", "pc_direct", "pc_steal"})
    EXPECT_EQ(metadata["SysStats"]["fields"].erase(ours), 1U) << ours;
  return metadata.dump();
}

std::string fields(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string text;
  for (const auto& [name, kind] : fields) {
    if (!text.empty()) text += ',';
    text += '"' + name + R"(":{"datum":")" + kind + "\"}";
  }
  return "{" + text + "}";
}

TEST(LavdStats, MetadataOfTheNamesThatUpstreamHas) {
  scx::stats::Service service;
  service.add<SysStats>("top", [] { return SysStats{}; });
  service.add("sched_samples", scx::stats::Schema::of<SchedSample>(),
              [] { return scx::stats::Handler{}; });
  ASSERT_TRUE(service.status());
  const std::string sample = fields({{"mseq", "u64"},
                                     {"pid", "i64"},
                                     {"comm", "string"},
                                     {"stat", "string"},
                                     {"cpu_id", "u64"},
                                     {"prev_cpu_id", "u64"},
                                     {"suggested_cpu_id", "u64"},
                                     {"waker_pid", "i64"},
                                     {"waker_comm", "string"},
                                     {"slice_wall", "u64"},
                                     {"slice_used_wall", "u64"},
                                     {"lat_cri", "u64"},
                                     {"avg_lat_cri", "u64"},
                                     {"static_prio", "u64"},
                                     {"rerunnable_interval_wall", "u64"},
                                     {"resched_interval_wall", "u64"},
                                     {"run_freq", "u64"},
                                     {"avg_runtime_wall", "u64"},
                                     {"wait_freq", "u64"},
                                     {"wake_freq", "u64"},
                                     {"perf_cri", "u64"},
                                     {"thr_perf_cri", "u64"},
                                     {"cpuperf_cur", "u64"},
                                     {"cpu_util_wall", "u64"},
                                     {"cpu_util_invr", "u64"},
                                     {"steal_util_wall", "u64"},
                                     {"steal_util_invr", "u64"},
                                     {"dom_pinned_util_wall", "u64"},
                                     {"dom_pinned_util_invr", "u64"},
                                     {"nr_active", "u64"},
                                     {"dsq_id", "u64"},
                                     {"dsq_consume_lat", "u64"},
                                     {"lat_headroom", "u64"},
                                     {"vuln_thresh", "u64"},
                                     {"task_util_est", "u64"},
                                     {"norm_lat_cri", "u64"},
                                     {"cpu_heat", "u64"},
                                     {"warm_cpu_id", "u64"}});
  const std::string system = fields({{"mseq", "u64"},
                                     {"nr_queued_task", "u64"},
                                     {"nr_active", "u64"},
                                     {"nr_sched", "u64"},
                                     {"nr_preempt", "u64"},
                                     {"pc_pc", "float"},
                                     {"pc_lc", "float"},
                                     {"pc_x_migration", "float"},
                                     {"nr_stealee", "u64"},
                                     {"pc_big", "float"},
                                     {"pc_pc_on_big", "float"},
                                     {"pc_lc_on_big", "float"},
                                     {"power_mode", "string"},
                                     {"pc_performance", "float"},
                                     {"pc_balanced", "float"},
                                     {"pc_powersave", "float"}});
  EXPECT_EQ(as_upstream_tells(service),
            R"({"SchedSample":{"name":"SchedSample","top":"true","user":)"
            R"({"_om_label":"sched_sample","_om_prefix":"s_"},"fields":)" +
                sample + R"(},"SysStats":{"name":"SysStats","top":"true","fields":)" + system +
                "}}");
}

}  // namespace
}  // namespace lavd
