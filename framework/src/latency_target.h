// SPDX-License-Identifier: GPL-2.0-only
//
// Target "latency" of the statistics: how long tasks waited for the CPU since the same connection's
// previous request, as a histogram over all cids.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

#include "scx/stats/metrics.h"
#include "scx/tables.h"

namespace scx::targets {

struct Latency {
  std::uint64_t interval_ms = 0;
  std::array<std::uint64_t, SCX_LATENCY_BUCKETS> upper_us = {};
  std::array<std::uint64_t, SCX_LATENCY_BUCKETS> count = {};
};

// One connection.
class LatencyReader {
 public:
  using Clock = std::chrono::steady_clock;

  // `cids` are what BPF counted in this run, the how manieth it is, and still counts. Nothing is
  // told of the time before the first request, in which most likely nobody counted: it begins an
  // interval. So does a new run, at its start.
  Latency read(std::uint64_t run, Clock::time_point run_since, Clock::time_point now,
               std::span<const scx_latency> cids);

 private:
  using Counts = std::array<std::uint64_t, SCX_LATENCY_BUCKETS>;

  std::uint64_t run_ = 0;
  Clock::time_point at_;
  Counts before_ = {};
};

SCX_METRICS(Latency, "how long tasks waited between becoming ready to run and running",
            gauge(&Latency::interval_ms, "interval_ms",
                  "Time since this client's previous request; 0 in the first answer")
                .unit("ms"),
            gauge(&Latency::upper_us, "upper_us",
                  "Waits of this bucket were shorter, and no shorter than the bucket's before; 0: "
                  "any that are longer")
                .unit("us"),
            gauge(&Latency::count, "count", "Turns of tasks that began after such a wait"));

}  // namespace scx::targets
