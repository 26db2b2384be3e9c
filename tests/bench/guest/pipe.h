// SPDX-License-Identifier: GPL-2.0-only
//
// Two processes that hand one byte to and fro over two pipes: each round trip is two sleeps and two
// wakeups, and next to no work, so what it costs is what scheduling costs.
#pragma once

#include <cstdint>

#include "scx/base/fd.h"
#include "scx/base/result.h"

namespace scx::bench {

class PipePair {
 public:
  // Starts the other process, which ends when this object does.
  static Result<PipePair> start();
  PipePair(PipePair&&) noexcept;
  ~PipePair();

  // `count` round trips, one after the other. Returns the nanoseconds that they took.
  Result<std::int64_t> trips(int count);

  // The other process.
  int pid() const { return pid_; }

 private:
  PipePair(Fd to, Fd from, int pid);

  Fd to_, from_;
  int pid_;  // 0 after a move
};

}  // namespace scx::bench
