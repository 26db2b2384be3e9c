// SPDX-License-Identifier: GPL-2.0-only
//
// What can be known before anything is loaded: whether this kernel, this user and this moment allow
// a scheduler to run, each "no" with its cure.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "scx/base/result.h"
#include "scx/framework/kernel.h"

namespace scx {

struct PreflightOptions {
  std::string btf_path;  // the kernel's type information; empty: where the kernel has it
  std::function<Status(const KernelBtf&)> check_kernel;  // what else this scheduler asks of it
  bool sub_scheduler = false;                            // part of another one, which has to run
  std::filesystem::path root = "/";                      // above /sys/kernel/sched_ext
};

// In this order: sched_ext in the kernel, privileges, the kernel's type information (BTF),
// check_kernel, no other scheduler attached; or, for a sub-scheduler, one that is. Errors:
// unsupported, missing, permission, busy, and those of check_kernel.
Status preflight(const PreflightOptions& options = {});

}  // namespace scx
