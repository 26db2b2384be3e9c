// SPDX-License-Identifier: GPL-2.0-only
#include "light.h"

#include <sched.h>

#include <atomic>
#include <thread>
#include <vector>

#include "busy.h"

namespace scx::bench {

Result<double> cpus_of_light_load(const Light& spec) {
  const std::int64_t period = spec.period_us * 1'000LL;
  const std::int64_t length = spec.duration_ms * 1'000'000LL;
  const std::int64_t start = now_ns();
  std::vector<std::atomic<int>> turns(CPU_SETSIZE);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < spec.threads; i++)
      threads.emplace_back([&] {
        for (std::int64_t next = start; next < start + length; next += period) {
          sleep_until_ns(next);
          compute_ns(spec.busy_us * 1'000LL);
          const int cpu = ::sched_getcpu();
          if (next - start >= length / 2 && cpu >= 0) turns[static_cast<std::size_t>(cpu)]++;
        }
      });
  }
  double all = 0, squares = 0;
  for (const auto& count : turns) {
    all += count;
    squares += 1.0 * count * count;
  }
  if (squares == 0) return fail(ErrorKind::io, "no thread of the light load ran");
  return all * all / squares;
}

}  // namespace scx::bench
