// SPDX-License-Identifier: GPL-2.0-only
#include "messaging.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <utility>
#include <vector>

namespace scx::bench {

namespace {

using Message = std::array<char, 100>;

bool send_all(const std::vector<Fd>& receivers, int loops) {
  const Message message = {};
  const auto bytes = static_cast<ssize_t>(message.size());
  for (int loop = 0; !loops || loop < loops; loop++) {
    for (const Fd& receiver : receivers) {
      if (::write(receiver.get(), message.data(), message.size()) != bytes) return false;
    }
  }
  return true;
}

// A stream has no borders between messages: counts bytes.
bool receive(const Fd& socket, std::int64_t messages) {
  Message message;
  const auto bytes = messages * static_cast<std::int64_t>(message.size());
  for (std::int64_t got = 0; !messages || got < bytes;) {
    const ssize_t more = ::read(socket.get(), message.data(), message.size());
    if (more <= 0) return false;
    got += more;
  }
  return true;
}

Status add_group(Children& children, const Messaging& spec) {
  std::vector<Fd> here, there;
  for (int i = 0; i < spec.senders; i++) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
      return fail_errno(errno, "making a pair of sockets");
    here.emplace_back(ends[0]);
    there.emplace_back(ends[1]);
  }
  for (const Fd& socket : there) {
    const std::int64_t messages = std::int64_t{1} * spec.senders * spec.loops;
    SCX_TRY(children.add([&] { return receive(socket, messages); }));
  }
  for (int i = 0; i < spec.senders; i++) {
    SCX_TRY(children.add([&] { return send_all(here, spec.loops); }));
  }
  return {};
}

}  // namespace

Result<Children> start_messaging(const Messaging& spec) {
  Children children = SCX_TRY(Children::make());
  for (int i = 0; i < spec.groups; i++) {
    SCX_TRY(add_group(children, spec));
  }
  return children;
}

Result<std::int64_t> time_messaging(const Messaging& spec) {
  Children children = SCX_TRY(start_messaging(spec));
  // What forking left behind is not to be part of it.
  ::usleep(100'000);
  const auto start = std::chrono::steady_clock::now();
  SCX_TRY(children.go());
  SCX_TRY(children.wait());
  return std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count();
}

}  // namespace scx::bench
