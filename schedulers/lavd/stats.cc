// SPDX-License-Identifier: GPL-2.0-only
#include "stats.h"

#include <algorithm>
#include <chrono>

namespace lavd {

Totals add_up(std::span<const lavd_cpu> cpus, std::span<const lavd_domain> domains) {
  Totals sum;
  for (const lavd_cpu& cpu : cpus) {
    sum.nr_sched += cpu.nr_sched;
    sum.nr_lat_critical += cpu.nr_lat_critical;
    sum.nr_direct += cpu.nr_direct;
    sum.nr_migrated += cpu.nr_migrated;
    sum.nr_stolen += cpu.nr_stolen;
    sum.busy_ns += cpu.busy_ns;
  }
  for (const lavd_domain& domain : domains) sum.nr_queued += domain.nr_queued;
  sum.at_ns = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                             std::chrono::steady_clock::now().time_since_epoch())
                                             .count());
  return sum;
}

SysStats compare(const Totals& before, const Totals& now, std::uint64_t mseq) {
  SysStats stats;
  const auto percent = [](std::uint64_t part, std::uint64_t whole) {
    return whole ? std::min(100.0, 100.0 * static_cast<double>(part) / static_cast<double>(whole))
                 : 0.0;
  };
  stats.mseq = mseq;
  stats.nr_queued_task = static_cast<std::uint64_t>(std::max<std::int64_t>(0, now.nr_queued));
  stats.nr_active = static_cast<std::uint32_t>(now.nr_cpus);
  stats.nr_task = now.nr_tasks;
  stats.nr_sched = now.nr_sched - before.nr_sched;
  if (before.at_ns != 0)
    stats.pc_util = percent(now.busy_ns - before.busy_ns, (now.at_ns - before.at_ns) * now.nr_cpus);
  stats.pc_lc = percent(now.nr_lat_critical - before.nr_lat_critical, stats.nr_sched);
  stats.pc_direct = percent(now.nr_direct - before.nr_direct, stats.nr_sched);
  stats.pc_x_migration = percent(now.nr_migrated - before.nr_migrated, stats.nr_sched);
  stats.pc_steal = percent(now.nr_stolen - before.nr_stolen, stats.nr_sched);
  return stats;
}

}  // namespace lavd
