// SPDX-License-Identifier: GPL-2.0-only
//
// What the kernel's refusal to attach a scheduler means.
#pragma once

#include <cstdint>

#include "scx/base/result.h"

namespace scx {

// err: as bpf_map__attach_struct_ops() set it. sub_cgroup_id: the cgroup that it is the
// sub-scheduler of, 0 for none.
Error explain_attach(int err, std::uint64_t sub_cgroup_id);

}  // namespace scx
