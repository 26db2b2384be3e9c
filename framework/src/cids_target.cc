// SPDX-License-Identifier: GPL-2.0-only
#include "cids_target.h"

#include <algorithm>
#include <utility>

namespace scx::targets {
namespace {

std::uint64_t grown(std::uint64_t before, std::uint64_t now) {
  return now > before ? now - before : 0;
}

}  // namespace

double CidsReader::util(CpuId cpu, const std::optional<CpuTimes>& now) {
  if (seen_.size() <= cpu.index()) seen_.resize(cpu.index() + 1);
  Seen& seen = seen_[cpu.index()];
  if (!now) {
    seen.util = std::numeric_limits<double>::quiet_NaN();
    return seen.util;
  }
  const std::uint64_t all = grown(seen.times.all, now->all);
  // Asked again within a tick: what was said last is still the best there is.
  if (all == 0) return seen.util;
  const std::uint64_t busy = grown(seen.times.busy, now->busy);
  seen.util = std::min(100.0, 100.0 * static_cast<double>(busy) / static_cast<double>(all));
  seen.times = *now;
  return seen.util;
}

Cids CidsReader::read(Moment now) {
  Cids cids;
  if (std::exchange(run_, now.run) != now.run) {
    at_ = now.run_since;
    schedules_.clear();
  }
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now.at - at_);
  cids.interval_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(0, passed.count()));
  at_ = now.at;
  for (const CpuId cpu : now.cid_to_cpu)
    cids.util.push_back(
        util(cpu, cpu.index() < now.times.size() ? now.times[cpu.index()] : std::nullopt));
  schedules_.resize(now.schedules.size());
  for (std::size_t cid = 0; cid < now.schedules.size(); ++cid)
    cids.nr_sched.push_back(grown(schedules_[cid], now.schedules[cid]));
  schedules_ = std::move(now.schedules);
  return cids;
}

}  // namespace scx::targets
