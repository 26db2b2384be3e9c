// SPDX-License-Identifier: GPL-2.0-only
//
// scx_qmap's command line.
#include "../command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace {

using scx::test::Said;

const scx::test::Command command("scx_qmap", SCX_QMAP);

TEST(QmapCommand, TakesTheKernelToolsLetters) {
  command.expect_understood(
      "-s 5000 -e 10 -t 3 -T 4 -l 100 -b 8 -N 100 -P -M -H -D 65536 -S -p -I -F 7");
  command.expect_understood("-C shuffle -J wrong-cid -B 0 -q 1000 -d -1");
  command.expect_understood("-R 10");
}

TEST(QmapCommand, TakesTheLongNames) {
  command.expect_understood(
      "--slice-us 5000 --error-after 10 --stall-user 3 --stall-kernel 4 --loop-after 100 "
      "--batch 8 --max-tasks 100 --print-events --print-messages --boost --dump-len 65536 "
      "--no-own-dump --partial --always-immed --immed-stress 7");
  command.expect_understood(
      "--cid-override bad-dup --inject init-fail --rescue-ppt 250 --rescue-quantum-us 100000 "
      "--disallow=-1");
  command.expect_understood("--rotate-ms 100");
}

TEST(QmapCommand, RefusesWhatAnOptionDoesNotTake) {
  command.expect_usage_error("-s 0", "--slice-us");
  command.expect_usage_error("-b 0", "--batch");
  command.expect_usage_error("-N 0", "--max-tasks");
  command.expect_usage_error("-e many", "--error-after");
  command.expect_usage_error("-R 9", "--rotate-ms: '9' is no whole number from 10 to 100000");
  command.expect_usage_error("-C reverse", "--cid-override: 'reverse' is none of shuffle, bad-dup");
  command.expect_usage_error("-c /nonexistent/cgroup", "/nonexistent/cgroup");
}

}  // namespace
