// SPDX-License-Identifier: GPL-2.0-only
//
// What tasks of a workload wait for, as the simulator has it: handed over to whoever waited
// longest, so that nobody else takes it on the way. Any thread may use them.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

#include "clock.h"

namespace scx::play {

// One thread's sleep until another one ends it.
class Waiter {
 public:
  // Sleeps; returns when the other one was about to wake it.
  u64 wait();
  void wake();

 private:
  std::atomic<std::uint32_t> woken_ = 0;
  u64 woken_at_ = 0;
};

// Wakes one that waits, or lets the next one through.
class Semaphore {
 public:
  // When it was woken, where it had to wait.
  std::optional<u64> wait();
  void post();

 private:
  std::mutex mutex_;
  u64 count_ = 0;
  std::deque<Waiter*> waiting_;
};

class HandedMutex {
 public:
  HandedMutex() { free_.post(); }
  std::optional<u64> lock() { return free_.wait(); }
  void unlock() { free_.post(); }

 private:
  Semaphore free_;
};

}  // namespace scx::play
