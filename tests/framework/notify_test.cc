// SPDX-License-Identifier: GPL-2.0-only
//
// Notifier, with a socket in the service manager's place.
#include "notify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace scx::test {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

// Bound to `address`, and what NOTIFY_SOCKET names.
class Manager {
 public:
  explicit Manager(const std::string& address) : path_(address) {
    sockaddr_un un{};
    un.sun_family = AF_UNIX;
    std::memcpy(un.sun_path, address.data(), address.size());
    if (address.starts_with('@')) un.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&un), size), 0);
    ::setenv("NOTIFY_SOCKET", address.c_str(), 1);
  }
  ~Manager() { std::filesystem::remove(path_); }

  // The next datagram; empty where there is none.
  std::string receive() const {
    std::array<char, 512> buffer{};
    const auto n = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    return n > 0 ? std::string(buffer.data(), static_cast<std::size_t>(n)) : std::string();
  }

  void leave() { Fd gone = std::move(fd_); }

 private:
  Fd fd_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  std::filesystem::path path_;
};

std::string a_path() {
  return (std::filesystem::temp_directory_path() / ("scxx-notify." + std::to_string(::getpid())))
      .native();
}

Notifier taken() {
  auto notifier = Notifier::take_from_environment();
  EXPECT_TRUE(notifier) << notifier.error().message();
  return *std::move(notifier);
}

TEST(Notifier, TellsAManagerWhatHappens) {
  for (const char* kind : {"", "@"}) {
    const std::string address = kind + a_path();
    const Manager manager(address);
    Notifier notifier = taken();
    EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
    notifier.ready("scx_x is running (cid form)");
    EXPECT_EQ(manager.receive(), "READY=1\nSTATUS=scx_x is running (cid form)");
    notifier.restarting("scx_x starts again");
    EXPECT_THAT(manager.receive(),
                MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+\nSTATUS=scx_x starts again"));
    notifier.stopping("scx_x ended");
    EXPECT_EQ(manager.receive(), "STOPPING=1\nSTATUS=scx_x ended");
    EXPECT_EQ(manager.receive(), "");
  }
}

TEST(Notifier, AStatusIsOneLine) {
  const Manager manager(a_path());
  Notifier notifier = taken();
  notifier.ready("one\nMAINPID=1");
  EXPECT_EQ(manager.receive(), "READY=1\nSTATUS=one");
}

TEST(Notifier, WithoutAManagerItIsSilent) {
  ::unsetenv("NOTIFY_SOCKET");
  taken().ready("nobody hears it");
  ::setenv("NOTIFY_SOCKET", "", 1);
  taken().ready("nobody hears it");
}

TEST(Notifier, AManagerThatIsGoneDoesNoHarm) {
  Manager manager(a_path());
  Notifier notifier = taken();
  manager.leave();
  notifier.ready("nobody hears it");
}

TEST(Notifier, SaysWhatIsWrongWithAnAddress) {
  const std::string long_path = "/" + std::string(120, 'x');
  for (const std::string& address : {std::string("vsock:2:1"), std::string("@"), long_path}) {
    ::setenv("NOTIFY_SOCKET", address.c_str(), 1);
    const auto notifier = Notifier::take_from_environment();
    ASSERT_FALSE(notifier) << address;
    EXPECT_EQ(notifier.error().kind, ErrorKind::usage);
    EXPECT_THAT(notifier.error().message(), HasSubstr(address));
  }
  ::setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
  const auto notifier = Notifier::take_from_environment();
  ASSERT_FALSE(notifier);
  EXPECT_EQ(notifier.error().kind, ErrorKind::missing);
}

}  // namespace
}  // namespace scx::test
