// SPDX-License-Identifier: GPL-2.0-only
//
// Machines made by hand and by chance, for tests.
#pragma once

#include <random>
#include <vector>

#include "scx/topology/domains.h"
#include "scx/topology/topology.h"

namespace scx::test {

// One core, as a consistent machine describes it. -1: the machine does not say.
struct CoreSpec {
  std::vector<int> cpus;
  int node = 0, package = 0, llc = 0;  // llc: any name, unique in the machine
  int die = -1, llc_kb = 8192;
  std::int64_t capacity = -1, prefcore = -1, cppc = -1, kind = -1, max_khz = -1;
};

// All CPUs online; nodes at distance 10 and 20; L1 caches of 32 KB.
RawTopology machine(const std::vector<CoreSpec>& cores);

// `count` cores of `threads` CPUs each, numbered on from `first_cpu`, thread after thread.
std::vector<CoreSpec> cores(int count, int threads, int first_cpu, int node = 0, int llc = 0);
std::vector<CoreSpec> operator+(std::vector<CoreSpec> a, const std::vector<CoreSpec>& b);

// As the kernel does on hot-unplug: out of the online set, and gone from every mask and list.
void offline(RawTopology& raw, const CpuSet& cpus);

Topology valid(RawTopology raw, const TopologyOptions& options = {});

// A machine without contradictions: nodes, dies, LLCs, SMT, core types, rankings, an energy model,
// holes, offline CPUs, numbered in one of the orders that firmware likes, or shuffled.
RawTopology random_machine(std::mt19937& random);

// The same with lies: caches that overlap and contradict each other, siblings that do not agree,
// CPUs in several nodes or none, missing data, bad distances, ids that repeat.
RawTopology random_liar(std::mt19937& random);

// None, or --virt-llc with some range.
DomainOptions random_options(std::mt19937& random);

// The kernel's walk (kernel/sched/ext_cid.c, scx_cid_init()), literally, over sets. The masks must
// name their own CPUs, as the kernel's do.
std::vector<CpuId> kernel_walk(const RawTopology& raw);

}  // namespace scx::test
