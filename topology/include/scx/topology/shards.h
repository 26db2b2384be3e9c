// SPDX-License-Identifier: GPL-2.0-only
//
// Shards: the pieces in which a kernel from 7.3 on keeps what it holds for cids. Each is a range of
// cids inside one LLC; the possible CPUs that are not online have shards of their own. A scheduler
// that installs a numbering has to say where they start.
#pragma once

#include <vector>

#include "scx/base/ids.h"
#include "scx/topology/cid_map.h"
#include "scx/topology/topology.h"

namespace scx {

inline constexpr int kDefaultShardSize = 24;  // SCX_CID_SHARD_SIZE_DFL
inline constexpr int kMaxShardSize = 512;     // SCX_CID_SHARD_MAX_CPUS

// The first cid of each shard, ascending, the first one 0. The rule is that of the kernel's walk
// (kernel/sched/ext/cid.c, scx_cid_init()): an LLC of n CPUs is cut into ⌈n / shard_size⌉ parts of
// as many cores each, the greater parts first, none above kMaxShardSize; the tail into parts of
// shard_size cids. So where the numbering equals the kernel's default, these equal its shards.
// shard_size ≤ 0 counts as the default. Pure, linear in the number of CPUs.
std::vector<Cid> make_shards(const Topology& topology, const CidMap& cids,
                             int shard_size = kDefaultShardSize);

}  // namespace scx
