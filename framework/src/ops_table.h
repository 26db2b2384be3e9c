// SPDX-License-Identifier: GPL-2.0-only
//
// The ops tables of an open object: which of the two forms this kernel takes, and making the chosen
// one fit it. SCX_SCHEDULER (scx/ops.bpf.h) fills the table of the cid form only; for the CPU form
// it is copied over, member by member under the other form's names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scx/base/result.h"
#include "scx/framework/kernel.h"
#include "scx/framework/object.h"

struct bpf_map;
struct bpf_object;

namespace scx {

struct OpsPlan {
  Form form = Form::cpu;
  bpf_map* map = nullptr;            // the table that will be created
  std::uint64_t sub_cgroup_id = 0;   // of a sub-scheduler; 0: it schedules the machine
  bool override_cids = false;        // our numbering has to be installed, and the kernel takes it
  std::uint32_t dump_len = 0;        // bytes of debug dump that it asks for
  int shard_size = 0;                // cids a shard that it asks for; 0: the kernel's default
  std::vector<std::string> dropped;  // callbacks and flags that this kernel lacks
};

// Requires: the object is open and not loaded.
// Errors: unsupported when the asked form, a given numbering or sub-schedulers are not to be had,
// invalid when the object has no table.
Result<OpsPlan> prepare_ops(bpf_object* object, const KernelBtf& kernel, const LoadOptions& options,
                            const Machine& machine);

}  // namespace scx
