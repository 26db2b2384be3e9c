// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/exit_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>

namespace scx::test {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;

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

TEST(ExitReport, ErrorsAreTheKindsFrom1024On) {
  for (const ExitKind kind : {ExitKind::done, ExitKind::unreg, ExitKind::unreg_bpf,
                              ExitKind::unreg_kern, ExitKind::sysrq})
    EXPECT_FALSE(read_exit(ended(kind), "")->is_error()) << static_cast<int>(kind);
  for (const ExitKind kind : {ExitKind::error, ExitKind::error_bpf, ExitKind::error_stall})
    EXPECT_TRUE(read_exit(ended(kind), "")->is_error()) << static_cast<int>(kind);
}

TEST(ExitReport, KindsOfNewerKernelsKeepTheirNumber) {
  // 68 and 1028 are SCX_EXIT_PARENT and SCX_EXIT_ERROR_RESCUE of 7.3.
  const auto parent = read_exit(ended(static_cast<ExitKind>(68)), "");
  EXPECT_EQ(static_cast<int>(parent->kind), 68);
  EXPECT_FALSE(parent->is_error());
  EXPECT_TRUE(read_exit(ended(static_cast<ExitKind>(1028)), "")->is_error());
}

TEST(ExitReport, ARestartIsAskedForByABitOfTheCode) {
  EXPECT_TRUE(
      read_exit(ended(ExitKind::unreg_kern, "", "", kRestart | 1ll << 32), "")->wants_restart());
  EXPECT_TRUE(read_exit(ended(ExitKind::unreg_bpf, "", "", kRestart), "")->wants_restart());
  EXPECT_FALSE(read_exit(ended(ExitKind::unreg_kern, "", "", 1ll << 32), "")->wants_restart());
  // An error is not tried again, whatever its code.
  EXPECT_FALSE(read_exit(ended(ExitKind::error, "", "", kRestart), "")->wants_restart());
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
