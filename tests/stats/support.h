// SPDX-License-Identifier: GPL-2.0-only
//
// What the tests of statistics share: a place for sockets, and a client that sends whatever it is
// told to, byte for byte.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "scx/base/fd.h"

namespace scx::stats::test {

using namespace std::chrono_literals;

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "scxx-stats-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  std::string operator/(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline sockaddr_un address(const std::string& path) {
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  std::memcpy(at.sun_path, path.data(), path.size());
  return at;
}

// A connection without manners. All waits end after ten seconds.
class RawClient {
 public:
  explicit RawClient(const std::string& path)
      : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{10, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    const sockaddr_un at = address(path);
    connected_ = ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&at), sizeof(at)) == 0;
  }

  bool connected() const { return connected_; }
  int fd() const { return fd_.get(); }

  // Whether all of it was taken.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  // As many bytes as are taken without waiting.
  std::size_t send_until_full(std::string_view bytes) {
    std::size_t sent = 0;
    for (;;) {
      const ssize_t n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n <= 0) return sent;
      sent += static_cast<std::size_t>(n);
    }
  }

  void end_of_requests() { ::shutdown(fd_.get(), SHUT_WR); }

  // One line without its newline; "<end>" at the end of the connection, "<time-out>" after a wait.
  std::string line() {
    for (;;) {
      if (const auto end = buffer_.find('\n'); end != std::string::npos) {
        std::string text = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return text;
      }
      char chunk[4096];
      const ssize_t n = ::recv(fd_.get(), chunk, sizeof(chunk), 0);
      if (n == 0 || (n < 0 && errno == ECONNRESET)) return "<end>";
      if (n < 0) return "<time-out>";
      buffer_.append(chunk, static_cast<std::size_t>(n));
    }
  }

  std::string ask(std::string_view request) {
    if (!send(request) || !send("\n")) return "<closed>";
    return line();
  }

 private:
  Fd fd_;
  bool connected_ = false;
  std::string buffer_;
};

// Whether it becomes true within ten seconds.
inline bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return condition();
}

}  // namespace scx::stats::test
