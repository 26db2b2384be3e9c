// SPDX-License-Identifier: GPL-2.0-only
#include "latency_target.h"

#include <algorithm>
#include <utility>

namespace scx::targets {

Latency LatencyReader::read(std::uint64_t run, Clock::time_point run_since, Clock::time_point now,
                            std::span<const scx_latency> cids) {
  Counts counts = {};
  for (const scx_latency& cid : cids)
    for (std::size_t i = 0; i < counts.size(); ++i)
      counts[i] += __atomic_load_n(&cid.count[i], __ATOMIC_RELAXED);
  const std::uint64_t run_before = std::exchange(run_, run);
  if (run_before == 0) {
    before_ = counts;
    at_ = now;
  } else if (run_before != run) {
    before_ = {};
    at_ = run_since;
  }
  Latency latency;
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - at_);
  latency.interval_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(0, passed.count()));
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (i + 1 < counts.size()) latency.upper_us[i] = std::uint64_t{1} << i;
    latency.count[i] = counts[i] - before_[i];
  }
  at_ = now;
  before_ = counts;
  return latency;
}

}  // namespace scx::targets
