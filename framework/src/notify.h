// SPDX-License-Identifier: GPL-2.0-only
//
// What a service manager is told: that the scheduler is attached, starts again, or ends. The
// protocol is that of sd_notify(3): a datagram of lines on the socket that NOTIFY_SOCKET names. It
// is written out here, as it is a dozen lines and documented to stay as it is, whereas libsystemd
// would come into every program that embeds the framework.
//
// There is no keep-alive for WatchdogSec=. Whether tasks get their turns is the kernel's to watch,
// and it ends a scheduler that lets one wait; this process only sleeps, and a scheduler whose
// process is stopped, or late, goes on scheduling. To kill it for that would do harm only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scx/base/fd.h"
#include "scx/base/result.h"

namespace scx {

class Notifier {
 public:
  // Tells nobody anything.
  Notifier() = default;

  // The socket that NOTIFY_SOCKET names, by path or as @NAME, which is then no longer in the
  // environment; one that tells nobody where there is none. Errors: usage for an address that is
  // no UNIX socket's, io.
  static Result<Notifier> take_from_environment();

  // The scheduler is attached. `status` is a line for people, as in all of these.
  void ready(std::string_view status);
  // It will be attached again: READY follows.
  void restarting(std::string_view status);
  // The process is about to end.
  void stopping(std::string_view status);

 private:
  void send(std::string_view state, std::string_view status);

  Fd fd_;
};

}  // namespace scx
