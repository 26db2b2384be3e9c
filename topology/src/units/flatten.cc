// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/core.h>

#include "scx/topology/topology.h"

namespace scx {
namespace {

Status expect_permutation(std::span<const CpuId> order, const CpuSet& online) {
  CpuSet named;
  for (const CpuId cpu : order) {
    if (!online.contains(cpu))
      return fail(ErrorKind::invalid,
                  fmt::format("the order of CPUs names CPU {}, which is not online", cpu.value()),
                  fmt::format("name each of {} once", to_cpu_list(online)));
    if (named.contains(cpu))
      return fail(ErrorKind::invalid,
                  fmt::format("the order of CPUs names CPU {} twice", cpu.value()));
    named.insert(cpu);
  }
  if (named != online)
    return fail(ErrorKind::invalid, fmt::format("the order of CPUs does not name the CPUs {}",
                                                to_cpu_list(online - named)));
  return {};
}

}  // namespace

Result<Topology> flatten(const Topology& topology, std::span<const CpuId> order) {
  SCX_TRY(expect_permutation(order, topology.online()));
  Topology flat = topology;
  const NodeId node{0};
  Node all{node, topology.online(), {10}, 0};
  for (const Node& one : topology.nodes()) all.memory_kb += one.memory_kb;
  flat.nodes_ = {all};
  flat.llcs_ = {{node, 0, topology.online()}};
  flat.cores_.clear();
  for (const CpuId id : order) {
    Cpu& cpu = flat.cpus_[static_cast<std::size_t>(flat.index_[id.index()])];
    cpu.node = node;
    cpu.package = cpu.die = -1;
    cpu.core = CoreId{static_cast<std::int32_t>(flat.cores_.size())};
    cpu.llc = LlcId{0};
    cpu.tier = cpu.rank = 0;
    cpu.turbo = false;
    flat.cores_.push_back({cpu.llc, 0, CpuSet{id}});
  }
  flat.nr_tiers_ = 1;
  flat.evidence_ = {};
  flat.without_node_ = {};
  flat.perf_domains_.clear();
  flat.notes_.push_back("its CPUs are put in an order of their own: none shares anything");
  return flat;
}

}  // namespace scx
