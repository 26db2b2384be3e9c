// SPDX-License-Identifier: GPL-2.0-only
#include "mix.h"

#include <signal.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "busy.h"
#include "children.h"

namespace scx::bench {

namespace {

// Before it starts: on CPU 0 only, with its nice value.
Status prepare(int pid, int nice) {
  if (!run_on(pid, 0, 0)) return fail_errno(errno, "pinning a hog to CPU 0");
  if (::setpriority(PRIO_PROCESS, static_cast<id_t>(pid), nice))
    return fail_errno(errno, "setting a hog's nice value");
  return {};
}

}  // namespace

Result<std::int64_t> cpu_time(int pid) {
  clockid_t clock;
  if (const int err = ::clock_getcpuclockid(pid, &clock))
    return fail_errno(err, "finding a process's clock");
  return clock_ns(clock);
}

Result<std::vector<Hog>> run_mix(const std::vector<int>& nice, int duration_ms) {
  Children children = SCX_TRY(Children::make());
  for (const int value : nice) {
    SCX_TRY(children.add([]() -> bool { compute_for_ever(); }));
    SCX_TRY(prepare(children.pids().back(), value));
  }
  SCX_TRY(children.go());
  ::usleep(static_cast<useconds_t>(duration_ms) * 1'000);
  children.signal(SIGSTOP);  // or those read last would have had more time

  std::vector<Hog> hogs;
  for (std::size_t i = 0; i < nice.size(); i++)
    hogs.push_back({nice[i], SCX_TRY(cpu_time(children.pids()[i]))});
  return hogs;
}

}  // namespace scx::bench
