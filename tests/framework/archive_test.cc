// SPDX-License-Identifier: GPL-2.0-only
//
// Archives as tar and the file system see them.
#include "archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "support.h"

namespace scx::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

// What a command prints; both outputs.
std::string output(const std::string& command) {
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::string text;
  for (int c; pipe && (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
  EXPECT_EQ(::pclose(pipe), 0) << command << "\n" << text;
  return text;
}

std::vector<std::string> names(const fs::path& folder) {
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator(folder)) all.push_back(entry.path().filename());
  return all;
}

Archive sample() {
  Archive archive("a-report");
  archive.add("README.txt", "one line\n");
  archive.add("empty.txt", "");
  archive.add("block.txt", std::string(512, 'b'));
  archive.add("long.txt", std::string(100'000, 'x') + "\xff end");
  return archive;
}

TEST(Archive, TarListsAndUnpacksIt) {
  for (const char* name : {"r.tar.gz", "r.tar"}) {
    SCOPED_TRACE(name);
    const TempDir dir;
    const fs::path file = dir.path() / name;
    const auto written = sample().write(file);
    ASSERT_TRUE(written) << written.error().message();
    EXPECT_EQ(*written, file);
    EXPECT_EQ(output("tar tf " + file.native()),
              "a-report/README.txt\na-report/empty.txt\na-report/block.txt\na-report/long.txt\n");
    EXPECT_EQ(output("tar xOf " + file.native() + " a-report/README.txt"), "one line\n");
    EXPECT_EQ(output("tar xOf " + file.native() + " a-report/empty.txt"), "");
    EXPECT_EQ(output("tar xOf " + file.native() + " a-report/block.txt"), std::string(512, 'b'));
    EXPECT_EQ(output("tar xOf " + file.native() + " a-report/long.txt"),
              std::string(100'000, 'x') + "\xff end");
  }
}

TEST(Archive, OnlyItsOwnerMayReadIt) {
  const TempDir dir;
  const mode_t before = ::umask(0);
  const auto written = sample().write(dir.path() / "r.tar.gz");
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat((dir.path() / "r.tar.gz").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
}

TEST(Archive, TheFirstFilesAndTheLastOneStay) {
  const TempDir dir;
  for (int i = 1; i <= 12; ++i) {
    Archive archive("a");
    archive.add("number", std::to_string(i));
    const auto written = archive.write(dir.path() / "r.x.tar.gz");
    ASSERT_TRUE(written) << written.error().message();
  }
  EXPECT_THAT(names(dir.path()),
              UnorderedElementsAre("r.x.tar.gz", "r.x-2.tar.gz", "r.x-3.tar.gz", "r.x-4.tar.gz",
                                   "r.x-5.tar.gz", "r.x-6.tar.gz", "r.x-7.tar.gz", "r.x-8.tar.gz",
                                   "r.x-9.tar.gz"));
  EXPECT_EQ(output("tar xOf " + (dir.path() / "r.x.tar.gz").native()), "1");
  EXPECT_EQ(output("tar xOf " + (dir.path() / "r.x-8.tar.gz").native()), "8");
  EXPECT_EQ(output("tar xOf " + (dir.path() / "r.x-9.tar.gz").native()), "12");
}

TEST(Archive, ANameWithoutExtensionIsNumberedToo) {
  const TempDir dir;
  dir.write("report", "somebody's");
  const auto written = sample().write(dir.path() / "report");
  ASSERT_TRUE(written) << written.error().message();
  EXPECT_EQ(written->filename(), "report-2");
  EXPECT_EQ(output("cat " + (dir.path() / "report").native()), "somebody's");
}

TEST(Archive, WhatCannotBeWrittenIsKnownBefore) {
  const TempDir dir;
  EXPECT_EQ(Archive::check(dir.path() / "none/r.tar.gz").error().kind, ErrorKind::missing);
  EXPECT_EQ(Archive::check(dir.path()).error().kind, ErrorKind::invalid);
  EXPECT_EQ(Archive::check(dir.path() / "").error().kind, ErrorKind::invalid);
  const Status full = Archive::check("/dev/full");
  ASSERT_FALSE(full);
  EXPECT_THAT(full.error().message(), HasSubstr("/dev/full is there and is no regular file"));
  EXPECT_FALSE(sample().write("/dev/full"));
  EXPECT_FALSE(sample().write(dir.path() / "none/r.tar.gz"));
  const fs::path link = dir.path() / "link";
  fs::create_symlink(dir.path() / "elsewhere", link);
  EXPECT_EQ(Archive::check(link).error().kind, ErrorKind::invalid);

  EXPECT_TRUE(Archive::check(dir.path() / "r.tar.gz"));
  EXPECT_THAT(names(dir.path()), ElementsAre("link"));
}

// A disk that fills up in the middle: files may not grow beyond 10,000 bytes here.
TEST(Archive, HalfAnArchiveIsNone) {
  const TempDir dir;
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit little{10'000, before.rlim_max};
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
  const auto written = sample().write(dir.path() / "r.tar");
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, ignored);
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message(), HasSubstr("File too large"));
  EXPECT_THAT(names(dir.path()), ElementsAre());
}

// Of a process that was killed while it wrote, and whose number came again.
TEST(Archive, WhatIsLeftOfAnotherIsNoHindrance) {
  const TempDir dir;
  dir.write("r.tar.gz.part-" + std::to_string(::getpid()), "half");
  EXPECT_TRUE(sample().write(dir.path() / "r.tar.gz"));
  EXPECT_THAT(names(dir.path()), ElementsAre("r.tar.gz"));
}

}  // namespace
}  // namespace scx::test
