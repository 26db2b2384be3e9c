// SPDX-License-Identifier: GPL-2.0-only
//
// scx_qmap's command line, through the program itself: --version is answered when all options are
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
  std::FILE* pipe = ::popen((std::string(SCX_QMAP) + " " + arguments + " 2>&1").c_str(), "r");
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
  EXPECT_THAT(said.text, StartsWith("scx_qmap "));
}

void expect_usage_error(const std::string& arguments, const std::string& about) {
  SCOPED_TRACE(arguments);
  const Said said = run(arguments + " --version");
  EXPECT_EQ(said.status, 2);
  EXPECT_THAT(said.text, HasSubstr(about));
  EXPECT_THAT(said.text, HasSubstr("Try 'scx_qmap --help'."));
}

TEST(QmapCommand, TakesTheKernelToolsLetters) {
  expect_understood("-s 5000 -e 10 -t 3 -T 4 -l 100 -b 8 -N 100 -P -M -H -D 65536 -S -p -I -F 7");
  expect_understood("-C shuffle -J wrong-cid -B 0 -q 1000 -d -1");
  expect_understood("-R 10");
}

TEST(QmapCommand, TakesTheLongNames) {
  expect_understood(
      "--slice-us 5000 --error-after 10 --stall-user 3 --stall-kernel 4 --loop-after 100 "
      "--batch 8 --max-tasks 100 --print-events --print-messages --boost --dump-len 65536 "
      "--no-own-dump --partial --always-immed --immed-stress 7");
  expect_understood(
      "--cid-override bad-dup --inject init-fail --rescue-ppt 250 --rescue-quantum-us 100000 "
      "--disallow=-1");
  expect_understood("--rotate-ms 100");
}

TEST(QmapCommand, RefusesWhatAnOptionDoesNotTake) {
  expect_usage_error("-s 0", "--slice-us");
  expect_usage_error("-b 0", "--batch");
  expect_usage_error("-N 0", "--max-tasks");
  expect_usage_error("-e many", "--error-after");
  expect_usage_error("-R 9", "--rotate-ms: '9' is no whole number from 10 to 100000");
  expect_usage_error("-C reverse", "--cid-override: 'reverse' is none of shuffle, bad-dup");
  expect_usage_error("-c /nonexistent/cgroup", "/nonexistent/cgroup");
}

}  // namespace
