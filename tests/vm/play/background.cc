// SPDX-License-Identifier: GPL-2.0-only
#include "background.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <sstream>

#include "scx/base/file.h"

namespace scx::play {
namespace {

namespace fs = std::filesystem;

// Fields of /proc/PID/stat after the name, which ends with the last ')', counted from 1.
constexpr int kFieldAfterName = 3, kNice = 19, kPolicy = 41;

std::optional<OtherTask> task_at(const fs::path& folder) {
  const auto stat = read_file(folder / "stat");
  const auto schedstat = read_file(folder / "schedstat");
  if (!stat || !schedstat) return {};  // it has ended
  const std::size_t open = stat->find('('), close = stat->rfind(')');
  if (open == stat->npos || close == stat->npos) return {};
  OtherTask task;
  task.comm = stat->substr(open + 1, close - open - 1);
  std::istringstream fields(stat->substr(close + 1));
  std::string field;
  for (int number = kFieldAfterName; fields >> field && number <= kPolicy; ++number) {
    if (number == kNice) task.nice = static_cast<int>(parse_int(field).value_or(0));
    if (number == kPolicy) task.policy = static_cast<int>(parse_int(field).value_or(0));
  }
  std::istringstream(*schedstat) >> task.times.run_ns >> task.times.wait_ns >> task.times.turns;
  return task;
}

}  // namespace

Result<TaskTimes> times_of(pid_t pid, pid_t tid) {
  const auto text = SCX_TRY(read_file(fmt::format("/proc/{}/task/{}/schedstat", pid, tid)));
  TaskTimes times;
  std::istringstream(text) >> times.run_ns >> times.wait_ns >> times.turns;
  return times;
}

Others other_tasks() {
  Others found;
  std::error_code gone;
  for (const auto& process : fs::directory_iterator("/proc")) {
    const auto pid = parse_int(process.path().filename().string());
    if (!pid || *pid == getpid()) continue;
    for (auto at = fs::directory_iterator(process.path() / "task", gone);
         !gone && at != fs::directory_iterator(); at.increment(gone)) {
      const auto tid = parse_int(at->path().filename().string());
      const auto task = task_at(at->path());
      if (tid && task) found[static_cast<pid_t>(*tid)] = *task;
    }
  }
  return found;
}

std::vector<OtherTask> ran_between(const Others& before, const Others& after) {
  std::vector<OtherTask> found;
  for (auto [tid, task] : after) {
    if (const auto was = before.find(tid); was != before.end()) {
      task.times.run_ns -= was->second.times.run_ns;
      task.times.wait_ns -= was->second.times.wait_ns;
      task.times.turns -= was->second.times.turns;
    }
    if (task.times.turns) found.push_back(task);
  }
  return found;
}

}  // namespace scx::play
