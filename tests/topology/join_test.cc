// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>

#include "machines.h"
#include "read/readers.h"

namespace scx::test {
namespace {

TEST(Join, HwlocFillsInWhatSysfsDoesNotSay) {
  RawTopology sysfs = machine(cores(2, 2, 0));
  for (RawCpu& cpu : sysfs.cpus) {
    cpu.package.reset();
    cpu.core.reset();
    cpu.siblings.reset();
  }
  sysfs.nodes.clear();
  auto specs = cores(2, 2, 0, 3);
  specs[0].kind = 1;
  specs[1].kind = 0;
  join(sysfs, machine(specs));
  EXPECT_EQ(sysfs.cpus[0].package, 3);
  EXPECT_EQ(sysfs.cpus[3].siblings, CpuSet::of({2, 3}));
  EXPECT_EQ(sysfs.cpus[0].kind, 1);
  EXPECT_EQ(sysfs.nodes[0].id, NodeId{3});
}

TEST(Join, SysfsWinsWhereBothSpeak) {
  RawTopology sysfs = machine(cores(2, 1, 0));
  sysfs.cpus[0].kind = 7;
  auto specs = cores(1, 2, 0, 3);
  specs[0].kind = 1;
  join(sysfs, machine(specs));
  EXPECT_EQ(sysfs.cpus[0].package, 0);
  EXPECT_EQ(sysfs.cpus[0].siblings, CpuSet::of({0}));
  EXPECT_EQ(sysfs.cpus[0].kind, 7);
  EXPECT_FALSE(sysfs.cpus[1].kind) << "kinds of two sources were mixed";
  EXPECT_EQ(sysfs.nodes[0].id, NodeId{0});
}

TEST(Join, CachesComeFromSysfsAlone) {
  RawTopology sysfs = machine(cores(2, 1, 0, 0, -1));
  join(sysfs, machine(cores(2, 1, 0)));
  EXPECT_TRUE(sysfs.caches.empty());
}

TEST(ReadHwloc, ThisMachine) {
  const auto raw = read_hwloc();
  if (!raw) GTEST_SKIP() << raw.error().message();
  EXPECT_FALSE(raw->online.empty());
  EXPECT_EQ(raw->cpus.size(), raw->online.count());
  EXPECT_FALSE(raw->nodes.empty());
}

}  // namespace
}  // namespace scx::test
