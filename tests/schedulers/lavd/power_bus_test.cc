// SPDX-License-Identifier: GPL-2.0-only
//
// Over a real bus: a dbus-daemon of the test's own, and a stand-in for the services.
#include "power_bus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <scx/base/fd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include "bus.h"
#include "power_follow.h"

namespace lavd::test {
namespace {

using scx::test::TempDir;
using Service = PowerProfile::Service;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class LavdPowerBus : public ::testing::Test {
 protected:
  void SetUp() override {
    if (bus.address().empty()) GTEST_SKIP() << "there is no dbus-daemon to start";
  }
  TestBus bus;
};

// Signals take their time from one process to another.
template <typename Ready>
bool soon(Ready ready) {
  for (int tries = 0; tries < 500; ++tries) {
    if (ready()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

bool says(PowerBus& bus, Service service, const std::string& profile) {
  return soon([&] {
    const auto said = bus.poll().profile;
    return said && said->service == service && said->profile == profile;
  });
}

TEST(LavdPowerBusAlone, WithoutABusItSaysSo) {
  PowerBus bus("unix:path=/nonexistent/bus");
  const PowerReadings said = bus.poll();
  EXPECT_FALSE(said.profile);
  EXPECT_EQ(said.why_no_profile, "D-Bus: No such file or directory");
}

// The scheduler's main thread waits meanwhile.
TEST(LavdPowerBusAlone, ABusThatHangsIsWaitedForBriefly) {
  const TempDir dir;
  const std::string path = dir.path() / "bus";
  const scx::Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
            0);
  ASSERT_EQ(::listen(listener.get(), 8), 0);

  PowerBus bus("unix:path=" + path);
  const auto before = std::chrono::steady_clock::now();
  const PowerReadings said = bus.poll();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(3));
  EXPECT_FALSE(said.profile);
  EXPECT_THAT(said.why_no_profile, StartsWith("D-Bus: "));
}

TEST_F(LavdPowerBus, WithoutServicesItSaysSo) {
  PowerBus reader(bus.address());
  const PowerReadings said = reader.poll();
  EXPECT_FALSE(said.profile);
  EXPECT_EQ(said.why_no_profile, "D-Bus: neither power-profiles-daemon nor tuned runs");
}

TEST_F(LavdPowerBus, ReadsPowerProfilesDaemonUnderBothNames) {
  for (const char* name : {"org.freedesktop.UPower.PowerProfiles", "net.hadess.PowerProfiles"}) {
    SCOPED_TRACE(name);
    FakeService service(bus.address(), name, "power-saver");
    PowerBus reader(bus.address());
    const auto said = reader.poll();
    ASSERT_TRUE(said.profile) << said.why_no_profile;
    EXPECT_EQ(said.profile->service, Service::power_profiles_daemon);
    EXPECT_EQ(said.profile->profile, "power-saver");
    service.set("performance");
    EXPECT_TRUE(says(reader, Service::power_profiles_daemon, "performance"));
  }
}

TEST_F(LavdPowerBus, ReadsTuned) {
  FakeService service(bus.address(), "com.redhat.tuned", "throughput-performance");
  PowerBus reader(bus.address());
  const auto said = reader.poll();
  ASSERT_TRUE(said.profile) << said.why_no_profile;
  EXPECT_EQ(said.profile->service, Service::tuned);
  EXPECT_EQ(said.profile->profile, "throughput-performance");
  service.set("powersave");
  EXPECT_TRUE(says(reader, Service::tuned, "powersave"));
}

TEST_F(LavdPowerBus, TunedWithoutAProfileSaysNothing) {
  const FakeService service(bus.address(), "com.redhat.tuned", "");
  PowerBus reader(bus.address());
  EXPECT_FALSE(reader.poll().profile);
}

TEST_F(LavdPowerBus, AsksAgainOnlyWhenSomethingChanged) {
  FakeService service(bus.address(), "net.hadess.PowerProfiles", "balanced");
  PowerBus reader(bus.address());
  EXPECT_TRUE(says(reader, Service::power_profiles_daemon, "balanced"));
  const int before = service.questions();
  for (int i = 0; i < 50; ++i) reader.poll();
  EXPECT_EQ(service.questions(), before);
}

TEST_F(LavdPowerBus, NoticesServicesThatComeAndGo) {
  PowerBus reader(bus.address());
  EXPECT_FALSE(reader.poll().profile);
  {
    const FakeService service(bus.address(), "net.hadess.PowerProfiles", "performance");
    EXPECT_TRUE(says(reader, Service::power_profiles_daemon, "performance"));
  }
  EXPECT_TRUE(soon([&] { return !reader.poll().profile; }));
}

TEST_F(LavdPowerBus, ComesBackWithTheBus) {
  PowerBus reader(bus.address());
  const std::string address = bus.address();
  reader.poll();
  bus.stop();
  EXPECT_TRUE(soon([&] { return !reader.poll().why_no_profile.contains("neither"); }));
  EXPECT_THAT(reader.poll().why_no_profile, StartsWith("D-Bus: "));
  ASSERT_TRUE(bus.start());
  const FakeService service(address, "net.hadess.PowerProfiles", "power-saver");
  EXPECT_TRUE(says(reader, Service::power_profiles_daemon, "power-saver"));
}

TEST_F(LavdPowerBus, TheFollowerFallsBackToSysfsAndReturns) {
  const TempDir sysfs;
  sysfs.write("sys/devices/system/cpu/cpufreq/policy0/energy_performance_preference", "power\n");
  PowerFollower follower(sysfs.path(), bus.address());
  std::optional<PowerMode> mode = follower.poll();
  ASSERT_TRUE(mode);
  EXPECT_EQ(mode->mode, LAVD_POWERSAVE);
  EXPECT_THAT(mode->reason, HasSubstr("neither power-profiles-daemon nor tuned runs"));
  {
    const FakeService service(bus.address(), "net.hadess.PowerProfiles", "performance");
    EXPECT_TRUE(soon([&] { return (mode = follower.poll()).has_value(); }));
    EXPECT_EQ(mode, (PowerMode{LAVD_PERFORMANCE, "power-profiles-daemon says performance"}));
  }
  EXPECT_TRUE(soon([&] { return (mode = follower.poll()).has_value(); }));
  EXPECT_EQ(mode->mode, LAVD_POWERSAVE);
}

}  // namespace
}  // namespace lavd::test
