// SPDX-License-Identifier: GPL-2.0-only
#include "spread.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <numeric>
#include <vector>

#include "busy.h"
#include "children.h"
#include "mix.h"

namespace scx::bench {

namespace {

Result<std::vector<double>> cpu_times(const std::vector<int>& pids) {
  std::vector<double> times;
  for (const int pid : pids) times.push_back(static_cast<double>(SCX_TRY(cpu_time(pid))));
  return times;
}

Status all_run_on(const std::vector<int>& pids, int first, int last) {
  for (const int pid : pids)
    if (!run_on(pid, first, last)) return fail_errno(errno, "choosing a hog's CPUs");
  return {};
}

}  // namespace

Result<double> unevenness_of_spread(const Spread& spec) {
  const int cpus = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
  const Children hogs = SCX_TRY(start_hogs(spec.hogs_per_cpu));
  SCX_TRY(all_run_on(hogs.pids(), 0, std::max(0, cpus / 2 - 1)));
  ::usleep(static_cast<useconds_t>(spec.crowded_ms) * 1'000);

  const std::vector<double> before = SCX_TRY(cpu_times(hogs.pids()));
  SCX_TRY(all_run_on(hogs.pids(), 0, cpus - 1));
  ::usleep(static_cast<useconds_t>(spec.duration_ms) * 1'000);
  hogs.signal(SIGSTOP);  // or those read last would have had more time
  std::vector<double> had = SCX_TRY(cpu_times(hogs.pids()));
  for (std::size_t i = 0; i < had.size(); i++) had[i] -= before[i];
  const double equal =
      std::accumulate(had.begin(), had.end(), 0.0) / static_cast<double>(had.size());
  double furthest = 0;
  for (const double one : had) furthest = std::max(furthest, std::abs(one / equal - 1) * 100);
  return furthest;
}

}  // namespace scx::bench
