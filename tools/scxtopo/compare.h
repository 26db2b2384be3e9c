// SPDX-License-Identifier: GPL-2.0-only
//
// scxtopo --compare-kernel: whether the running kernel (7.2 on) numbers and groups its CPUs as we
// do.
#pragma once

#include <string>

#include "scx/base/result.h"
#include "scx/framework/machine.h"

namespace scx::scxtopo {

struct Comparison {
  bool same = false;
  std::string text;  // what was compared, or the first difference; for people, one line each
};

// Reads every cid's CPU and units back from the kernel: from the scheduler that runs, which may
// have installed a numbering of its own; where none runs, from the kernel's default, and, should
// ours differ from it, from the kernel once ours is installed. Needs root.
// Errors: unsupported (no cids before 7.2), those of loading and attaching a scheduler.
Result<Comparison> compare_kernel(const Machine& machine);

}  // namespace scx::scxtopo
