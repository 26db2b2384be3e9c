// SPDX-License-Identifier: GPL-2.0-only
//
// The time in which a scheduler runs: waits for a signal, the end of the given time or the
// scheduler's own end, whichever is first, and wakes up for nothing else but periodic work that was
// asked for.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "scx/base/fd.h"
#include "scx/base/result.h"
#include "scx/framework/exit_report.h"

namespace scx {

// SIGINT, SIGTERM and SIGHUP as a file descriptor. From its making on these signals are blocked in
// this thread and in those that it starts; they stay so after its end.
class Signals {
 public:
  static Result<Signals> make();
  int fd() const { return fd_.get(); }
  // The signal that arrived, 0 when none has; takes it.
  int take();

 private:
  explicit Signals(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

// What periodic work says at its end: go on, or end this run and start anew.
enum class Tick { go_on, restart };

struct Periodic {
  std::chrono::duration<double> interval{};
  std::function<Tick()> work;
  bool at_once = false;  // a first time before the wait as well
};

struct RunOptions {
  std::optional<std::chrono::duration<double>> run_for;  // unset: for ever
  std::vector<Periodic> periodic;                        // turns that came too late fall together
};

enum class RunEnd { signal, time, scheduler, restart };

// `events_fd` gets readable when the scheduler has ended. All work is done on the caller's thread.
// Errors: io.
Result<RunEnd> wait_for_end(int events_fd, const Signals& signals, const RunOptions& options);

// Waits before another start, and longer from one short-lived run to the next: 100 ms doubling to
// 5 s; a run of ten seconds or more begins anew with no wait.
class Backoff {
 public:
  std::chrono::milliseconds next(std::chrono::steady_clock::duration last_run);

 private:
  std::chrono::milliseconds delay_{0};
};

}  // namespace scx
