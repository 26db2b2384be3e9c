// SPDX-License-Identifier: GPL-2.0-only
#include "stats.h"

#include <fmt/core.h>
#include <scx/base/cpu_set.h>

#include <numeric>
#include <string_view>

namespace qmap {
namespace {

constexpr std::array<std::string_view, QMAP_QUEUES> kWeights{"1-25", "26-50", "51-199", "200-399",
                                                             "400-10000"};

// Since `before`, or since its start where the counter began anew.
std::uint64_t grown(std::uint64_t before, std::uint64_t now) {
  return now >= before ? now - before : now;
}

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

// The cids that `owner` has, as "0-3,8", which is written as lists of CPUs are; "-" for none.
std::string cids_of(std::span<const std::uint32_t> owners, std::uint32_t owner) {
  scx::CpuSet cids;
  for (std::size_t cid = 0; cid < owners.size(); ++cid)
    if (owners[cid] == owner) cids.insert(scx::CpuId{static_cast<std::int32_t>(cid)});
  return cids.empty() ? "-" : scx::to_cpu_list(cids);
}

std::string who(std::uint32_t part) {
  return part == QMAP_SELF ? "self" : fmt::format("sub{}", part);
}

std::array<Queue, QMAP_QUEUES> compare_queues(const Reading& before, const Reading& now) {
  std::array<Queue, QMAP_QUEUES> queues;
  std::uint64_t taken = 0;
  for (std::size_t i = 0; i < queues.size(); ++i)
    taken += grown(before.counts.dispatched[i], now.counts.dispatched[i]);
  for (std::size_t i = 0; i < queues.size(); ++i) {
    const auto own = grown(before.counts.dispatched[i], now.counts.dispatched[i]);
    queues[i] = {std::string(kWeights[i]), now.queued[i], now.counts.enqueued[i],
                 now.counts.dispatched[i], 100 * ratio(own, taken)};
  }
  return queues;
}

std::map<std::string, Participant> compare_parts(const Reading& before, const Reading& now) {
  std::map<std::string, Participant> participants;
  if (!now.partition.active) return participants;
  const auto window = grown(before.partition.window_ns, now.partition.window_ns);
  for (std::uint32_t i = 0; i < QMAP_PARTS; ++i) {
    const qmap_part& part = now.parts[i];
    if (i != QMAP_SELF && part.cgroup_id == 0) continue;
    // Another child in the same place has nothing to do with the one before.
    const qmap_part earlier =
        before.parts[i].cgroup_id == part.cgroup_id ? before.parts[i] : qmap_part{};
    Participant& one = participants[who(i)];
    one.cgroup = part.cgroup_id;
    one.weight = part.weight;
    one.time = ratio(grown(earlier.alloc_ns, part.alloc_ns), window);
    one.dispatches = 1e9 * ratio(grown(earlier.dispatches, part.dispatches), window);
    one.cids = cids_of(now.owners, i);
  }
  return participants;
}

void compare_counts(const qmap_counts& counts, Stats& stats) {
  stats.nr_highpri = counts.nr_highpri;
  stats.direct = counts.direct;
  stats.direct_from_enqueue = counts.direct_from_enqueue;
  stats.dequeued = counts.dequeued;
  stats.core_sched = counts.core_sched_execed;
  stats.gone = counts.gone;
  stats.lowpri = counts.lowpri;
  stats.rescued = counts.rescued;
  stats.injected = counts.injected;
  stats.immed_forced = counts.immed_forced;
  stats.withheld = counts.withheld;
  stats.expedited = {counts.expedited_local, counts.expedited_remote, counts.expedited_lost,
                     counts.expedited_from_timer};
  stats.reenqueued = {
      counts.reenqueued[QMAP_REENQ_UNKNOWN], counts.reenqueued[QMAP_REENQ_KFUNC],
      counts.reenqueued[QMAP_REENQ_IMMED],   counts.reenqueued[QMAP_REENQ_PREEMPTED],
      counts.reenqueued[QMAP_REENQ_CAP],     counts.reenqueued_cid0};
}

}  // namespace

void bring_up_to_date(Reading& reading, std::uint64_t now_ns) {
  qmap_partition& partition = reading.partition;
  if (partition.at_ns == 0 || now_ns <= partition.at_ns) return;
  const std::uint64_t passed = now_ns - partition.at_ns;
  for (std::uint32_t i = 0; i < QMAP_PARTS; ++i) {
    qmap_part& part = reading.parts[i];
    part.alloc_ns += passed * (part.nr_cids + (partition.holder == i ? partition.nr_pool : 0));
  }
  partition.window_ns += passed;
  partition.at_ns = now_ns;
}

Stats compare(const Reading& before, const Reading& now) {
  Stats stats;
  stats.nr_tasks = now.nr_tasks;
  stats.nr_queued = std::accumulate(now.queued.begin(), now.queued.end(), std::uint64_t{0});
  compare_counts(now.counts, stats);
  stats.queues = compare_queues(before, now);
  const qmap_perf& perf = now.perf;
  stats.cpuperf["current"] = {perf.cur_min, perf.cur_avg, perf.cur_max};
  stats.cpuperf["target"] = {perf.target_min, perf.target_avg, perf.target_max};
  stats.pool = cids_of(now.owners, QMAP_POOL);
  stats.pool_holder =
      now.partition.active && now.partition.nr_pool != 0 ? who(now.partition.holder) : "-";
  stats.participants = compare_parts(before, now);
  return stats;
}

}  // namespace qmap
