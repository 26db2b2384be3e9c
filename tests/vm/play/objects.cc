// SPDX-License-Identifier: GPL-2.0-only
#include "objects.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace scx::play {
namespace {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

void futex(std::atomic<std::uint32_t>& word, int what, std::uint32_t value) {
  syscall(SYS_futex, &word, what | FUTEX_PRIVATE_FLAG, value, nullptr, nullptr, 0);
}

}  // namespace

u64 Waiter::wait() {
  while (!woken_.load(std::memory_order_acquire)) futex(woken_, FUTEX_WAIT, 0);
  return woken_at_;
}

// The one that waits may be gone as soon as it sees the word: a wake-up of an address that nobody
// waits at does nothing.
void Waiter::wake() {
  woken_at_ = now_ns();
  woken_.store(1, std::memory_order_release);
  futex(woken_, FUTEX_WAKE, 1);
}

std::optional<u64> Semaphore::wait() {
  Waiter self;
  {
    const std::lock_guard lock(mutex_);
    if (count_) {
      --count_;
      return {};
    }
    waiting_.push_back(&self);
  }
  return self.wait();
}

void Semaphore::post() {
  Waiter* first = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      ++count_;
      return;
    }
    first = waiting_.front();
    waiting_.pop_front();
  }
  first->wake();
}

}  // namespace scx::play
