// SPDX-License-Identifier: GPL-2.0-only
//
// Cutting the online CPUs into LLCs and cores, by the rules of the kernel's cid walk.
#pragma once

#include <span>
#include <vector>

#include "scx/topology/raw_topology.h"

namespace scx {

// What each CPU number said of itself, null where it said nothing; sized past every CPU in use.
using RawByCpu = std::vector<const RawCpu*>;

struct CoreUnit {
  std::int32_t llc = 0;  // index into Units::llcs
  CpuSet cpus;
};

struct LlcUnit {
  std::int32_t node = 0;  // index into RawTopology::nodes
  std::uint64_t size_kb = 0;
  CpuSet cpus;
};

// In the kernel's order: nodes by lowest CPU, in each the LLCs by theirs, in each the cores by
// theirs.
struct Units {
  std::vector<LlcUnit> llcs;
  std::vector<CoreUnit> cores;
};

// node_of: by CPU number the index of its node, -1 for a CPU that is not online.
// Pure and total: each CPU with a node is in one LLC, inside one node, and in one core, inside one
// LLC. Where CPUs disagree about a cache or a core, the lowest-numbered CPU's word counts.
Units cut_units(const RawTopology& raw, const RawByCpu& by_cpu,
                std::span<const std::int32_t> node_of);

// The set of these CPUs, which may come in any order.
CpuSet set_of(std::vector<CpuId> cpus);

// The last-level cache that this CPU names, null for none.
const RawCache* last_cache(const RawTopology& raw, const RawCpu* cpu);

}  // namespace scx
