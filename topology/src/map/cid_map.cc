// SPDX-License-Identifier: GPL-2.0-only
#include "scx/topology/cid_map.h"

#include <algorithm>
#include <tuple>

namespace scx {
namespace {

void extend(CidRange& range, Cid cid) {
  if (range.count == 0) range.first = cid;
  ++range.count;
}

}  // namespace

CidMap make_cid_map(const Topology& topology) { return make_cid_map(topology, topology); }

CidMap make_cid_map(const Topology& topology, const Topology& machine) {
  CidMap map;
  map.cpu_to_cid_.resize(static_cast<std::size_t>(topology.nr_cpu_ids()));
  map.cid_to_cpu_.reserve(topology.cpus().size());
  map.cores_.resize(topology.cores().size());
  map.llcs_.resize(topology.llcs().size());
  const auto number = [&map](CpuId cpu) {
    const Cid cid{map.nr_cids()};
    map.cid_to_cpu_.push_back(cpu);
    map.cpu_to_cid_[cpu.index()] = cid;
    return cid;
  };

  // The cores are in cid order already, and so are their LLCs and nodes.
  for (std::size_t c = 0; c < topology.cores().size(); ++c) {
    const Core& core = topology.cores()[c];
    const NodeId node = topology.llcs()[core.llc.index()].node;
    if (map.nodes_.empty() || map.nodes_.back().id != node) map.nodes_.push_back({node, {}});
    for (CpuId cpu : core.cpus) {
      const Cid cid = number(cpu);
      extend(map.cores_[c], cid);
      extend(map.llcs_[core.llc.index()], cid);
      extend(map.nodes_.back().cids, cid);
      map.units_.push_back({CoreId{static_cast<std::int32_t>(c)}, core.llc,
                            static_cast<std::int32_t>(map.nodes_.size()) - 1});
    }
  }
  map.nr_online_ = map.nr_cids();
  for (CpuId cpu : topology.possible() - topology.online()) number(cpu);
  map.equals_kernel_default_ = map.cid_to_cpu_ == kernel_default_order(machine);
  return map;
}

Cid CidMap::cid(CpuId cpu) const {
  return cpu.valid() && cpu.index() < cpu_to_cid_.size() ? cpu_to_cid_[cpu.index()] : Cid{};
}

CpuId CidMap::cpu(Cid cid) const {
  return cid.valid() && cid.index() < cid_to_cpu_.size() ? cid_to_cpu_[cid.index()] : CpuId{};
}

const CidMap::Units& CidMap::units(Cid cid) const {
  static const Units kNone;
  return online().contains(cid) ? units_[cid.index()] : kNone;
}

CoreId CidMap::core(Cid cid) const { return units(cid).core; }
LlcId CidMap::llc(Cid cid) const { return units(cid).llc; }
int CidMap::node_unit(Cid cid) const { return units(cid).node; }

NodeId CidMap::node(Cid cid) const {
  const int unit = units(cid).node;
  return unit < 0 ? NodeId{} : nodes_[static_cast<std::size_t>(unit)].id;
}

std::vector<CpuId> kernel_default_order(const Topology& topology) {
  // A walk that always takes the lowest CPU left and with it its unit is a sort by the lowest CPU
  // of node, LLC and core. CPUs without node take no part in it.
  std::vector<bool> walks(static_cast<std::size_t>(topology.nr_cpu_ids()), false);
  for (const Cpu& cpu : topology.cpus()) walks[cpu.id.index()] = cpu.online;
  for (CpuId cpu : topology.without_node()) walks[cpu.index()] = false;
  std::vector<CpuId> of_node(topology.nodes().size()), of_llc(topology.llcs().size()),
      of_core(topology.cores().size());
  const auto first = [](CpuId& lowest, CpuId cpu) {
    if (!lowest.valid()) lowest = cpu;
    return lowest;
  };

  using Key = std::tuple<CpuId, CpuId, CpuId, CpuId>;
  std::vector<Key> keys;
  for (const Cpu& cpu : topology.cpus()) {  // ascending, so that the first of a unit is its lowest
    if (!walks[cpu.id.index()]) continue;
    const auto node = static_cast<std::size_t>(topology.node_index(cpu.node));
    keys.emplace_back(first(of_node[node], cpu.id), first(of_llc[cpu.llc.index()], cpu.id),
                      first(of_core[cpu.core.index()], cpu.id), cpu.id);
  }
  std::sort(keys.begin(), keys.end());

  std::vector<CpuId> order;
  order.reserve(topology.cpus().size());
  for (const Key& key : keys) order.push_back(std::get<3>(key));
  for (const Cpu& cpu : topology.cpus()) {
    if (!walks[cpu.id.index()]) order.push_back(cpu.id);
  }
  return order;
}

}  // namespace scx
