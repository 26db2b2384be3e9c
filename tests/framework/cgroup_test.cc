// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/cgroup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "support.h"

namespace scx::test {
namespace {

using ::testing::HasSubstr;

constexpr char kMount[] = "/sys/fs/cgroup";

bool has_cgroups() {
  struct statfs system;
  return ::statfs(kMount, &system) == 0 && system.f_type == CGROUP2_SUPER_MAGIC;
}

// A cgroup below the root, if there is one: its path below the mount.
std::string any_cgroup() {
  for (const auto& entry : std::filesystem::directory_iterator(kMount))
    if (entry.is_directory()) return entry.path().filename();
  return {};
}

TEST(CgroupId, IsTheSameHoweverItIsWritten) {
  const std::string name = has_cgroups() ? any_cgroup() : "";
  if (name.empty()) GTEST_SKIP() << "no cgroups (version 2) are here";
  struct stat file;
  ASSERT_EQ(::stat((std::string(kMount) + "/" + name).c_str(), &file), 0);
  for (const std::string& path : {name, "/" + name, std::string(kMount) + "/" + name, name + "/"}) {
    const auto id = cgroup_id(path);
    ASSERT_TRUE(id) << id.error().message();
    EXPECT_EQ(*id, file.st_ino);
    EXPECT_GT(*id, 1U);
  }
}

TEST(CgroupId, TheRootIsNoneOfItsOwn) {
  struct stat file;
  if (!has_cgroups() || ::stat(kMount, &file) != 0 || file.st_ino != 1)
    GTEST_SKIP() << "the root of the cgroups (version 2) is not mounted here";
  for (const char* path : {"/sys/fs/cgroup", "/"}) {
    const auto id = cgroup_id(path);
    ASSERT_FALSE(id);
    EXPECT_EQ(id.error().kind, ErrorKind::invalid);
    EXPECT_THAT(id.error().message(), HasSubstr("name one below it"));
  }
}

TEST(CgroupId, SaysWhereToMakeOneThatIsMissing) {
  for (const char* path : {"no-such-cgroup", "/no-such-cgroup"}) {
    const TempDir mount;
    const auto id = cgroup_id(path, mount.path());
    ASSERT_FALSE(id);
    EXPECT_EQ(id.error().kind, ErrorKind::missing);
    EXPECT_THAT(id.error().message(), HasSubstr("no cgroup '" + std::string(path)));
    EXPECT_THAT(id.error().cure, HasSubstr("mkdir " + (mount.path() / "no-such-cgroup").native()));
  }
  EXPECT_EQ(cgroup_id("").error().kind, ErrorKind::usage);
}

TEST(CgroupId, AnyOtherDirectoryIsNone) {
  const TempDir elsewhere;
  std::filesystem::create_directory(elsewhere.path() / "work");
  for (const auto& [path, mount] : {std::pair{elsewhere.path().native(), std::string(kMount)},
                                    std::pair{std::string("work"), elsewhere.path().native()}}) {
    const auto id = cgroup_id(path, mount);
    ASSERT_FALSE(id);
    EXPECT_EQ(id.error().kind, ErrorKind::invalid);
    EXPECT_THAT(id.error().message(), HasSubstr(path + " is no directory of a cgroup"));
  }
}

}  // namespace
}  // namespace scx::test
