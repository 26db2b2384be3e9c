// SPDX-License-Identifier: GPL-2.0-only
#include "surroundings.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "scx/base/cpu_set.h"
#include "scx/base/file.h"
#include "proc_status.h"

namespace scx {
namespace {

// A scheduler's process has about 12 MB, its maps and arena a few more on most machines; the
// kernel counts all of it as memory of the cgroup (since 5.11; RLIMIT_MEMLOCK no longer matters).
constexpr std::int64_t kComfortableBytes = 64 << 20;

Finding finding(std::string topic, Verdict verdict, std::string found, std::string needed = {},
                std::string cure = {}) {
  return {std::move(topic), verdict, std::move(found), std::move(needed), std::move(cure), {}};
}

// The path of this process in the unified hierarchy: the line "0::/PATH".
std::optional<std::string> own_cgroup(const std::filesystem::path& root) {
  const auto text = read_file(under(root, "/proc/self/cgroup"));
  if (!text) return std::nullopt;
  std::size_t at = text->starts_with("0::") ? 0 : text->find("\n0::");
  if (at == text->npos) return std::nullopt;
  at = text->find('/', at);
  if (at == text->npos) return std::nullopt;
  return text->substr(at, text->find('\n', at) - at);
}

// The least memory.max from this process's cgroup up; the cgroup that says so comes first.
std::optional<std::pair<std::string, std::int64_t>> memory_limit(
    const std::filesystem::path& root) {
  std::optional<std::pair<std::string, std::int64_t>> least;
  std::string cgroup = own_cgroup(root).value_or("");
  while (cgroup.size() > 1) {
    const auto limit = read_int(under(root, "/sys/fs/cgroup" + cgroup + "/memory.max"));
    if (limit && (!least || *limit < least->second)) least = {cgroup, *limit};
    cgroup.erase(cgroup.rfind('/'));
  }
  return least;
}

Finding check_memory(const std::filesystem::path& root) {
  const auto limit = memory_limit(root);
  if (!limit) return finding("memory", Verdict::ok, "its cgroup sets no limit");
  const std::string found =
      fmt::format("cgroup {} may use {} MiB", limit->first, limit->second >> 20);
  if (limit->second >= kComfortableBytes) return finding("memory", Verdict::ok, found);
  return finding("memory", Verdict::note, found,
                 fmt::format("a scheduler, its maps and its arena want up to {} MiB, on machines "
                             "with hundreds of CPUs more",
                             kComfortableBytes >> 20),
                 "raise memory.max (MemoryMax= of its unit)");
}

std::optional<Finding> check_cpus(const std::filesystem::path& root) {
  const auto allowed = proc_status(root, "Cpus_allowed_list");
  const auto online = read_line(under(root, "/sys/devices/system/cpu/online"));
  if (!allowed || !online) return std::nullopt;
  const auto may = parse_cpu_list(*allowed), all = parse_cpu_list(*online);
  if (!may || !all) return std::nullopt;
  if ((*all - *may).empty()) return finding("CPUs", Verdict::ok, "this process may run on all of them");
  return finding("CPUs", Verdict::note,
                 fmt::format("this process may run on CPUs {} only (of {})", *allowed, *online),
                 "a scheduler serves every CPU all the same; only its own process has few",
                 "AllowedCPUs= of its unit, the cpuset or the container's settings");
}

std::optional<Finding> check_realtime(const std::filesystem::path& root) {
  const auto runtime = read_int(under(root, "/proc/sys/kernel/sched_rt_runtime_us"));
  if (!runtime) return std::nullopt;
  if (*runtime >= 0) return finding("real-time tasks", Verdict::ok, "they leave time to others");
  return finding("real-time tasks", Verdict::note,
                 "they may take a CPU for ever (kernel.sched_rt_runtime_us is -1)",
                 "whoever waits there for 30 s makes the kernel end the scheduler",
                 "sysctl kernel.sched_rt_runtime_us=950000");
}

std::optional<Finding> check_hooks(const std::filesystem::path& root) {
  const auto on = read_int(under(root, "/proc/sys/kernel/ftrace_enabled"));
  if (!on) return std::nullopt;
  if (*on != 0) return finding("hooks", Verdict::ok, "the kernel's functions can be hooked to");
  return finding("hooks", Verdict::note, "ftrace is switched off (kernel.ftrace_enabled is 0)",
                 "scx_lavd's futex boost and its placing of what calls exec()",
                 "sysctl kernel.ftrace_enabled=1");
}

}  // namespace

std::vector<Finding> check_surroundings(const std::filesystem::path& root) {
  std::vector<Finding> findings;
  findings.push_back(check_memory(root));
  for (auto* check : {check_cpus, check_realtime, check_hooks})
    if (auto one = check(root)) findings.push_back(*std::move(one));
  return findings;
}

}  // namespace scx
