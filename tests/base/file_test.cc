// SPDX-License-Identifier: GPL-2.0-only
#include "scx/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>

namespace scx {
namespace {

using ::testing::HasSubstr;

class File : public ::testing::Test {
 protected:
  std::filesystem::path write(std::string_view text) {
    const auto path =
        std::filesystem::path(::testing::TempDir()) /
        ("scxx-file-" +
         std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
};

TEST_F(File, ReadsLinesAndNumbers) {
  EXPECT_EQ(read_file(write("a\nb\n")).value(), "a\nb\n");
  EXPECT_EQ(read_line(write("  0-3\n")).value(), "0-3");
  EXPECT_EQ(read_int(write("-17\n")).value(), -17);
}

TEST_F(File, NamesTheFileThatIsNoNumber) {
  const auto path = write("<unknown>\n");
  const auto value = read_int(path);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().kind, ErrorKind::invalid);
  EXPECT_THAT(value.error().message(), HasSubstr(path.native()));
  EXPECT_THAT(value.error().message(), HasSubstr("'<unknown>' where a number was expected"));
}

TEST_F(File, SaysThatAFileIsMissing) {
  const auto text = read_file("/no/such/file");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, ErrorKind::missing);
  EXPECT_EQ(text.error().err, ENOENT);
  EXPECT_EQ(text.error().message(), "cannot open /no/such/file: No such file or directory");
}

TEST_F(File, RefusesWhatIsTooLarge) {
  const auto text = read_file(write(std::string((1 << 20) + 1, 'x')));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, ErrorKind::invalid);
}

TEST_F(File, DoesNotWaitForTheWriterOfAFifo) {
  const auto path = write("");
  std::filesystem::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(read_file(path).value(), "");
  std::filesystem::remove(path);
}

TEST_F(File, PathsGoBelowTheRoot) {
  EXPECT_EQ(under("/snapshot", "/sys/devices"), "/snapshot/sys/devices");
  EXPECT_EQ(under("/", "/sys"), "/sys");
}

TEST(ParseInt, TakesNumbersAndNothingElse) {
  EXPECT_EQ(parse_int(" +12\n"), 12);
  EXPECT_EQ(parse_int("-9223372036854775808"), INT64_MIN);
  for (const char* bad : {"", "x", "1 2", "0x10", "9223372036854775808", "--1", "+-1"})
    EXPECT_FALSE(parse_int(bad)) << bad;
}

}  // namespace
}  // namespace scx
