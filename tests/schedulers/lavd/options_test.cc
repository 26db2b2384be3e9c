// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace lavd::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// The options that choose the mode, and --no-core-compaction as the last.
struct Named {
  std::string option;
  bool Options::*flag;
};

const std::vector<Named>& modes() {
  static const std::vector<Named> all = {{"--autopilot", &Options::autopilot},
                                         {"--autopower", &Options::autopower},
                                         {"--performance", &Options::performance},
                                         {"--balanced", &Options::balanced},
                                         {"--powersave", &Options::powersave},
                                         {"--no-core-compaction", &Options::no_core_compaction}};
  return all;
}

Settings settings(bool Options::*flag) {
  Options options;
  options.*flag = true;
  return understand(options).value();
}

Options with_text(std::string Options::*text, std::string value, Options options = {}) {
  options.*text = std::move(value);
  return options;
}

void expect_usage_error(const Options& options, const std::string& about) {
  const auto settings = understand(options);
  ASSERT_FALSE(settings) << about;
  EXPECT_EQ(settings.error().kind, scx::ErrorKind::usage);
  EXPECT_THAT(settings.error().message(), HasSubstr(about));
}

std::vector<int> order(const std::string& list) {
  const auto settings = understand(with_text(&Options::cpu_pref_order, list));
  std::vector<int> cpus;
  if (!settings) return cpus;
  for (const auto cpu : settings->cpu_pref_order) cpus.push_back(cpu.value());
  return cpus;
}

TEST(LavdOptions, WithoutAnyTheLoadDecides) {
  const auto settings = understand({});
  ASSERT_TRUE(settings) << settings.error().message();
  EXPECT_EQ(settings->power, PowerChoice::autopilot);
  EXPECT_TRUE(settings->core_compaction);
  EXPECT_EQ(settings->pinned_slice_us, 5000U);
  EXPECT_TRUE(settings->cpu_pref_order.empty());
  EXPECT_TRUE(settings->use_energy_model);
  EXPECT_EQ(settings->run_id, std::nullopt);
}

TEST(LavdOptions, Modes) {
  EXPECT_EQ(settings(&Options::autopilot).power, PowerChoice::autopilot);
  EXPECT_EQ(settings(&Options::autopower).power, PowerChoice::autopower);
  const std::pair<bool Options::*, lavd_mode> fixed[] = {
      {&Options::performance, LAVD_PERFORMANCE},
      {&Options::balanced, LAVD_BALANCED},
      {&Options::powersave, LAVD_POWERSAVE},
      {&Options::no_core_compaction, LAVD_BALANCED}};
  for (const auto& [flag, mode] : fixed) {
    EXPECT_EQ(settings(flag).power, PowerChoice::fixed);
    EXPECT_EQ(settings(flag).mode, mode);
  }
}

TEST(LavdOptions, PerformanceAndItsOwnOptionCompactNothing) {
  for (const auto& [option, flag] : modes()) {
    const bool compacts = option != "--performance" && option != "--no-core-compaction";
    EXPECT_EQ(settings(flag).core_compaction, compacts) << option;
  }
}

TEST(LavdOptions, TwoModesAreRefusedByName) {
  for (std::size_t i = 0; i < modes().size(); ++i)
    for (std::size_t j = i + 1; j < modes().size(); ++j) {
      const auto& [first, first_flag] = modes()[i];
      const auto& [second, second_flag] = modes()[j];
      SCOPED_TRACE(first + " " + second);
      Options options;
      options.*first_flag = options.*second_flag = true;
      if (first == "--performance" && second == "--no-core-compaction") {
        EXPECT_TRUE(understand(options));
        continue;
      }
      expect_usage_error(options, first + " and " + second + " exclude each other");
    }
}

TEST(LavdOptions, TheShortestSliceIsNotLongerThanTheLongest) {
  Options options;
  options.slice_min_us = options.slice_max_us = 700;
  EXPECT_TRUE(understand(options));
  options.slice_min_us = 701;
  expect_usage_error(options, "--slice-min-us (701) is larger than --slice-max-us (700)");
}

TEST(LavdOptions, ThePinnedSliceLiesBetweenTheOthers) {
  Options options;
  options.slice_min_us = 1000;
  options.slice_max_us = 3000;
  for (const auto& [text, value] : {std::pair{"1000", 1000U}, {"3000", 3000U}, {"0", 0U}})
    EXPECT_EQ(understand(with_text(&Options::pinned_slice_us, text, options))->pinned_slice_us,
              value);
  for (const char* text : {"999", "3001", "5000", "-1", "1ms", " 2000"}) {
    SCOPED_TRACE(text);
    expect_usage_error(with_text(&Options::pinned_slice_us, text, options),
                       "--pinned-slice-us: '" + std::string(text) +
                           "' is neither 0 nor a whole number from --slice-min-us (1000) to "
                           "--slice-max-us (3000)");
  }
}

// So that who shortens or lengthens the slices alone gets no error about an option not given.
TEST(LavdOptions, AnUnsaidPinnedSliceFollowsTheOthers) {
  Options options;
  options.slice_max_us = 3000;
  EXPECT_EQ(understand(options)->pinned_slice_us, 3000U);
  options.slice_max_us = 20'000;
  options.slice_min_us = 6000;
  EXPECT_EQ(understand(options)->pinned_slice_us, 6000U);
  options.slice_min_us = 500;
  EXPECT_EQ(understand(options)->pinned_slice_us, 5000U);
}

TEST(LavdOptions, APreferenceIsAListInWhichTheOrderCounts) {
  EXPECT_EQ(order("7"), (std::vector{7}));
  EXPECT_EQ(order("0-3,7,6"), (std::vector{0, 1, 2, 3, 7, 6}));
  EXPECT_EQ(order("5-3,0"), (std::vector{5, 4, 3, 0}));
}

TEST(LavdOptions, WhatIsNoPreferenceIsRefused) {
  const std::pair<const char*, const char*> wrong[] = {
      {"0,1,0", "CPU 0 stands twice in '0,1,0'"},
      {"0-3,5-2", "CPU 3 stands twice"},
      {"0,", "'' is neither a CPU nor a range"},
      {",", "'' is neither a CPU nor a range"},
      {"big", "'big' is neither a CPU nor a range"},
      {"1-", "'1-' is neither a CPU nor a range"},
      {"-1", "'-1' is neither a CPU nor a range"},
      {"0-70000", "'0-70000' is neither a CPU nor a range"},
      {"0 1", "'0 1' is neither a CPU nor a range"}};
  for (const auto& [list, about] : wrong) {
    SCOPED_TRACE(list);
    expect_usage_error(with_text(&Options::cpu_pref_order, list),
                       std::string("--cpu-pref-order: ") + about);
  }
}

TEST(LavdOptions, APreferenceStandsAboveTheEnergyModel) {
  EXPECT_FALSE(understand(with_text(&Options::cpu_pref_order, "1,0"))->use_energy_model);
  EXPECT_FALSE(settings(&Options::no_use_em).use_energy_model);
}

TEST(LavdOptions, ARunHasANumber) {
  EXPECT_EQ(understand(with_text(&Options::run_id, "42"))->run_id, 42U);
  for (const char* text : {"first", "-1", "1.5", "18446744073709551616"})
    expect_usage_error(with_text(&Options::run_id, text), "--run-id: '" + std::string(text) + "'");
}

TEST(LavdOptions, CpuBandwidthIsNotThereYetAndSaysSo) {
  Options options;
  options.enable_cpu_bw = true;
  const auto refused = understand(options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, scx::ErrorKind::unsupported);
  EXPECT_THAT(refused.error().message(), AllOf(HasSubstr("--enable-cpu-bw"), HasSubstr("later")));
}

}  // namespace
}  // namespace lavd::test
