// SPDX-License-Identifier: GPL-2.0-only
#include "notify.h"

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace scx {
namespace {

constexpr char kVariable[] = "NOTIFY_SOCKET";

// A manager that does not read its socket for so long is told nothing: the loop must not hang on
// it.
constexpr timeval kPatience{5, 0};

Result<Fd> connect_to(const std::string& address) {
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  const bool abstract = address.starts_with('@');
  if ((!abstract && !address.starts_with('/')) || address.size() < 2 ||
      address.size() >= sizeof(un.sun_path)) {
    return fail(ErrorKind::usage,
                fmt::format("{} is '{}', which is no UNIX socket's address", kVariable, address));
  }
  std::memcpy(un.sun_path, address.data(), address.size());
  if (abstract) un.sun_path[0] = '\0';
  // An abstract name is as long as it says; a path has its end with it.
  const auto size =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size() + (abstract ? 0 : 1));
  Fd fd{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience)) != 0 ||
      ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&un), size) != 0)
    return fail_errno(errno, fmt::format("cannot reach the service manager at {}", address));
  return fd;
}

// Of the clock that the manager compares it with.
std::int64_t monotonic_us() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

}  // namespace

Result<Notifier> Notifier::take_from_environment() {
  Notifier notifier;
  const char* text = std::getenv(kVariable);
  if (text == nullptr) return notifier;
  const std::string address(text);
  ::unsetenv(kVariable);
  if (!address.empty()) notifier.fd_ = SCX_TRY(connect_to(address));
  return notifier;
}

void Notifier::ready(std::string_view status) { send("READY=1", status); }

void Notifier::restarting(std::string_view status) {
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_us()), status);
}

void Notifier::stopping(std::string_view status) { send("STOPPING=1", status); }

void Notifier::send(std::string_view state, std::string_view status) {
  if (!fd_) return;
  const std::string message =
      fmt::format("{}\nSTATUS={}", state, status.substr(0, status.find('\n')));
  // Nothing can be done about a manager that is gone.
  [[maybe_unused]] const ssize_t sent =
      ::send(fd_.get(), message.data(), message.size(), MSG_NOSIGNAL);
}

}  // namespace scx
