// SPDX-License-Identifier: GPL-2.0-only
#include "handover.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <thread>
#include <vector>

#include "busy.h"
#include "children.h"

namespace scx::bench {

namespace {

// By the system call itself: C++'s own waiting spins for a while.
class Turn {
 public:
  void wait() {
    while (!mine_.exchange(0)) ::syscall(SYS_futex, &mine_, FUTEX_WAIT_PRIVATE, 0, nullptr);
  }
  void give() {
    mine_ = 1;
    ::syscall(SYS_futex, &mine_, FUTEX_WAKE_PRIVATE, 1);
  }

 private:
  std::atomic<std::uint32_t> mine_ = 0;
};

}  // namespace

Result<double> handover_delay_us(const Handover& spec) {
  const Children hogs = SCX_TRY(start_hogs(spec.hogs_per_cpu));
  const auto count = static_cast<std::size_t>(spec.threads);
  std::deque<Turn> turns(count);
  std::int64_t taken = 0;  // only by who has the turn
  const std::int64_t start = now_ns(), end = start + spec.duration_ms * 1'000'000LL;
  std::int64_t last = start;
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < count; i++)
      threads.emplace_back([&, i] {
        // All go round once more after the end, or somebody would wait for ever.
        for (bool go_on = true; go_on; turns[(i + 1) % count].give()) {
          turns[i].wait();
          go_on = now_ns() < end;
          if (!go_on) continue;
          compute_ns(spec.hold_us * 1'000LL);
          taken++;
          last = now_ns();
        }
      });
    turns[0].give();
  }
  if (!taken) return fail(ErrorKind::io, "nobody had a turn");
  return static_cast<double>(last - start) / static_cast<double>(taken) / 1e3 - spec.hold_us;
}

}  // namespace scx::bench
