// SPDX-License-Identifier: GPL-2.0-only
//
// CidMap: the numbering that makes every unit of the machine one contiguous range. A cid is a
// topological CPU id; a scheduler's policy knows no other.
//
// Order: NUMA node, LLC, core type (big before little), core, hardware thread; the order inside
// each level is by lowest CPU number. Possible CPUs that are not online take the tail cids, by
// ascending number, and belong to no unit.
//
// The map is a bijection between the possible CPUs and the cids 0 … nr_cids() - 1, where nr_cids()
// is the number of possible CPUs, as in the kernel (scx_bpf_nr_cids()). CPU numbers below
// nr_cpu_ids that are not possible have no cid; so nr_cids() ≤ nr_cpu_ids, and arrays indexed by
// CPU and by cid differ in size on a machine with holes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scx/base/ids.h"
#include "scx/topology/topology.h"

namespace scx {

class CidMap {
 public:
  struct NodeUnit {
    NodeId id;
    CidRange cids;
  };

  std::int32_t nr_cids() const { return static_cast<std::int32_t>(cid_to_cpu_.size()); }
  // The cids of the online CPUs: always the first ones.
  CidRange online() const { return {Cid{0}, nr_online_}; }

  // None for an argument that is out of range, and for a CPU number in a hole.
  Cid cid(CpuId cpu) const;
  CpuId cpu(Cid cid) const;
  // The same as tables: nr_cpu_ids entries by CPU (none in holes), nr_cids() entries by cid.
  std::span<const Cid> cpu_to_cid() const { return cpu_to_cid_; }
  std::span<const CpuId> cid_to_cpu() const { return cid_to_cpu_; }

  // The units in cid order, back to back from cid 0 to the last online one. cores() and llcs() have
  // the indexes of Topology's cores() and llcs(); nodes() holds those that have CPUs, so its order
  // is not that of Topology::nodes().
  std::span<const CidRange> cores() const { return cores_; }
  std::span<const CidRange> llcs() const { return llcs_; }
  std::span<const NodeUnit> nodes() const { return nodes_; }

  // The unit that a cid belongs to; none in the tail and out of range.
  CoreId core(Cid cid) const;
  LlcId llc(Cid cid) const;
  NodeId node(Cid cid) const;
  int node_unit(Cid cid) const;  // index into nodes(), -1 for none

  // Whether a 7.2+ kernel numbers this machine the same way by itself, so that nothing has to be
  // installed with scx_bpf_cid_override(). Always true where no LLC holds two core types and every
  // online CPU has a node.
  bool equals_kernel_default() const { return equals_kernel_default_; }

 private:
  friend CidMap make_cid_map(const Topology& topology, const Topology& machine);
  struct Units {
    CoreId core;
    LlcId llc;
    std::int32_t node = -1;
  };
  const Units& units(Cid cid) const;

  std::vector<Cid> cpu_to_cid_;
  std::vector<CpuId> cid_to_cpu_;
  std::vector<Units> units_;  // by cid, online ones only
  std::vector<CidRange> cores_, llcs_;
  std::vector<NodeUnit> nodes_;
  std::int32_t nr_online_ = 0;
  bool equals_kernel_default_ = false;
};

// Pure, total, O(n log n) in the number of CPUs.
CidMap make_cid_map(const Topology& topology);
// The same where `topology` is not that of the machine as the kernel sees it, but `machine` is:
// equals_kernel_default() is about the latter. Requires: both have the same CPUs.
CidMap make_cid_map(const Topology& topology, const Topology& machine);

// The CPUs in the order of the cids that the kernel (7.2+) gives them by itself, nr_cids() of them:
// kernel/sched/ext_cid.c, scx_cid_init(). Online CPUs lowest first; by node, inside it by LLC,
// inside it by core, inside it by number; then, by number, the CPUs that are not online and those
// that have no node.
std::vector<CpuId> kernel_default_order(const Topology& topology);

}  // namespace scx
