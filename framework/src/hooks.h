// SPDX-License-Identifier: GPL-2.0-only
//
// The programs of a scheduler's object beside its ops: tracing programs, which are declared with a
// '?' (SEC("?fexit/…")) and run only where the kernel has what they hook to.
//
//   if (has_hook(kernel, "tracepoint/sched/sched_switch")) …
#pragma once

#include <filesystem>
#include <string_view>

#include "scx/framework/kernel.h"

struct bpf_map;
struct bpf_object;

namespace scx {

// Whether the kernel has what a program of this section hooks to: KernelBtf::hook_id(), or for
// tracepoint/GROUP/NAME (and tp/…) the event's directory in tracefs below `root`, which must be
// mounted. False for every other kind of section.
bool has_hook(const KernelBtf& kernel, std::string_view section,
              const std::filesystem::path& root = "/");

// Tells the kernel which scheduler the tracing programs belong to, so that the kfuncs they call act
// for it. Kernels that do not ask for it are passed over. Requires: the object is loaded.
void associate_programs(bpf_object* object, bpf_map* ops);

}  // namespace scx
