// SPDX-License-Identifier: GPL-2.0-only
#include "cpu_times.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "support.h"

namespace scx::test {
namespace {

using Times = std::vector<std::optional<CpuTimes>>;

// As a kernel writes it: the machine's sum, then a line for each CPU that is online.
constexpr std::string_view kStat =
    "cpu  111 2 33 444 55 6 7 8 9 10\n"
    "cpu0 100 2 30 400 50 6 7 8 9 10\n"
    "cpu2 11 0 3 44 5 0 0 0 0 0\n"
    "intr 12345 0 9 0 0\n"
    "ctxt 987654\n"
    "btime 1763737200\n";

TEST(CpuTimes, BusyIsAllButIdleAndWaitingForIo) {
  const Times times = parse_cpu_times(kStat, 3);
  ASSERT_EQ(times.size(), 3U);
  // guests' time, the last two columns, is in the first two already
  EXPECT_EQ(times[0], (CpuTimes{.busy = 153, .all = 603}));
  EXPECT_EQ(times[1], std::nullopt);
  EXPECT_EQ(times[2], (CpuTimes{.busy = 14, .all = 63}));
}

TEST(CpuTimes, OfNoCpuThatTheMachineCannotHave) {
  EXPECT_EQ(parse_cpu_times(kStat, 0), Times{});
  EXPECT_EQ(parse_cpu_times(kStat, 1).size(), 1U);
  EXPECT_EQ(parse_cpu_times("cpu99999999999999999999999 1 1 1 1 1 1 1 1\n", 2), Times(2));
  EXPECT_EQ(parse_cpu_times("cpu18446744073709551615 1 1 1 1 1 1 1 1\n", 2), Times(2));
}

TEST(CpuTimes, LinesThatMakeNoSenseCountForNothing) {
  for (const std::string_view line :
       {"", "cpu", "cpu1", "cpu1 ", "cpu1 1 2 3 4 5 6 7", "cpu1 1 2 3 4 5 6 7 x",
        "cpu1\t1 2 3 4 5 6 7 8", "cpu1 -1 2 3 4 5 6 7 8", "cpu1 +1 2 3 4 5 6 7 8",
        "cpu1  1 2 3 4 5 6 7 8", "cpu1 1 2 3 4 5 6 7 8x", "cpu1x 1 2 3 4 5 6 7 8",
        "cpu-1 1 2 3 4 5 6 7 8", " cpu1 1 2 3 4 5 6 7 8", "xcpu1 1 2 3 4 5 6 7 8",
        "cpu1 99999999999999999999 2 3 4 5 6 7 8",
        // the sum does not fit
        "cpu1 18446744073709551615 1 0 0 0 0 0 0"}) {
    const std::string text = "cpu0 1 0 0 1 0 0 0 0\n" + std::string(line);
    for (const std::string& whole : {text, text + "\n", text + "\ncpu0 9 9 9 9 9 9 9 9\n"})
      EXPECT_EQ(parse_cpu_times(whole, 2), (Times{CpuTimes{1, 2}, std::nullopt})) << line;
  }
}

TEST(CpuTimes, TheLastLineMayEndAnywhere) {
  EXPECT_EQ(parse_cpu_times("cpu0 1 2 3 4 5 6 7 8", 1), (Times{CpuTimes{27, 36}}));
  EXPECT_EQ(parse_cpu_times(std::string_view("cpu0 1 2 3 4 5 6 7 8\0", 21), 1), Times(1));
}

// Mutations of the real thing: whatever it says, nobody is busy for longer than there was time.
TEST(CpuTimes, NoTextDoesHarm) {
  std::mt19937 random(815);
  std::uniform_int_distribution<int> byte(0, 255);
  for (int turn = 0; turn < 20'000; ++turn) {
    std::string text(kStat);
    for (int changes = turn % 8; changes >= 0; --changes)
      text[random() % text.size()] = static_cast<char>(byte(random));
    text.resize(random() % (text.size() + 1));
    const Times times = parse_cpu_times(text, 4);
    ASSERT_EQ(times.size(), 4U);
    for (const auto& cpu : times) EXPECT_TRUE(!cpu || cpu->busy <= cpu->all) << text;
  }
}

TEST(CpuTimes, AreReadUpToTheInterrupts) {
  const TempDir dir;
  std::string text(kStat.substr(0, kStat.find("intr")));
  const std::string interrupts = "intr 1" + std::string(3'000'000, '0');
  const auto read = read_cpu_times(dir.write("stat", text + interrupts));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_LT(read->size(), 200'000U);
  EXPECT_EQ(parse_cpu_times(*read, 3), parse_cpu_times(kStat, 3));
  EXPECT_EQ(read_cpu_times(dir.write("short", text)), text);
  EXPECT_EQ(read_cpu_times(dir.path() / "none").error().kind, ErrorKind::missing);
}

}  // namespace
}  // namespace scx::test
