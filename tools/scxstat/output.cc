// SPDX-License-Identifier: GPL-2.0-only
#include "output.h"

#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace scx::scxstat {

Status write_out(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, "cannot write to standard output");
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

std::size_t terminal_columns() {
  winsize size{};
  if (::isatty(STDOUT_FILENO) == 0 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

Result<Fd> until_signal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Fd fd{::signalfd(-1, &signals, SFD_CLOEXEC)};
  if (!fd) return fail_errno(errno, "cannot wait for signals");
  return fd;
}

}  // namespace scx::scxstat
