// SPDX-License-Identifier: GPL-2.0-only
//
// scx_lavd's command line, through the program itself: --version is answered when all options are
// understood, and needs neither root nor sched_ext.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Said {
  int status = -1;
  std::string text;  // stdout and stderr
};

Said run(const std::string& arguments) {
  Said said;
  std::FILE* pipe = ::popen((std::string(SCX_LAVD) + " " + arguments + " 2>&1").c_str(), "r");
  if (!pipe) return said;
  std::array<char, 4096> buffer;
  while (const auto n = std::fread(buffer.data(), 1, buffer.size(), pipe))
    said.text.append(buffer.data(), n);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) said.status = WEXITSTATUS(status);
  return said;
}

void expect_understood(const std::string& arguments) {
  SCOPED_TRACE(arguments);
  const Said said = run(arguments + " --version");
  EXPECT_EQ(said.status, 0);
  EXPECT_THAT(said.text, StartsWith("scx_lavd "));
}

void expect_usage_error(const std::string& arguments, const std::string& about) {
  SCOPED_TRACE(arguments);
  const Said said = run(arguments + " --version");
  EXPECT_EQ(said.status, 2);
  EXPECT_THAT(said.text, HasSubstr(about));
  EXPECT_THAT(said.text, HasSubstr("Try 'scx_lavd --help'."));
}

// What users of the Rust scx_lavd have in /etc/default/scx and in their units.
TEST(LavdCommand, TakesTheOptionsThatUsersHave) {
  for (const char* mode :
       {"--autopilot", "--autopower", "--performance", "--balanced", "--powersave"})
    expect_understood(mode);
  expect_understood("--performance --no-core-compaction");
  expect_understood("--no-core-compaction");
  expect_understood(
      "--slice-max-us 8000 --slice-min-us 1000 --pinned-slice-us 2000 --lat-load-target-pct 50 "
      "--mig-delta-pct 10 --warm-cpu-us 1000 --lb-low-util-pct 20 --lb-local-dsq-util-pct 5 "
      "--preempt-shift 7 --cpu-pref-order 0-3,7,6 --no-use-em --virt-llc=4-8");
  expect_understood(
      "--no-futex-boost --no-fast-lb --no-preemption --no-wake-sync --no-slice-boost "
      "--no-freq-scaling --per-cpu-dsq --partial --run-id 18446744073709551615");
  expect_understood(
      "--stats 1 --log-level debug --pin-root-path /sys/fs/bpf --kconfig CONFIG_HZ=250 "
      "--bpf-token-path /sys/fs/bpf --relaxed-maps");
  expect_understood("-v");
  expect_understood("-vv");
  expect_understood("-v -v");
  EXPECT_EQ(run("-V").text, run("--version").text);
}

TEST(LavdCommand, LimitsAreIncluded) {
  for (const char* limits :
       {"--slice-max-us 1000000", "--slice-min-us 100", "--pinned-slice-us 0",
        "--lat-load-target-pct 0", "--lat-load-target-pct 100", "--mig-delta-pct 0",
        "--mig-delta-pct 100", "--warm-cpu-us 0", "--warm-cpu-us 1000000", "--lb-low-util-pct 0",
        "--lb-low-util-pct 100", "--lb-local-dsq-util-pct 0", "--lb-local-dsq-util-pct 100",
        "--preempt-shift 0", "--preempt-shift 10"})
    expect_understood(limits);
}

TEST(LavdCommand, RefusesWhatAnOptionDoesNotTake) {
  expect_usage_error("--slice-max-us 1000001", "--slice-max-us");
  expect_usage_error("--slice-min-us 99", "--slice-min-us");
  expect_usage_error("--lat-load-target-pct 101", "--lat-load-target-pct");
  expect_usage_error("--mig-delta-pct 101", "--mig-delta-pct");
  expect_usage_error("--warm-cpu-us 1000001", "--warm-cpu-us");
  expect_usage_error("--lb-low-util-pct 101", "--lb-low-util-pct");
  expect_usage_error("--lb-local-dsq-util-pct -1", "--lb-local-dsq-util-pct");
  expect_usage_error("--preempt-shift 11", "--preempt-shift");
  expect_usage_error("--pinned-slice-us 6000", "--pinned-slice-us");
  expect_usage_error("--cpu-pref-order 0,0", "--cpu-pref-order");
  expect_usage_error("--run-id today", "--run-id");
  expect_usage_error("--performance --powersave",
                     "--performance and --powersave exclude each other");
  expect_usage_error("--enable-cpu-bw", "--enable-cpu-bw: this scx_lavd does not limit cgroups");
}

}  // namespace
