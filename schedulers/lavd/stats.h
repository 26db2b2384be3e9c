// SPDX-License-Identifier: GPL-2.0-only
//
// scx_lavd's statistics. Names are those that users' dashboards know from the Rust scx_lavd, where
// that has them; what this policy does not do has no number here.
#pragma once

#include <scx/stats/metrics.h>

#include <cstdint>
#include <span>

#include "intf.h"

namespace lavd {

// What is read off the scheduler at one moment: sums over cids and domains.
struct Totals {
  std::uint64_t nr_sched = 0, nr_lat_critical = 0, nr_direct = 0, nr_migrated = 0, nr_stolen = 0;
  std::uint64_t busy_ns = 0, at_ns = 0;  // at_ns: the monotonic clock
  std::int64_t nr_queued = 0;
  std::uint64_t nr_cpus = 0, nr_tasks = 0;
};

Totals add_up(std::span<const lavd_cpu> cpus, std::span<const lavd_domain> domains);

struct SysStats {
  std::uint64_t mseq = 0;
  std::uint64_t nr_queued_task = 0;
  std::uint32_t nr_active = 0;
  std::uint64_t nr_task = 0;
  std::uint64_t nr_sched = 0;
  double pc_util = 0, pc_lc = 0, pc_direct = 0, pc_x_migration = 0, pc_steal = 0;
};

// What happened between two moments.
SysStats compare(const Totals& before, const Totals& now, std::uint64_t mseq);

SCX_METRICS(
    SysStats, "what scx_lavd did since this client's previous request",
    gauge(&SysStats::mseq, "mseq", "Number of this answer"),
    gauge(&SysStats::nr_queued_task, "nr_queued_task", "Tasks that wait in queues"),
    gauge(&SysStats::nr_active, "nr_active", "CPUs that are used"),
    gauge(&SysStats::nr_task, "nr_task", "Tasks that the scheduler looks after"),
    gauge(&SysStats::nr_sched, "nr_sched", "Times that a task started to run"),
    gauge(&SysStats::pc_util, "pc_util", "Time that CPUs were running tasks").unit("%"),
    gauge(&SysStats::pc_lc, "pc_lc", "Of nr_sched, tasks above the average latency criticality")
        .unit("%"),
    gauge(&SysStats::pc_direct, "pc_direct", "Of nr_sched, sent straight to an idle CPU").unit("%"),
    gauge(&SysStats::pc_x_migration, "pc_x_migration", "Of nr_sched, last ran in another domain")
        .unit("%"),
    gauge(&SysStats::pc_steal, "pc_steal", "Of nr_sched, taken from another domain's queue")
        .unit("%"));

}  // namespace lavd
