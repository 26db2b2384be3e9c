// SPDX-License-Identifier: GPL-2.0-only
//
// scx_lavd's command line.
#include "../command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace {

using scx::test::Said;

const scx::test::Command command("scx_lavd", SCX_LAVD);

// What users of the Rust scx_lavd have in /etc/default/scx and in their units.
TEST(LavdCommand, TakesTheOptionsThatUsersHave) {
  for (const char* mode :
       {"--autopilot", "--autopower", "--performance", "--balanced", "--powersave"})
    command.expect_understood(mode);
  command.expect_understood("--performance --no-core-compaction");
  command.expect_understood("--no-core-compaction");
  command.expect_understood(
      "--slice-max-us 8000 --slice-min-us 1000 --pinned-slice-us 2000 --lat-load-target-pct 50 "
      "--mig-delta-pct 10 --warm-cpu-us 1000 --lb-low-util-pct 20 --lb-local-dsq-util-pct 5 "
      "--preempt-shift 7 --cpu-pref-order 0-3,7,6 --no-use-em --virt-llc=4-8");
  command.expect_understood(
      "--no-futex-boost --no-fast-lb --no-preemption --no-wake-sync --no-slice-boost "
      "--no-freq-scaling --per-cpu-dsq --partial --run-id 18446744073709551615");
  command.expect_understood(
      "--stats 1 --log-level debug --pin-root-path /sys/fs/bpf --kconfig CONFIG_HZ=250 "
      "--bpf-token-path /sys/fs/bpf --relaxed-maps");
  command.expect_understood("-v");
  command.expect_understood("-vv");
  command.expect_understood("-v -v");
  EXPECT_EQ(command.run("-V").text, command.run("--version").text);
}

TEST(LavdCommand, LimitsAreIncluded) {
  for (const char* limits :
       {"--slice-max-us 1000000", "--slice-min-us 100", "--pinned-slice-us 0",
        "--lat-load-target-pct 0", "--lat-load-target-pct 100", "--mig-delta-pct 0",
        "--mig-delta-pct 100", "--warm-cpu-us 0", "--warm-cpu-us 1000000", "--lb-low-util-pct 0",
        "--lb-low-util-pct 100", "--lb-local-dsq-util-pct 0", "--lb-local-dsq-util-pct 100",
        "--preempt-shift 0", "--preempt-shift 10"})
    command.expect_understood(limits);
}

TEST(LavdCommand, RefusesWhatAnOptionDoesNotTake) {
  command.expect_usage_error("--slice-max-us 1000001", "--slice-max-us");
  command.expect_usage_error("--slice-min-us 99", "--slice-min-us");
  command.expect_usage_error("--lat-load-target-pct 101", "--lat-load-target-pct");
  command.expect_usage_error("--mig-delta-pct 101", "--mig-delta-pct");
  command.expect_usage_error("--warm-cpu-us 1000001", "--warm-cpu-us");
  command.expect_usage_error("--lb-low-util-pct 101", "--lb-low-util-pct");
  command.expect_usage_error("--lb-local-dsq-util-pct -1", "--lb-local-dsq-util-pct");
  command.expect_usage_error("--preempt-shift 11", "--preempt-shift");
  command.expect_usage_error("--pinned-slice-us 6000", "--pinned-slice-us");
  command.expect_usage_error("--cpu-pref-order 0,0", "--cpu-pref-order");
  command.expect_usage_error("--run-id today", "--run-id");
  command.expect_usage_error("--performance --powersave",
                             "--performance and --powersave exclude each other");
  command.expect_usage_error("--enable-cpu-bw",
                             "--enable-cpu-bw: this scx_lavd does not limit cgroups");
}

}  // namespace
