// SPDX-License-Identifier: GPL-2.0-only
//
// Policy: a scheduler as the simulated kernel sees it: a table of callbacks in the cid form, and
// memory that it calls its arena. NativePolicy (native_policy.h) is one that was compiled from a
// .bpf.c.
#pragma once

#include "scx/ops_tables.h"
#include "scx/tables.h"

struct scx_sim_calls;

namespace scx::sim {

// As BPF programs: each callback takes its arguments as an array of words, and returns as the
// kernel's does.
struct OpsTable {
  SCX_OPS_TABLE_CID
};

class Policy {
 public:
  virtual ~Policy() = default;

  virtual const OpsTable& ops() const = 0;
  // Called before any callback, again after a new start: the calls that the policy may make, and
  // their first argument.
  virtual void link(const scx_sim_calls& calls, void* kernel) = 0;
  // Fresh pages of 4 KiB below 4 GiB, all zero; null where there is no more.
  virtual void* arena_pages(u32 pages) = 0;
  // Where the policy counts the basic blocks that it passes; null where it does not.
  virtual const u64* blocks() const { return nullptr; }
};

}  // namespace scx::sim
