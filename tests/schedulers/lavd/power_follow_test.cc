// SPDX-License-Identifier: GPL-2.0-only
//
// The follower where there is no bus; with one, power_bus_test.cc.
#include "power_follow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"

namespace lavd::test {
namespace {

using scx::test::TempDir;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kNoBus = "unix:path=/nonexistent/bus";
constexpr const char* kPreference =
    "sys/devices/system/cpu/cpufreq/policy0/energy_performance_preference";

// What poll() says within so many calls.
std::optional<PowerMode> within(int polls, PowerFollower& follower) {
  while (polls-- > 0)
    if (auto mode = follower.poll()) return mode;
  return std::nullopt;
}

TEST(LavdPowerFollower, SaysOnceThatThereIsNothingToFollow) {
  const TempDir dir;
  PowerFollower follower(dir.path(), kNoBus);
  const auto first = follower.poll();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->mode, LAVD_BALANCED);
  EXPECT_THAT(first->reason, StartsWith("nothing says otherwise: no cpufreq in sysfs (D-Bus: "));
  EXPECT_EQ(within(40, follower), std::nullopt);
}

TEST(LavdPowerFollower, FollowsTheEnergyPreference) {
  const TempDir dir;
  dir.write(kPreference, "performance\n");
  PowerFollower follower(dir.path(), kNoBus);
  const auto first = follower.poll();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->mode, LAVD_PERFORMANCE);
  EXPECT_EQ(within(10, follower), std::nullopt);

  dir.write(kPreference, "power\n");
  const auto second = within(5, follower);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->mode, LAVD_POWERSAVE);
  EXPECT_THAT(second->reason, HasSubstr("energy preference is power"));
  EXPECT_EQ(within(10, follower), std::nullopt);
}

}  // namespace
}  // namespace lavd::test
