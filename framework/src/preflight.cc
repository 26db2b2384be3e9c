// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/preflight.h"

#include <fmt/core.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "scx/framework/kernel.h"

namespace scx {
namespace {

// Whether the effective set holds CAP_SYS_ADMIN, or CAP_BPF and CAP_PERFMON: what loading a
// struct_ops scheduler asks for (kernel/bpf/syscall.c, bpf_prog_load()).
bool may_load_bpf() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) return ::geteuid() == 0;
  const auto has = [&](unsigned cap) { return (data[cap / 32].effective >> (cap % 32)) & 1; };
  return has(CAP_SYS_ADMIN) || (has(CAP_BPF) && has(CAP_PERFMON));
}

}  // namespace

Status preflight(const PreflightOptions& options) {
  const SchedExtState state = read_sched_ext(options.root);
  if (!state.present)
    return fail(
        ErrorKind::unsupported,
        fmt::format("kernel {} has no sched_ext (no /sys/kernel/sched_ext)", kernel_release()),
        "use a kernel from 6.12 on, built with CONFIG_SCHED_CLASS_EXT=y");
  if (!may_load_bpf())
    return fail(ErrorKind::permission, "loading a scheduler needs root (CAP_SYS_ADMIN)",
                "run it with sudo");
  const KernelBtf kernel = SCX_TRY(KernelBtf::load(options.btf_path));
  if (options.check_kernel) {
    SCX_TRY(options.check_kernel(kernel));
  }
  if (options.sub_scheduler && state.state != "enabled")
    return fail(ErrorKind::missing,
                fmt::format("no scheduler is attached that this one could be a part of (sched_ext "
                            "is {})",
                            state.state),
                "start one that takes sub-schedulers first");
  if (!options.sub_scheduler && state.state != "disabled")
    return fail(ErrorKind::busy,
                fmt::format("another scheduler is attached: {} (sched_ext is {})",
                            state.ops.empty() ? "its name is not known" : state.ops, state.state),
                "end it first; only one can run");
  return {};
}

}  // namespace scx
