// SPDX-License-Identifier: GPL-2.0-only
//
// monitor(): watches a scheduler from another process until told to stop. It may start before the
// scheduler does and goes on when the scheduler is restarted.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "scx/base/result.h"
#include "scx/stats/json.h"
#include "scx/stats/server.h"
#include "scx/stats/service.h"

namespace scx::stats {

struct MonitorOptions {
  std::string path = kDefaultPath;
  std::chrono::milliseconds interval{1000};  // between two views
  std::chrono::milliseconds timeout{5000};   // for connecting, and for each request
  int stop_fd = -1;  // ends the loop when it gets readable (an eventfd, signalfd, pipe); -1: never
  Args args = {};    // of each request; without "target" it is for the target "top"
  // What an answer looks like, where that does not follow from the scheduler's metadata (a Table,
  // table.h). Empty text is not shown. Without it a View shows the answer.
  std::function<Result<std::string>(const Json&)> render = {};
};

using Output = std::function<void(std::string_view)>;

// Connects, shows what is asked for at once and then every interval; `show` gets one whole view at
// a time. `say` gets what happened to the connection, a line each time it changes and not again
// while it stays so: waiting for a scheduler, connected again, what a scheduler answered instead of
// statistics. While there is none it tries again every interval, at most a second. Both are called
// on the caller's thread.
//
// Returns when stop_fd is readable. Errors: usage for an interval that is not positive or a path
// that is too long, permission when the socket may not be used.
Status monitor(const MonitorOptions& options, const Output& show, const Output& say);

}  // namespace scx::stats
