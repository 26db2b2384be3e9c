// SPDX-License-Identifier: GPL-2.0-only
#include "handover.h"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "busy.h"
#include "children.h"

namespace scx::bench {

Result<double> lock_wait_us(const Handover& spec) {
  const Children hogs = SCX_TRY(start_hogs(spec.hogs_per_cpu));
  std::mutex lock;
  std::int64_t waited = 0, turns = 0;  // by who has the lock
  const std::int64_t end = now_ns() + spec.duration_ms * 1'000'000LL;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < spec.threads; i++)
      threads.emplace_back([&] {
        for (std::int64_t start; (start = now_ns()) < end;) {
          {
            const std::scoped_lock held(lock);
            waited += now_ns() - start;
            turns++;
            compute_ns(spec.hold_us * 1'000LL);
          }
          compute_ns(spec.apart_us * 1'000LL);
        }
      });
  }
  if (!turns) return fail(ErrorKind::io, "nobody had the lock");
  return static_cast<double>(waited) / static_cast<double>(turns) / 1e3;
}

}  // namespace scx::bench
