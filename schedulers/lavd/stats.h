// SPDX-License-Identifier: GPL-2.0-only
//
// scx_lavd's statistics of the whole machine, target "top": what is read off the scheduler at one
// moment, and what is served of two such readings. Names, kinds and meaning are those that users'
// dashboards know from the Rust scx_lavd; at the end stands what that does not have. Samples of
// scheduled tasks are in samples.h.
#pragma once

#include <scx/stats/metrics.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "intf.h"

namespace lavd {

// CLOCK_MONOTONIC, in nanoseconds.
std::uint64_t monotonic_ns();

// Tasks that started to run, and of these the critical ones.
struct Schedules {
  std::uint64_t all = 0, lat_critical = 0, perf_critical = 0;
};

// The scheduler at one moment: counters since its start, summed over cids, and levels.
struct Totals {
  Schedules everywhere, on_big;
  std::uint64_t nr_direct = 0, nr_migrated = 0, nr_stolen = 0, nr_preempt = 0;
  std::uint64_t busy_ns = 0, at_ns = 0;  // at_ns: the monotonic clock
  std::uint64_t nr_queued = 0, nr_cpus = 0, nr_tasks = 0;
  std::uint32_t nr_active = 0, nr_stealee = 0, mode = 0;
  std::array<std::uint64_t, LAVD_NR_MODES> mode_ns = {};  // up to at_ns
};

// `cids` are the framework's table of them, as many as `cpus`. Big is who is of the biggest type of
// core there is, so on a uniform machine everybody.
Totals add_up(std::span<const lavd_cpu> cpus, std::span<const scx_cid_info> cids,
              std::span<const lavd_domain> domains, const lavd_sys& sys, std::uint64_t now_ns);

struct SysStats {
  std::uint64_t mseq = 0;
  std::uint64_t nr_queued_task = 0;
  std::uint32_t nr_active = 0;
  std::uint64_t nr_sched = 0, nr_preempt = 0;
  double pc_pc = 0, pc_lc = 0, pc_x_migration = 0;
  std::uint32_t nr_stealee = 0;
  double pc_big = 0, pc_pc_on_big = 0, pc_lc_on_big = 0;
  std::string power_mode;
  double pc_performance = 0, pc_balanced = 0, pc_powersave = 0;
  std::uint64_t nr_task = 0;
  double pc_util = 0, pc_direct = 0, pc_steal = 0;
};

// What happened between two moments; before the first, Totals{}.
SysStats compare(const Totals& before, const Totals& now, std::uint64_t mseq);

// Reads a scheduler, an Attached of its skeleton.
template <typename Attached>
Totals read_totals(const Attached& attached) {
  const auto& machine = attached.skeleton().rodata->scx_machine;
  const auto& arena = attached.arena();
  Totals totals = add_up(attached.template per_unit<lavd_cpu>("lavd_cpu"),
                         {attached.skeleton().rodata_scx_cids->scx_cids, machine.nr_cids},
                         attached.template per_unit<lavd_domain>("lavd_domain"), arena.lavd_sys,
                         monotonic_ns());
  totals.nr_cpus = machine.nr_online;
  totals.nr_tasks = arena.scx_slab.nr_used;
  return totals;
}

SCX_METRICS(
    SysStats, "what scx_lavd did since this client's previous request",
    gauge(&SysStats::mseq, "mseq", "Number of this answer, over all clients"),
    gauge(&SysStats::nr_queued_task, "nr_queued_task", "Tasks that wait in queues"),
    gauge(&SysStats::nr_active, "nr_active", "CPUs that are used; core compaction leaves out some"),
    gauge(&SysStats::nr_sched, "nr_sched", "Times that a task started to run"),
    gauge(&SysStats::nr_preempt, "nr_preempt",
          "Times that a more urgent task ended another's turn"),
    gauge(&SysStats::pc_pc, "pc_pc", "Of nr_sched, performance-critical tasks").unit("%"),
    gauge(&SysStats::pc_lc, "pc_lc", "Of nr_sched, tasks above the average latency criticality")
        .unit("%"),
    gauge(&SysStats::pc_x_migration, "pc_x_migration", "Of nr_sched, last ran in another domain")
        .unit("%"),
    gauge(&SysStats::nr_stealee, "nr_stealee", "Domains whose load is above their share"),
    gauge(&SysStats::pc_big, "pc_big", "Of nr_sched, on big cores; all where cores are alike")
        .unit("%"),
    gauge(&SysStats::pc_pc_on_big, "pc_pc_on_big",
          "Of what started on big cores, performance-critical tasks")
        .unit("%"),
    gauge(&SysStats::pc_lc_on_big, "pc_lc_on_big",
          "Of what started on big cores, tasks above the average latency criticality")
        .unit("%"),
    field(&SysStats::power_mode, "power_mode", "performance, balanced or powersave"),
    gauge(&SysStats::pc_performance, "pc_performance", "Time so far in the mode performance")
        .unit("%"),
    gauge(&SysStats::pc_balanced, "pc_balanced", "Time so far in the mode balanced").unit("%"),
    gauge(&SysStats::pc_powersave, "pc_powersave", "Time so far in the mode powersave").unit("%"),
    gauge(&SysStats::nr_task, "nr_task", "Tasks that the scheduler looks after"),
    gauge(&SysStats::pc_util, "pc_util", "Time that CPUs were running tasks").unit("%"),
    gauge(&SysStats::pc_direct, "pc_direct", "Of nr_sched, sent straight to an idle CPU").unit("%"),
    gauge(&SysStats::pc_steal, "pc_steal", "Of nr_sched, taken from another domain's queue")
        .unit("%"));

}  // namespace lavd
