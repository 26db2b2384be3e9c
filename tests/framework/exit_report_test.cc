// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/exit_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>

namespace scx::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr s64 kRestart = 1ll << 48;  // SCX_ECODE_ACT_RESTART

scx_exit_record ended(ExitKind kind, const char* reason = "", const char* message = "",
                      s64 code = 0) {
  scx_exit_record record{};
  record.kind = static_cast<s32>(kind);
  record.exit_code = code;
  std::strncpy(record.reason, reason, sizeof(record.reason) - 1);
  std::strncpy(record.msg, message, sizeof(record.msg) - 1);
  return record;
}

TEST(ExitReport, NothingWhileTheSchedulerRuns) {
  EXPECT_FALSE(read_exit(scx_exit_record{}, "left over").has_value());
}

TEST(ExitReport, SaysWhatTheKernelSaid) {
  const auto report =
      read_exit(ended(ExitKind::error_stall, "runnable task stall", "task 7 waited", 42), "a\nb\n");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->kind, ExitKind::error_stall);
  EXPECT_EQ(report->code, 42);
  EXPECT_EQ(report->summary(), "runnable task stall: task 7 waited");
  EXPECT_EQ(report->dump, "a\nb\n");
  EXPECT_TRUE(report->is_error());
}

TEST(ExitReport, ASummaryRepeatsNothing) {
  EXPECT_EQ(read_exit(ended(ExitKind::unreg, "let go"), "")->summary(), "let go");
  EXPECT_EQ(read_exit(ended(ExitKind::unreg, "let go", "let go"), "")->summary(), "let go");
  EXPECT_EQ(read_exit(ended(ExitKind::sysrq), "")->summary(), "exit kind 67");
  EXPECT_EQ(read_exit(ended(ExitKind::error, "", "why"), "")->summary(), "exit kind 1024: why");
}

// A task may be called anything, and the kernel quotes it as it is.
TEST(ExitReport, ASummaryIsOneLineWithoutControlCharacters) {
  const auto report =
      read_exit(ended(ExitKind::error_stall, "stall", "a\n\x1b[2J[12] failed to run\n"), "a\nb\n");
  EXPECT_EQ(report->summary(), "stall: a??[2J[12] failed to run");
}

TEST(ExitReport, ErrorsAreTheKindsFrom1024On) {
  for (const ExitKind kind :
       {ExitKind::done, ExitKind::unreg, ExitKind::unreg_bpf, ExitKind::unreg_kern, ExitKind::sysrq,
        ExitKind::parent, ExitKind::parent_kill})
    EXPECT_FALSE(read_exit(ended(kind), "")->is_error()) << static_cast<int>(kind);
  for (const ExitKind kind : {ExitKind::error, ExitKind::error_bpf, ExitKind::error_stall,
                              ExitKind::error_reenq, ExitKind::error_rescue})
    EXPECT_TRUE(read_exit(ended(kind), "")->is_error()) << static_cast<int>(kind);
}

TEST(ExitReport, KindsOfNewerKernelsKeepTheirNumber) {
  const auto gentle = read_exit(ended(static_cast<ExitKind>(99)), "");
  EXPECT_EQ(static_cast<int>(gentle->kind), 99);
  EXPECT_FALSE(gentle->is_error());
  EXPECT_TRUE(read_exit(ended(static_cast<ExitKind>(1099)), "")->is_error());
}

TEST(ExitReport, ARestartIsAskedForByABitOfTheCode) {
  EXPECT_TRUE(
      read_exit(ended(ExitKind::unreg_kern, "", "", kRestart | 1ll << 32), "")->wants_restart());
  EXPECT_TRUE(read_exit(ended(ExitKind::unreg_bpf, "", "", kRestart), "")->wants_restart());
  EXPECT_FALSE(read_exit(ended(ExitKind::unreg_kern, "", "", 1ll << 32), "")->wants_restart());
  // An error is not tried again, whatever its code.
  EXPECT_FALSE(read_exit(ended(ExitKind::error, "", "", kRestart), "")->wants_restart());
}

TEST(ExitReport, SaysWhyASubSchedulerEnded) {
  EXPECT_EQ(read_exit(ended(ExitKind::parent, "parent exiting"), "")->summary(),
            "the scheduler above it ended");
  EXPECT_EQ(read_exit(ended(ExitKind::parent_kill, "killed by parent scheduler", "too slow"), "")
                ->summary(),
            "the scheduler above threw it out: too slow");
  const auto removed = read_exit(
      ended(ExitKind::unreg_kern, "unregistered from the main kernel", "cgroup 7", 1ll << 33), "");
  EXPECT_TRUE(removed->cgroup_removed());
  EXPECT_EQ(removed->summary(), "its cgroup was removed");
  EXPECT_FALSE(read_exit(ended(ExitKind::unreg_kern, "", "", 1ll << 32), "")->cgroup_removed());
  // A scheduler's own code may have any bits.
  EXPECT_FALSE(read_exit(ended(ExitKind::unreg_bpf, "", "", 1ll << 33), "")->cgroup_removed());
}

TEST(ExitReport, SaysWhatARefusalOfASubSchedulerMeans) {
  const auto refused = [](const char* message) {
    return read_exit(ended(ExitKind::error, "runtime error", message), "")->summary();
  };
  EXPECT_THAT(refused("parent rejected (-28)"),
              AllOf(StartsWith("runtime error: parent rejected (-28)"), HasSubstr("no room")));
  EXPECT_THAT(refused("parent rejected (-22)"), HasSubstr("does not take this one"));
  EXPECT_THAT(refused("max nesting depth 4 violated"), HasSubstr("nearer to the root"));
  EXPECT_THAT(refused("parent bypassing (-16)"), HasSubstr("try again"));
  EXPECT_EQ(refused("cid 7 is nobody's"), "runtime error: cid 7 is nobody's");
}

TEST(ExitReport, TextsThatFillTheirFieldEndWithIt) {
  scx_exit_record record = ended(ExitKind::error);
  std::fill(std::begin(record.reason), std::end(record.reason), 'r');
  std::fill(std::begin(record.msg), std::end(record.msg), 'm');
  const auto report = read_exit(record, "");
  EXPECT_EQ(report->reason, std::string(SCX_RECORD_REASON, 'r'));
  EXPECT_EQ(report->message, std::string(SCX_RECORD_MSG, 'm'));
}

TEST(ExitReport, ABacktraceIsAsLongAsItSaysAndFits) {
  scx_exit_record record = ended(ExitKind::error);
  record.bt[0] = 0x10;
  record.bt[1] = 0x20;
  record.bt_len = 2;
  EXPECT_THAT(read_exit(record, "")->backtrace, ElementsAre(0x10, 0x20));
  record.bt_len = 4'000'000;
  EXPECT_EQ(read_exit(record, "")->backtrace.size(), std::size_t{SCX_RECORD_BT});
}

TEST(Symbolize, NamesTheFunctionThatHoldsAnAddress) {
  std::uint64_t address = 0;
  std::ifstream symbols("/proc/kallsyms");
  for (std::string at, type, name, rest; symbols >> at >> type >> name && address == 0;) {
    std::getline(symbols, rest);
    if (type == "T" && name == "vprintk") address = std::stoull(at, nullptr, 16);
  }
  if (address == 0) GTEST_SKIP() << "/proc/kallsyms hides addresses from this user";
  const auto frames = symbolize({address + 4, 0x1});
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_THAT(frames[0], EndsWith("vprintk+0x4"));
  EXPECT_EQ(frames[1], "0x1");
}

TEST(Symbolize, NothingForNothing) { EXPECT_TRUE(symbolize({}).empty()); }

}  // namespace
}  // namespace scx::test
