// SPDX-License-Identifier: GPL-2.0-only
#include "report_facts.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <hwloc.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <sstream>
#include <string_view>

#include "kernel_config.h"
#include "scx/base/file.h"
#include "scx/framework/kernel.h"

namespace scx {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 44> kOptions = {"SCHED_CLASS_EXT",
                                                       "EXT_GROUP_SCHED",
                                                       "EXT_SUB_SCHED",
                                                       "BPF_SYSCALL",
                                                       "BPF_JIT",
                                                       "BPF_JIT_ALWAYS_ON",
                                                       "BPF_UNPRIV_DEFAULT_OFF",
                                                       "DEBUG_INFO_BTF",
                                                       "DEBUG_INFO_BTF_MODULES",
                                                       "PAHOLE_VERSION",
                                                       "CC_VERSION_TEXT",
                                                       "KALLSYMS",
                                                       "KALLSYMS_ALL",
                                                       "NR_CPUS",
                                                       "SMP",
                                                       "SCHED_SMT",
                                                       "SCHED_MC",
                                                       "SCHED_CLUSTER",
                                                       "SCHED_CORE",
                                                       "SCHED_AUTOGROUP",
                                                       "NUMA",
                                                       "NUMA_BALANCING",
                                                       "CGROUP_SCHED",
                                                       "CFS_BANDWIDTH",
                                                       "CPUSETS",
                                                       "HOTPLUG_CPU",
                                                       "HZ",
                                                       "NO_HZ_IDLE",
                                                       "NO_HZ_FULL",
                                                       "PREEMPT",
                                                       "PREEMPT_DYNAMIC",
                                                       "PREEMPT_LAZY",
                                                       "PREEMPT_RT",
                                                       "PREEMPT_VOLUNTARY",
                                                       "ENERGY_MODEL",
                                                       "CPU_FREQ",
                                                       "UCLAMP_TASK",
                                                       "FUNCTION_TRACER",
                                                       "DYNAMIC_FTRACE_WITH_DIRECT_CALLS",
                                                       "FTRACE_SYSCALLS",
                                                       "SECURITY_LOCKDOWN_LSM",
                                                       "MODULES",
                                                       "PROVE_LOCKING",
                                                       "KASAN"};

// Of the kernel's command line; the rest may name disks and users.
constexpr std::array<std::string_view, 16> kParameters = {
    "isolcpus", "nohz",          "nohz_full",      "rcu_nocbs",     "preempt",     "maxcpus",
    "nr_cpus",  "possible_cpus", "nosmt",          "smt",           "mitigations", "threadirqs",
    "lockdown", "numa",          "numa_balancing", "cgroup_disable"};

constexpr std::array<std::string_view, 14> kState = {
    "/sys/kernel/sched_ext/state",
    "/sys/kernel/sched_ext/switch_all",
    "/sys/kernel/sched_ext/nr_rejected",
    "/sys/kernel/sched_ext/enable_seq",
    "/sys/kernel/sched_ext/hotplug_seq",
    "/sys/kernel/sched_ext/root/ops",
    "/proc/sys/kernel/tainted",
    "/proc/sys/kernel/sched_rt_runtime_us",
    "/proc/sys/kernel/sched_autogroup_enabled",
    "/proc/sys/kernel/ftrace_enabled",
    "/proc/sys/kernel/kptr_restrict",
    "/proc/sys/kernel/unprivileged_bpf_disabled",
    "/proc/sys/net/core/bpf_jit_enable",
    "/sys/devices/system/clocksource/clocksource0/current_clocksource"};

void line(std::string& text, std::string_view name, std::string_view value) {
  fmt::format_to(std::back_inserter(text), "{:<24}  {}\n", name, value);
}

std::string known_parameters(const fs::path& root) {
  const auto all = read_line(under(root, "/proc/cmdline"));
  if (!all) return "not readable";
  std::string known;
  std::istringstream words(*all);
  for (std::string word; words >> word;) {
    const std::string_view name = std::string_view(word).substr(0, word.find('='));
    if (std::ranges::find(kParameters, name) == kParameters.end()) continue;
    if (!known.empty()) known += ' ';
    known += word;
  }
  return known.empty() ? "none of those that matter" : known;
}

void describe_ops(std::string& text, const KernelBtf& btf, const std::string& type) {
  auto members = btf.members(type);
  if (members.empty()) return line(text, type, "not there");
  line(text, type, fmt::format("{} members: {}", members.size(), fmt::join(members, " ")));
}

}  // namespace

std::string versions_text(const std::string& scheduler, const std::string& clang) {
  const unsigned hwloc = hwloc_get_api_version();
  std::string text;
  line(text, "scheduler", scheduler);
  line(text, "scxx", SCXX_VERSION);
  line(text, "built for", SCXX_TRIPLE);
  line(text, "compiler", __VERSION__);
  line(text, "clang (BPF)", clang.empty() ? "not known" : clang);
  line(text, "libbpf", libbpf_version_string());
  line(text, "hwloc API", fmt::format("{}.{}.{}", hwloc >> 16, hwloc >> 8 & 0xff, hwloc & 0xff));
  line(text, "kernel", kernel_release());
  return text;
}

std::string kernel_text(const fs::path& root) {
  std::string text;
  // The host's name, of which uname has two, stays out.
  if (utsname name{}; ::uname(&name) == 0) {
    line(text, "release", name.release);
    line(text, "version", name.version);
    line(text, "machine", name.machine);
  }
  line(text, "command line", known_parameters(root));
  text += '\n';
  for (const std::string_view path : kState) {
    const auto value = read_line(under(root, path));
    fmt::format_to(std::back_inserter(text), "{}  {}\n", path,
                   value                                      ? *value
                   : value.error().kind == ErrorKind::missing ? "(not there)"
                                                              : "(not readable)");
  }
  return text;
}

std::string kernel_config_text(const fs::path& root) {
  const auto config = KernelConfig::find(root, kernel_release());
  if (!config) return "neither in /proc/config.gz nor in /boot nor with the kernel's modules\n";
  std::string text = fmt::format("# of {}\n", config->path());
  for (const std::string_view name : kOptions) {
    if (const auto value = config->value(name))
      fmt::format_to(std::back_inserter(text), "CONFIG_{}={}\n", name, *value);
    else
      fmt::format_to(std::back_inserter(text), "# CONFIG_{} is not set\n", name);
  }
  return text;
}

std::string btf_text(const std::string& btf_path) {
  const auto btf = KernelBtf::load(btf_path);
  if (!btf) return btf.error().message() + "\n";
  const auto broken = btf->broken_kfuncs();
  std::string text;
  line(text, "from", btf_path.empty() ? "the kernel's own" : btf_path);
  line(text, "wrongly described",
       broken.empty() ? "no kfunc" : fmt::format("{}", fmt::join(broken, " ")));
  describe_ops(text, *btf, "sched_ext_ops");
  describe_ops(text, *btf, "sched_ext_ops_cid");
  auto kfuncs = btf->functions("scx_bpf_");
  line(text, "kfuncs", fmt::format("{}", kfuncs.size()));
  for (const auto& name : kfuncs) fmt::format_to(std::back_inserter(text), "  {}\n", name);
  return text;
}

}  // namespace scx
