// SPDX-License-Identifier: GPL-2.0-only
#include "power_sysfs.h"

#include <gtest/gtest.h>

#include <string>

#include "files.h"

namespace lavd::test {
namespace {

using scx::test::TempDir;

void write_policy(const TempDir& dir, int number, const char* file, const char* text) {
  dir.write("sys/devices/system/cpu/cpufreq/policy" + std::to_string(number) + "/" + file, text);
}

TEST(LavdPowerSysfs, WithoutCpufreqThereIsNothing) {
  const TempDir dir;
  EXPECT_TRUE(read_cpufreq(dir.path()).empty());
  dir.write("sys/devices/system/cpu/cpufreq/boost", "1\n");
  EXPECT_TRUE(read_cpufreq(dir.path()).empty());
}

TEST(LavdPowerSysfs, EachWayIsListedOnce) {
  const TempDir dir;
  for (const int policy : {0, 1, 12}) {
    write_policy(dir, policy, "scaling_driver", "amd-pstate-epp\n");
    write_policy(dir, policy, "scaling_governor", "powersave\n");
    write_policy(dir, policy, "energy_performance_preference",
                 policy == 12 ? "power\n" : "balance_performance\n");
  }
  const std::set<CpufreqPolicy> expected = {{"amd-pstate-epp", "powersave", "balance_performance"},
                                            {"amd-pstate-epp", "powersave", "power"}};
  EXPECT_EQ(read_cpufreq(dir.path()), expected);
}

TEST(LavdPowerSysfs, AMissingFileIsAnEmptyWord) {
  const TempDir dir;
  write_policy(dir, 0, "scaling_governor", "schedutil\n");
  EXPECT_EQ(read_cpufreq(dir.path()), (std::set<CpufreqPolicy>{{"", "schedutil", ""}}));
}

TEST(LavdPrefcore, IsReadOfThePoliciesThatHaveIt) {
  const TempDir dir;
  EXPECT_TRUE(read_prefcore(dir.path()).empty());
  write_policy(dir, 0, "scaling_governor", "performance\n");
  write_policy(dir, 1, "amd_pstate_prefcore_ranking", "231\n");
  write_policy(dir, 2, "amd_pstate_prefcore_ranking", "n/a\n");
  EXPECT_EQ(read_prefcore(dir.path()), (PrefcoreRanking{{"policy1", 231}}));
}

TEST(LavdPrefcore, OnlyTheOrderCounts) {
  const PrefcoreRanking first = {{"policy0", 200}, {"policy1", 200}, {"policy2", 166}};
  EXPECT_TRUE(same_order({}, {}));
  EXPECT_TRUE(same_order(first, first));
  EXPECT_TRUE(same_order(first, {{"policy0", 9}, {"policy1", 9}, {"policy2", 8}}));
  // Turned round; one that fell behind its equal; two that became equal.
  EXPECT_FALSE(same_order(first, {{"policy0", 166}, {"policy1", 166}, {"policy2", 200}}));
  EXPECT_FALSE(same_order(first, {{"policy0", 200}, {"policy1", 190}, {"policy2", 166}}));
  EXPECT_FALSE(same_order(first, {{"policy0", 200}, {"policy1", 200}, {"policy2", 200}}));
  // Other CPUs.
  EXPECT_FALSE(same_order(first, {{"policy0", 200}, {"policy1", 200}}));
  EXPECT_FALSE(same_order({}, first));
}

}  // namespace
}  // namespace lavd::test
