// SPDX-License-Identifier: GPL-2.0-only
//
// What a user may write after --topology.
#include "scx/topology/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

namespace scx::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

Error refused(std::string_view text) {
  const auto source = Source::parse(text);
  if (!source) return source.error();
  ADD_FAILURE() << text << " was taken";
  return {};
}

// All four kinds of input are named, with an example of what can be typed.
const auto kNamesAllFour = AllOf(HasSubstr("directory"), HasSubstr("lstopo"), HasSubstr("bundle"),
                                 HasSubstr("'node:2 core:4 pu:2'"));

TEST(SourceTest, TheDefaultIsThisMachine) {
  EXPECT_TRUE(Source{}.is_this_machine());
  for (const char* root : {"/", "//", "/.", "/./"})
    EXPECT_TRUE(Source::parse(root).value().is_this_machine()) << root;
  EXPECT_FALSE(Source{.path = "/tmp"}.is_this_machine());
  EXPECT_FALSE((Source{.kind = Source::Kind::synthetic, .synthetic = "pu:2"}.is_this_machine()));
}

TEST(SourceTest, DirectoriesByAnyName) {
  const TempDir dir;
  const fs::path link = dir.path() / "link";
  fs::create_directory(dir.path() / "a:b");
  fs::create_directory_symlink(dir.path() / "a:b", link);
  const fs::path relative = fs::relative(dir.path());
  for (const fs::path& path :
       {dir.path(), dir.path() / "", dir.path() / "a:b", link, relative, fs::path(".")}) {
    const auto source = Source::parse(path.native());
    ASSERT_TRUE(source) << source.error().message();
    EXPECT_EQ(source->kind, Source::Kind::directory) << path;
    EXPECT_EQ(source->path, path);
  }
}

TEST(SourceTest, FilesByTheirFirstBytes) {
  const TempDir dir;
  const std::pair<const char*, Source::Kind> cases[] = {
      {"<?xml version=\"1.0\"?>", Source::Kind::xml},
      {"<!DOCTYPE topology>", Source::Kind::xml},
      {"\n  <topology version=\"2.0\">", Source::Kind::xml},
      {"\xEF\xBB\xBF<?xml", Source::Kind::xml},
      {"{\"scxx-bundle\": 1}", Source::Kind::bundle},
  };
  for (const auto& [text, kind] : cases) {
    const auto source = Source::parse(dir.write("file", text).native());
    ASSERT_TRUE(source) << source.error().message();
    EXPECT_EQ(source->kind, kind) << text;
  }
}

TEST(SourceTest, OtherFilesAreRefusedByName) {
  const TempDir dir;
  const std::string junk = dir.write("junk", std::string("\x7f"
                                                         "ELF\x02\x01\0\0",
                                                         8));
  EXPECT_EQ(refused(junk).kind, ErrorKind::invalid);
  EXPECT_THAT(refused(junk).message(),
              AllOf(HasSubstr(junk + " is neither XML nor a bundle"), kNamesAllFour));
  EXPECT_THAT(refused(dir.write("empty", "").native()).message(), HasSubstr("empty is empty"));
  EXPECT_THAT(refused(dir.write("blank", " \n").native()).message(), HasSubstr("neither XML"));
}

TEST(SourceTest, WhatIsNoRegularFileIsNotOpened) {
  const TempDir dir;
  const fs::path fifo = dir.path() / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  for (const std::string& path : {fifo.native(), std::string("/dev/null")}) {
    EXPECT_EQ(refused(path).kind, ErrorKind::invalid);
    EXPECT_THAT(refused(path).message(), HasSubstr(path + " is no regular file"));
  }
}

TEST(SourceTest, WhatMayNotBeReadSaysSo) {
  const TempDir dir;
  const fs::path file = dir.write("secret", "{");
  fs::permissions(file, fs::perms::none);
  if (::access(file.c_str(), R_OK) == 0) GTEST_SKIP() << "root may read everything";
  EXPECT_EQ(refused(file.native()).kind, ErrorKind::permission);
}

TEST(SourceTest, WhatIsNotThereIsADescriptionOrAMistake) {
  const auto source = Source::parse("node:2 core:4 pu:2");
  ASSERT_TRUE(source);
  EXPECT_EQ(source->kind, Source::Kind::synthetic);
  EXPECT_EQ(source->synthetic, "node:2 core:4 pu:2");
  const std::string longest = "pu:" + std::string(5000, '1');  // no file can have that name
  EXPECT_EQ(Source::parse(longest).value().kind, Source::Kind::synthetic);

  for (const char* text : {"", "no/such/file", "2 3 4", "/etc/passwd/machine.xml"}) {
    EXPECT_EQ(refused(text).kind, ErrorKind::missing) << text;
    EXPECT_THAT(refused(text).message(),
                AllOf(HasSubstr(std::string("'") + text + "'"), kNamesAllFour));
  }
}

TEST(SourceTest, ALinkToItselfIsAnError) {
  const TempDir dir;
  const fs::path loop = dir.path() / "loop";
  fs::create_symlink(loop, loop);
  EXPECT_EQ(refused(loop.native()).kind, ErrorKind::io);
}

}  // namespace
}  // namespace scx::test
