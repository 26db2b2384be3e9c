// SPDX-License-Identifier: GPL-2.0-only
#include "kernel_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "support.h"

namespace scx::test {
namespace {

TEST(KernelConfig, ValuesAreAsTheFileHasThem) {
  const auto config = KernelConfig::parse(
      "# Automatically generated\n"
      "CONFIG_BPF=y\n"
      "CONFIG_TUN=m\n"
      "# CONFIG_SCHED_CLASS_EXT is not set\n"
      "CONFIG_HZ=250\n"
      "CONFIG_LOCALVERSION=\"a=b\"\n"
      "nonsense\n"
      "CONFIG_NOT_AN_OPTION\n"
      "CONFIG_LAST=y",
      "here");
  EXPECT_EQ(config.path(), "here");
  EXPECT_TRUE(config.has("BPF"));
  EXPECT_TRUE(config.has("TUN"));
  EXPECT_TRUE(config.has("LAST"));
  EXPECT_FALSE(config.has("SCHED_CLASS_EXT"));
  EXPECT_FALSE(config.has("HZ"));
  EXPECT_EQ(config.value("HZ"), "250");
  EXPECT_EQ(config.value("LOCALVERSION"), "\"a=b\"");
  EXPECT_EQ(config.value("NOT_AN_OPTION"), std::nullopt);
}

TEST(KernelConfig, IsFoundWhereDistributionsKeepIt) {
  const TempDir dir;
  EXPECT_FALSE(KernelConfig::find(dir.path(), "6.12-x"));
  dir.write("usr/lib/modules/6.12-x/config", "CONFIG_MODULES=y\n");
  EXPECT_TRUE(KernelConfig::find(dir.path(), "6.12-x")->has("MODULES"));
  EXPECT_FALSE(KernelConfig::find(dir.path(), "6.13-y")) << "of another kernel";
  dir.write("boot/config-6.12-x", "CONFIG_BOOT=y\n");
  EXPECT_TRUE(KernelConfig::find(dir.path(), "6.12-x")->has("BOOT"));

  const auto running = dir.write("proc/config.gz", "");
  EXPECT_TRUE(KernelConfig::find(dir.path(), "6.12-x")->has("BOOT")) << "an empty file says nothing";
  const gzFile file = ::gzopen(running.c_str(), "w");
  ASSERT_NE(file, nullptr);
  ::gzputs(file, "CONFIG_RUNNING=y\n");
  ::gzclose(file);
  EXPECT_TRUE(KernelConfig::find(dir.path(), "6.12-x")->has("RUNNING"));
}

}  // namespace
}  // namespace scx::test
