// SPDX-License-Identifier: GPL-2.0-only
#include "activation.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace scx {
namespace {

constexpr int kFirst = 3;  // descriptor; the others follow

// The whole number that a variable of the environment has; -1 where it has none.
int number_in(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return -1;
  const std::string_view digits(text);
  int number = -1;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), number);
  return error == std::errc{} && end == digits.end() ? number : -1;
}

}  // namespace

Result<std::optional<Fd>> take_handed_socket() {
  const bool mine = number_in("LISTEN_PID") == ::getpid();
  const int count = number_in("LISTEN_FDS");
  for (const char* variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(variable);
  if (!mine || count <= 0) return std::nullopt;
  if (count > 1) {
    return fail(ErrorKind::usage,
                fmt::format("{} sockets were handed over, and there is use for one", count),
                "name one in the unit's ListenStream=");
  }
  ::fcntl(kFirst, F_SETFD, FD_CLOEXEC);
  return Fd{kFirst};
}

}  // namespace scx
