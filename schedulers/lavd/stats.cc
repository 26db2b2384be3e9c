// SPDX-License-Identifier: GPL-2.0-only
#include "stats.h"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace lavd {
namespace {

constexpr std::array<const char*, LAVD_NR_MODES> kModes = {"performance", "balanced", "powersave"};

void add(Schedules& sum, const lavd_cpu& cpu) {
  sum.all += cpu.nr_sched;
  sum.lat_critical += cpu.nr_lat_critical;
  sum.perf_critical += cpu.nr_perf_critical;
}

std::uint64_t grown(std::uint64_t before, std::uint64_t now) {
  return now > before ? now - before : 0;
}

Schedules grown(const Schedules& before, const Schedules& now) {
  return {grown(before.all, now.all), grown(before.lat_critical, now.lat_critical),
          grown(before.perf_critical, now.perf_critical)};
}

// The counters are read one after the other while they grow: a part may have overtaken its whole.
double percent(std::uint64_t part, std::uint64_t whole) {
  return whole ? std::min(100.0, 100.0 * static_cast<double>(part) / static_cast<double>(whole))
               : 0.0;
}

void tell_mode(const Totals& now, SysStats& stats) {
  if (now.mode < kModes.size()) stats.power_mode = kModes[now.mode];
  const std::uint64_t run =
      std::accumulate(now.mode_ns.begin(), now.mode_ns.end(), std::uint64_t{0});
  stats.pc_performance = percent(now.mode_ns[LAVD_PERFORMANCE], run);
  stats.pc_balanced = percent(now.mode_ns[LAVD_BALANCED], run);
  stats.pc_powersave = percent(now.mode_ns[LAVD_POWERSAVE], run);
}

}  // namespace

std::uint64_t monotonic_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

Totals add_up(std::span<const lavd_cpu> cpus, std::span<const scx_cid_info> cids,
              std::span<const lavd_domain> domains, const lavd_sys& sys, std::uint64_t now_ns) {
  Totals sum;
  for (std::size_t cid = 0; cid < cpus.size(); ++cid) {
    const lavd_cpu& cpu = cpus[cid];
    add(sum.everywhere, cpu);
    if (cid < cids.size() && cids[cid].tier == 0) add(sum.on_big, cpu);
    sum.nr_direct += cpu.nr_direct;
    sum.nr_migrated += cpu.nr_migrated;
    sum.nr_stolen += cpu.nr_stolen;
    sum.nr_preempt += cpu.nr_preempt;
    sum.nr_queued += cpu.nr_pinned;
    sum.busy_ns += cpu.busy_ns;
  }
  for (const lavd_domain& domain : domains)
    sum.nr_queued += static_cast<std::uint64_t>(std::max<std::int64_t>(0, domain.nr_queued));
  sum.nr_active = sys.nr_active;
  sum.nr_stealee = sys.nr_stealee;
  sum.mode = sys.mode;
  std::ranges::copy(sys.mode_ns, sum.mode_ns.begin());
  if (sum.mode < sum.mode_ns.size() && sys.mode_since_ns != 0)
    sum.mode_ns[sum.mode] += grown(sys.mode_since_ns, now_ns);
  sum.at_ns = now_ns;
  return sum;
}

SysStats compare(const Totals& before, const Totals& now, std::uint64_t mseq) {
  SysStats stats;
  const Schedules all = grown(before.everywhere, now.everywhere);
  const Schedules big = grown(before.on_big, now.on_big);
  stats.mseq = mseq;
  stats.nr_queued_task = now.nr_queued;
  stats.nr_active = now.nr_active;
  stats.nr_sched = all.all;
  stats.nr_preempt = grown(before.nr_preempt, now.nr_preempt);
  stats.pc_pc = percent(all.perf_critical, all.all);
  stats.pc_lc = percent(all.lat_critical, all.all);
  stats.pc_x_migration = percent(grown(before.nr_migrated, now.nr_migrated), all.all);
  stats.nr_stealee = now.nr_stealee;
  stats.pc_big = percent(big.all, all.all);
  stats.pc_pc_on_big = percent(big.perf_critical, big.all);
  stats.pc_lc_on_big = percent(big.lat_critical, big.all);
  tell_mode(now, stats);
  stats.nr_task = now.nr_tasks;
  if (before.at_ns != 0)
    stats.pc_util =
        percent(grown(before.busy_ns, now.busy_ns), grown(before.at_ns, now.at_ns) * now.nr_cpus);
  stats.pc_direct = percent(grown(before.nr_direct, now.nr_direct), all.all);
  stats.pc_steal = percent(grown(before.nr_stolen, now.nr_stolen), all.all);
  return stats;
}

}  // namespace lavd
