/* SPDX-License-Identifier: GPL-2.0-only */
/* What the probe's BPF and C++ sides share. */
#ifndef SCXTOPO_PROBE_H
#define SCXTOPO_PROBE_H

#include <scx/tables.h>

/* What the kernel says of one cid. Every member is -1 where it says nothing: units of a CPU that is
 * offline, or of any under an installed numbering; shards before 7.3. */
struct probe_cid {
  s32 cpu;
  s32 core_cid, core_idx; /* the core's first cid; how manieth core it is */
  s32 llc_cid, llc_idx;
  s32 node_cid, node_idx;
  s32 shard_cid, shard_idx;
};
SCX_STATIC_ASSERT(sizeof(struct probe_cid) == 36, "shared with user space");

#endif
