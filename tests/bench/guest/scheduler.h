// SPDX-License-Identifier: GPL-2.0-only
//
// Any sched_ext scheduler's program, as a process of ours: started, seen attached, ended.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scx/base/result.h"

namespace scx::bench {

class Scheduler {
 public:
  // Runs the command and waits until the kernel says that a scheduler is enabled. Errors: io when
  // it ends before that or takes longer than two minutes, with what it wrote as evidence; busy when
  // another scheduler is there already.
  static Result<Scheduler> start(const std::vector<std::string>& command);
  Scheduler(Scheduler&&) noexcept;
  ~Scheduler();  // kills it where stop() was not called

  // From the process's start until the kernel said enabled.
  std::int64_t attach_ns() const { return attach_ns_; }

  int pid() const { return pid_; }

  // Whether it still is there, and the same as at the first call: the kernel counts an attach a
  // little after it says enabled. Errors: io when its program has ended, the kernel has thrown it
  // out, or it was attached anew in between, with what it wrote.
  Status check();

  // Ends it as Ctrl-C does, and waits until the kernel has its own scheduler back. Errors: io when
  // it does not end.
  Status stop();

 private:
  explicit Scheduler(int pid) : pid_(pid) {}
  Status wait_enabled();

  int pid_;  // 0: not running
  std::int64_t attach_ns_ = 0;
  std::string sequence_;  // the kernel's count of attaches, where it tells
};

}  // namespace scx::bench
