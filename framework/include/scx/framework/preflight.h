// SPDX-License-Identifier: GPL-2.0-only
//
// What can be known before anything is loaded: whether this kernel, this user and this moment allow
// a scheduler to run, each "no" with its cure.
#pragma once

#include "scx/base/result.h"

namespace scx {

// In this order: sched_ext in the kernel, its type information (BTF), privileges, no other
// scheduler attached. Errors: unsupported, missing, permission, busy.
Status preflight(const std::string& btf_path = {});

}  // namespace scx
