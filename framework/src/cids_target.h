// SPDX-License-Identifier: GPL-2.0-only
//
// Target "cids" of the statistics: what each cid did since the same connection's previous request.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "cpu_times.h"
#include "scx/base/ids.h"
#include "scx/stats/metrics.h"

namespace scx::targets {

struct Cids {
  std::uint64_t interval_ms = 0;
  std::vector<double> util;  // NaN where it is not known
  std::vector<std::uint64_t> nr_sched;
};

// One connection.
class CidsReader {
 public:
  using Clock = std::chrono::steady_clock;

  // What is there to see at one moment. `run` is the how manieth of the scheduler's runs this is.
  struct Moment {
    std::uint64_t run = 0;
    Clock::time_point run_since, at;
    std::span<const CpuId> cid_to_cpu;
    const std::vector<std::optional<CpuTimes>>& times;  // by CPU number
    std::vector<std::uint64_t> schedules;               // by cid, since the run's start; or empty
  };

  // What changed since the moment before. For the first one, schedules are those since the run's
  // start, and so is the interval; utilisation is that since boot. A new run begins to count
  // schedules anew, while utilisation goes on: it is the CPU's, not the scheduler's.
  Cids read(Moment now);

 private:
  struct Seen {
    CpuTimes times;
    double util = std::numeric_limits<double>::quiet_NaN();
  };

  double util(CpuId cpu, const std::optional<CpuTimes>& now);

  std::uint64_t run_ = 0;
  Clock::time_point at_;
  std::vector<std::uint64_t> schedules_;
  std::vector<Seen> seen_;  // by CPU number
};

SCX_METRICS(
    Cids, "what each cid did since this client's previous request",
    gauge(&Cids::interval_ms, "interval_ms",
          "Time since then; in the first answer since the scheduler's start")
        .unit("ms"),
    gauge(&Cids::util, "util",
          "Time that it was not idle, by cid; in the first answer since boot; null: offline")
        .unit("%"),
    gauge(&Cids::nr_sched, "nr_sched",
          "Times that a task started to run on it, by cid; empty: not counted"));

}  // namespace scx::targets
