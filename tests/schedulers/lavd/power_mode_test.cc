// SPDX-License-Identifier: GPL-2.0-only
#include "power_mode.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace lavd::test {
namespace {

using Service = PowerProfile::Service;

PowerMode of(Service service, std::string profile, std::set<CpufreqPolicy> policies = {}) {
  return power_mode({.profile = PowerProfile{service, std::move(profile)},
                     .why_no_profile = {},
                     .policies = std::move(policies)});
}

PowerMode of(std::set<CpufreqPolicy> policies) {
  return power_mode({.profile = {}, .why_no_profile = "no bus", .policies = std::move(policies)});
}

CpufreqPolicy preferring(std::string energy) {
  return {
      .driver = "intel_pstate", .governor = "powersave", .energy_preference = std::move(energy)};
}

CpufreqPolicy governed(std::string governor, std::string driver = "acpi-cpufreq") {
  return {.driver = std::move(driver), .governor = std::move(governor), .energy_preference = {}};
}

TEST(LavdPowerMode, PowerProfilesDaemon) {
  EXPECT_EQ(of(Service::power_profiles_daemon, "power-saver"),
            (PowerMode{LAVD_POWERSAVE, "power-profiles-daemon says power-saver"}));
  EXPECT_EQ(of(Service::power_profiles_daemon, "balanced").mode, LAVD_BALANCED);
  EXPECT_EQ(of(Service::power_profiles_daemon, "performance").mode, LAVD_PERFORMANCE);
  EXPECT_EQ(of(Service::power_profiles_daemon, "unheard-of").mode, LAVD_BALANCED);
}

TEST(LavdPowerMode, TunedsOwnProfiles) {
  for (const char* profile : {"throughput-performance", "latency-performance", "network-latency",
                              "network-throughput", "accelerator-performance", "hpc-compute",
                              "realtime", "cpu-partitioning", "virtual-guest", "virtual-host"})
    EXPECT_EQ(of(Service::tuned, profile).mode, LAVD_PERFORMANCE) << profile;
  for (const char* profile : {"powersave", "laptop-battery-powersave", "balanced powersave"})
    EXPECT_EQ(of(Service::tuned, profile).mode, LAVD_POWERSAVE) << profile;
  for (const char* profile : {"balanced", "balanced-battery", "desktop", "my-own"})
    EXPECT_EQ(of(Service::tuned, profile).mode, LAVD_BALANCED) << profile;
  EXPECT_EQ(of(Service::tuned, "powersave").reason, "tuned says powersave");
}

TEST(LavdPowerMode, AServiceStandsAboveSysfs) {
  EXPECT_EQ(of(Service::power_profiles_daemon, "balanced", {preferring("power")}).mode,
            LAVD_BALANCED);
}

TEST(LavdPowerMode, EnergyPreferenceInWords) {
  EXPECT_EQ(of({preferring("power")}),
            (PowerMode{LAVD_POWERSAVE, "the CPUs' energy preference is power (no bus)"}));
  EXPECT_EQ(of({preferring("performance")}).mode, LAVD_PERFORMANCE);
  for (const char* word : {"balance_performance", "balance_power", "default", "unheard-of"})
    EXPECT_EQ(of({preferring(word)}).mode, LAVD_BALANCED) << word;
}

TEST(LavdPowerMode, EnergyPreferenceInNumbers) {
  for (const auto& [number, mode] : {std::pair{"0", LAVD_PERFORMANCE},
                                     {"63", LAVD_PERFORMANCE},
                                     {"64", LAVD_BALANCED},
                                     {"128", LAVD_BALANCED},
                                     {"192", LAVD_BALANCED},
                                     {"223", LAVD_BALANCED},
                                     {"224", LAVD_POWERSAVE},
                                     {"255", LAVD_POWERSAVE}})
    EXPECT_EQ(of({preferring(number)}).mode, mode) << number;
}

TEST(LavdPowerMode, CpusThatPreferDifferentlyAreBalanced) {
  EXPECT_EQ(
      of({preferring("power"), preferring("performance")}),
      (PowerMode{LAVD_BALANCED, "the CPUs' energy preference is performance or power (no bus)"}));
  // Two words for the same.
  EXPECT_EQ(of({preferring("255"), preferring("power")}).mode, LAVD_POWERSAVE);
}

TEST(LavdPowerMode, Governor) {
  EXPECT_EQ(of({governed("performance")}),
            (PowerMode{LAVD_PERFORMANCE, "the CPUs' frequency governor is performance (no bus)"}));
  EXPECT_EQ(of({governed("powersave")}).mode, LAVD_POWERSAVE);
  for (const char* word : {"schedutil", "ondemand", "conservative", "userspace"})
    EXPECT_EQ(of({governed(word)}).mode, LAVD_BALANCED) << word;
}

TEST(LavdPowerMode, DriversThatGovernThemselvesCallTheEverydayOnePowersave) {
  for (const char* driver : {"intel_pstate", "amd-pstate-epp"}) {
    EXPECT_EQ(of({governed("powersave", driver)}).mode, LAVD_BALANCED) << driver;
    EXPECT_EQ(of({governed("performance", driver)}).mode, LAVD_PERFORMANCE) << driver;
  }
  for (const char* driver : {"intel_cpufreq", "amd-pstate"})
    EXPECT_EQ(of({governed("powersave", driver)}).mode, LAVD_POWERSAVE) << driver;
}

TEST(LavdPowerMode, CpusWithoutAPreferenceDoNotCountWhereOthersHaveOne) {
  EXPECT_EQ(of({preferring("power"), governed("performance")}).mode, LAVD_POWERSAVE);
}

TEST(LavdPowerMode, WithNothingToGoByItIsBalancedAndSaysWhy) {
  EXPECT_EQ(of(std::set<CpufreqPolicy>{}),
            (PowerMode{LAVD_BALANCED, "nothing says otherwise: no cpufreq in sysfs (no bus)"}));
}

}  // namespace
}  // namespace lavd::test
