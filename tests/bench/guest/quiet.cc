// SPDX-License-Identifier: GPL-2.0-only
#include "quiet.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <thread>

namespace scx::bench {

namespace {

struct Uptime {
  double passed_s = 0;
  double idle_s = 0;  // of all CPUs together
};

Result<Uptime> uptime() {
  Uptime now;
  if (!(std::ifstream("/proc/uptime") >> now.passed_s >> now.idle_s))
    return fail_errno(errno, "reading /proc/uptime");
  return now;
}

}  // namespace

Status wait_quiet() {
  using namespace std::chrono_literals;
  const auto cpus = static_cast<double>(::sysconf(_SC_NPROCESSORS_ONLN));
  const Uptime start = SCX_TRY(uptime());
  for (Uptime now = start; now.passed_s - start.passed_s < 60;) {
    const Uptime before = now;
    std::this_thread::sleep_for(500ms);
    now = SCX_TRY(uptime());
    const double possible_s = (now.passed_s - before.passed_s) * cpus;
    if (now.idle_s - before.idle_s > 0.98 * possible_s) break;
  }
  return {};
}

}  // namespace scx::bench
