// SPDX-License-Identifier: GPL-2.0-only
//
// Core scheduling: tasks of different cookies never share a core.
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "hog.h"
#include "load.h"

namespace load {
namespace {

constexpr int kSkipped = 77;

// A process of a cookie of its own whose hogs come and go until the time is over.
[[noreturn]] void trusted_group(std::chrono::seconds length) {
  if (prctl(PR_SCHED_CORE, PR_SCHED_CORE_CREATE, 0, PR_SCHED_CORE_SCOPE_THREAD_GROUP, 0))
    system_error("prctl(PR_SCHED_CORE)");
  const auto end = std::chrono::steady_clock::now() + length;
  while (std::chrono::steady_clock::now() < end) {
    const Hogs hogs = make_hogs(online_cpus(), {});
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
  std::_Exit(0);
}

}  // namespace

// guest_load cookies GROUPS SECONDS: groups of hogs, each with a cookie of its own. Status 77 where the
// kernel has no core scheduling.
int cookies(Arguments arguments) {
  if (arguments.size() != 2) wrong_usage("cookies GROUPS SECONDS");
  unsigned long cookie = 0;
  if (prctl(PR_SCHED_CORE, PR_SCHED_CORE_GET, 0, PR_SCHED_CORE_SCOPE_THREAD, &cookie)) {
    fmt::print("no core scheduling here\n");
    return kSkipped;
  }
  const int groups = number(arguments[0]);
  const std::chrono::seconds length(number(arguments[1]));
  for (int i = 0; i < groups; i++) {
    const pid_t pid = fork();
    if (pid < 0) system_error("fork");
    if (!pid) trusted_group(length);
  }
  int failed = 0;
  for (int i = 0; i < groups; i++) {
    int status = 0;
    if (wait(&status) < 0 || status) failed++;
  }
  fmt::print("{} groups, {} failed\n", groups, failed);
  return failed ? 1 : 0;
}

}  // namespace load
