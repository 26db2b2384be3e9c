// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/preflight.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>

#include "kernel_config.h"
#include "proc_status.h"
#include "scx/base/file.h"
#include "scx/framework/kernel.h"
#include "surroundings.h"

namespace scx {
namespace {

Finding ok(std::string topic, std::string found) {
  return {std::move(topic), Verdict::ok, std::move(found), {}, {}, {}};
}

Finding note(std::string topic, std::string found, std::string needed, std::string cure = {}) {
  return {std::move(topic), Verdict::note, std::move(found), std::move(needed), std::move(cure), {}};
}

Finding no(std::string topic, Error error, std::string needed = {}) {
  return {std::move(topic), Verdict::no, error.what, std::move(needed), error.cure, error};
}

Finding no(std::string topic, std::unexpected<Error> error, std::string needed = {}) {
  return no(std::move(topic), std::move(error).error(), std::move(needed));
}

Finding check_sched_ext(const SchedExtState& state) {
  if (state.present)
    return ok("sched_ext", fmt::format("kernel {} has it", kernel_release()));
  return no("sched_ext",
            fail(ErrorKind::unsupported,
                 fmt::format("kernel {} has no sched_ext (no /sys/kernel/sched_ext)",
                             kernel_release()),
                 "use a kernel from 6.12 on, built with CONFIG_SCHED_CLASS_EXT=y"));
}

// The effective capabilities. Where /proc does not tell, root has them all.
std::uint64_t effective_capabilities(const std::filesystem::path& root) {
  std::uint64_t set = 0;
  const std::string hex = proc_status(root, "CapEff").value_or("");
  const auto read = std::from_chars(hex.data(), hex.data() + hex.size(), set, 16);
  if (read.ec == std::errc() && !hex.empty()) return set;
  return ::geteuid() == 0 ? ~std::uint64_t{0} : 0;
}

// CAP_SYS_ADMIN, or CAP_BPF and CAP_PERFMON, is what loading a struct_ops scheduler asks for
// (kernel/bpf/syscall.c, bpf_prog_load()).
Finding check_privileges(const PreflightOptions& options) {
  const std::uint64_t set = effective_capabilities(options.root);
  const auto has = [set](unsigned cap) { return (set >> cap) & 1; };
  if (has(CAP_SYS_ADMIN)) return ok("privileges", "CAP_SYS_ADMIN");
  if (has(CAP_BPF) && has(CAP_PERFMON)) return ok("privileges", "CAP_BPF and CAP_PERFMON");
  if (options.bpf_token) return ok("privileges", "a BPF token");
  return no("privileges",
            fail(ErrorKind::permission, "loading a scheduler needs root (CAP_SYS_ADMIN)",
                 "run it with sudo"));
}

// Capabilities of a rootless container are none to the rest of the system.
std::optional<Finding> check_user_namespace(const PreflightOptions& options) {
  const auto map = read_line(under(options.root, "/proc/self/uid_map"));
  if (!map) return std::nullopt;
  std::string plain;
  std::ranges::unique_copy(*map, std::back_inserter(plain),
                           [](char a, char b) { return a == ' ' && b == ' '; });
  if (plain == "0 0 4294967295") return ok("user namespace", "the system's own");
  if (options.bpf_token) return ok("user namespace", "another one, with a BPF token");
  return no("user namespace",
            fail(ErrorKind::permission,
                 "this process is in a user namespace (a rootless container), whose root may not "
                 "load schedulers",
                 "run it outside of the container"));
}

void check_btf(const PreflightOptions& options, bool has_sched_ext, std::vector<Finding>& findings) {
  const auto kernel = KernelBtf::load(options.btf_path);
  if (!kernel) {
    findings.push_back(no("type information", std::unexpected(kernel.error()),
                          "types, constants and functions of the kernel are looked up in it (BTF)"));
    return;
  }
  findings.push_back(ok("type information",
                        options.btf_path.empty() ? "the kernel's own (BTF)" : options.btf_path));
  if (!has_sched_ext) return;
  if (const auto broken = kernel->broken_kfuncs(); !broken.empty())
    findings.push_back(no("kfuncs", std::unexpected(explain_broken_kfuncs(broken, broken[0]))));
  else
    findings.push_back(ok("kfuncs", "described soundly"));
  findings.push_back(
      ok("interface", kernel->has_struct("sched_ext_ops_cid") ? "cids and CPUs" : "CPUs only"));
  if (!options.check_kernel) return;
  if (const Status fits = options.check_kernel(*kernel); !fits)
    findings.push_back(no("this scheduler", std::unexpected(fits.error())));
  else
    findings.push_back(ok("this scheduler", "the kernel has what its options ask for"));
}

std::optional<Finding> check_jit(const PreflightOptions& options) {
  const auto on = read_int(under(options.root, "/proc/sys/net/core/bpf_jit_enable"));
  if (!on) return std::nullopt;  // only root may read it
  if (*on != 0) return ok("BPF's JIT", "on");
  return no("BPF's JIT",
            fail(ErrorKind::unsupported, "BPF's compiler (JIT) is switched off",
                 "sysctl net.core.bpf_jit_enable=1"),
            "the schedulers keep their state in an arena, which works with compiled programs only");
}

std::optional<Finding> check_lockdown(const PreflightOptions& options) {
  const auto modes = read_line(under(options.root, "/sys/kernel/security/lockdown"));
  if (!modes) return std::nullopt;
  if (!modes->contains("[confidentiality]"))
    return ok("lockdown", modes->contains("[integrity]") ? "integrity, which allows it" : "none");
  return no("lockdown",
            fail(ErrorKind::permission,
                 "the kernel is locked down for confidentiality, so that BPF may not read its memory",
                 "boot with lockdown=integrity or without lockdown"));
}

// An option of the kernel that some part of a scheduler wants, beside those without which there is
// no sched_ext at all.
struct WantedOption {
  std::string_view name, why;
};
constexpr WantedOption kNeeded[] = {
    {"SCHED_CLASS_EXT", "it is sched_ext"},
    {"BPF_SYSCALL", "schedulers are BPF programs"},
    {"BPF_JIT", "arenas need compiled programs"},
    {"DEBUG_INFO_BTF", "the kernel's types are looked up at the start"},
};
constexpr WantedOption kOptional[] = {
    {"KALLSYMS", "names in the backtrace of a scheduler that was thrown out"},
    {"FUNCTION_TRACER", "hooks to the kernel's functions: the futex boost of scx_lavd"},
    {"DYNAMIC_FTRACE_WITH_DIRECT_CALLS",
     "hooks to the kernel's functions: the futex boost of scx_lavd"},
    {"FTRACE_SYSCALLS", "the futex boost of scx_lavd where functions cannot be hooked to"},
    {"EXT_GROUP_SCHED", "schedulers that look at cgroups: cgroup weights of scx_qmap"},
};

void check_config(const PreflightOptions& options, bool has_sched_ext,
                  std::vector<Finding>& findings) {
  const std::string topic = "kernel options", release = kernel_release();
  const auto config = KernelConfig::find(options.root, release);
  if (!config) {
    findings.push_back(ok(topic, "not known: neither in /proc/config.gz nor in /boot nor with the "
                                 "kernel's modules"));
    return;
  }
  const std::size_t before = findings.size();
  const auto missing = [&](const WantedOption& option) {
    return note(topic, fmt::format("CONFIG_{} is not set ({})", option.name, config->path()),
                std::string(option.why), "use a kernel that is built with it");
  };
  for (const WantedOption& option : kNeeded)
    if (!config->has(option.name)) findings.push_back(missing(option));
  for (const WantedOption& option : kOptional)
    if (has_sched_ext && !config->has(option.name)) findings.push_back(missing(option));
  if (findings.size() == before)
    findings.push_back(ok(topic, fmt::format("all are set ({})", config->path())));
}

std::optional<Finding> check_other_scheduler(const PreflightOptions& options,
                                             const SchedExtState& state) {
  const std::string topic = "other schedulers";
  if (!state.present) return std::nullopt;
  if (options.sub_scheduler && state.state != "enabled")
    return no(topic, fail(ErrorKind::missing,
                          fmt::format("no scheduler is attached that this one could be a part of "
                                      "(sched_ext is {})",
                                      state.state),
                          "start one that takes sub-schedulers first"));
  if (!options.sub_scheduler && state.state != "disabled")
    return no(topic,
              fail(ErrorKind::busy,
                   fmt::format("another scheduler is attached: {} (sched_ext is {})",
                               state.ops.empty() ? "its name is not known" : state.ops, state.state),
                   "end it first; only one can run"));
  return ok(topic, options.sub_scheduler ? state.ops : "none is attached");
}

// What can keep a scheduler from running.
std::vector<Finding> check_blockers(const PreflightOptions& options, const SchedExtState& state) {
  std::vector<Finding> findings;
  const auto add = [&findings](std::optional<Finding> finding) {
    if (finding) findings.push_back(*std::move(finding));
  };
  add(check_sched_ext(state));
  add(check_privileges(options));
  add(check_user_namespace(options));
  check_btf(options, state.present, findings);
  add(check_jit(options));
  add(check_lockdown(options));
  add(check_other_scheduler(options, state));
  return findings;
}

}  // namespace

std::vector<Finding> check_system(const PreflightOptions& options) {
  const SchedExtState state = read_sched_ext(options.root);
  std::vector<Finding> findings = check_blockers(options, state);
  check_config(options, state.present, findings);
  for (auto& finding : check_surroundings(options.root)) findings.push_back(std::move(finding));
  return findings;
}

Status preflight(const PreflightOptions& options) {
  for (const Finding& finding : check_blockers(options, read_sched_ext(options.root)))
    if (finding.verdict == Verdict::no) return std::unexpected(*finding.error);
  return {};
}

}  // namespace scx
