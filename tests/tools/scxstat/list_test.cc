// SPDX-License-Identifier: GPL-2.0-only
#include "list.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstdint>
#include <fstream>

#include "http.h"
#include "scx/base/fd.h"
#include "scx/stats/server.h"
#include "support.h"

namespace scx::scxstat::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using stats::test::TempDir;

struct Nothing {
  std::uint64_t nothing = 0;
};
SCX_METRICS(Nothing, "nothing", scx::gauge(&Nothing::nothing, "nothing", ""));

stats::Server serve_at(const fs::path& path) {
  stats::Service service;
  service.add<Nothing>("top", [] { return Nothing{}; });
  return stats::Server::start({.path = path}, std::move(service)).value();
}

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text << '\n';
}

TEST(List, AMachineWithoutSchedExt) {
  const TempDir root;
  const Listing listing = look_around(root / "", 1s);
  EXPECT_FALSE(listing.any_answers());
  EXPECT_EQ(as_text(listing),
            "sched_ext: this kernel has none\n"
            "no scheduler serves statistics\n");
  EXPECT_EQ(as_json(listing), "{\"state\":null,\"schedulers\":[]}\n");
}

TEST(List, ASchedulerAndItsSubScheduler) {
  const TempDir root;
  write(root / "sys/kernel/sched_ext/state", "enabled");
  write(root / "sys/kernel/sched_ext/root/ops", "qmap_0.1");
  fs::create_directories(root / "sys/fs/cgroup/A/B");
  struct stat cgroup {};
  ASSERT_EQ(::stat((root / "sys/fs/cgroup/A/B").c_str(), &cgroup), 0);
  const std::string sub = "sub-" + std::to_string(cgroup.st_ino);
  write(root / ("sys/kernel/sched_ext/root/sub/" + sub + "/ops"), "sub_0.2");
  const auto first = serve_at(root / "var/run/scx/root/stats");
  const auto second = serve_at(root / ("var/run/scx/" + sub + "/stats"));

  const Listing listing = look_around(root / "", 10s);
  EXPECT_TRUE(listing.any_answers());
  EXPECT_EQ(listing.state, "enabled");
  ASSERT_EQ(listing.schedulers.size(), 2U);
  const Scheduler& one = listing.schedulers[0];
  EXPECT_EQ(one.name, "root");
  EXPECT_EQ(one.ops, "qmap_0.1");
  EXPECT_EQ(one.cgroup, "");
  EXPECT_TRUE(one.answers) << one.why;
  const Scheduler& other = listing.schedulers[1];
  EXPECT_EQ(other.name, sub);
  EXPECT_EQ(other.ops, "sub_0.2");
  EXPECT_EQ(other.cgroup, "/A/B");
  EXPECT_TRUE(other.answers) << other.why;
  const std::string text = as_text(listing);
  EXPECT_TRUE(text.starts_with("sched_ext: enabled\nNAME ")) << text;
  EXPECT_NE(text.find("  /A/B    " + other.socket + "\n"), std::string::npos) << text;
}

TEST(List, WhyASchedulerDoesNotAnswer) {
  const TempDir root;
  write(root / "sys/kernel/sched_ext/state", "enabled");
  write(root / "sys/kernel/sched_ext/root/ops", "simple");
  fs::create_directories(root / "var/run/scx/sub-1");
  fs::create_directories(root / "var/run/scx/sub-2");
  const Fd dead{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const sockaddr_un gone = stats::test::address(root / "var/run/scx/sub-1/stats");
  ASSERT_EQ(::bind(dead.get(), reinterpret_cast<const sockaddr*>(&gone), sizeof(gone)), 0);
  const Fd silent{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const sockaddr_un mute = stats::test::address(root / "var/run/scx/sub-2/stats");
  ASSERT_EQ(::bind(silent.get(), reinterpret_cast<const sockaddr*>(&mute), sizeof(mute)), 0);
  ASSERT_EQ(::listen(silent.get(), 5), 0);

  const Listing listing = look_around(root / "", 50ms);
  EXPECT_FALSE(listing.any_answers());
  ASSERT_EQ(listing.schedulers.size(), 3U);
  EXPECT_EQ(listing.schedulers[0].ops, "simple");
  EXPECT_EQ(listing.schedulers[0].why, "no socket is there");
  EXPECT_EQ(listing.schedulers[1].why, "nobody listens there any more");
  EXPECT_NE(listing.schedulers[2].why.find("Connection timed out"), std::string::npos)
      << listing.schedulers[2].why;
  EXPECT_NE(as_text(listing).find("sub-1/stats: nobody listens there any more\n"),
            std::string::npos);
  EXPECT_NE(as_json(listing).find(R"("answers":false,"why":"no socket is there"})"),
            std::string::npos);
}

TEST(Addresses, AreThisMachinesOwnUnlessNamed) {
  EXPECT_EQ(parse_address("9100").value(), (Address{"127.0.0.1", 9100}));
  EXPECT_EQ(parse_address("0.0.0.0:0").value(), (Address{"0.0.0.0", 0}));
  EXPECT_EQ(parse_address("[::1]:65535").value(), (Address{"::1", 65535}));
  EXPECT_EQ(parse_address("localhost:1").value(), (Address{"localhost", 1}));
}

TEST(Addresses, WrongOnesAreRefused) {
  for (const char* text : {"", ":", ":9100", "9100:", "x", "1.2.3.4", "65536", "-1", "::1:9100",
                           "[]:1", "host:1x", "[::1]"}) {
    const auto address = parse_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().kind, ErrorKind::usage) << text;
  }
}

}  // namespace
}  // namespace scx::scxstat::test
