// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/tables.h"

#include <fmt/core.h>

#include "scx/topology/shards.h"

namespace scx {
namespace {

scx_cid_info make_cid(const Machine& machine, Cid cid) {
  const Cpu& cpu = machine.topology.at(machine.cids.cpu(cid));
  scx_cid_info info{};
  info.cpu = machine.cids.cpu(cid).value();
  info.core_first = info.core = info.domain = info.llc = info.node = -1;
  const CoreId core = machine.cids.core(cid);
  if (!core.valid()) return info;
  const CidRange cids = machine.cids.cores()[core.index()];
  info.core_first = cids.first.value();
  info.core_nr = cids.count;
  info.core = core.value();
  info.domain = machine.domains.domain(cid).value();
  info.llc = machine.cids.llc(cid).value();
  info.node = machine.cids.node_unit(cid);
  info.tier = static_cast<u32>(cpu.tier);
  info.capacity = cpu.capacity;
  info.max_khz = static_cast<u32>(cpu.max_khz);
  return info;
}

scx_domain_info make_domain(const Machine& machine, const Domain& domain) {
  scx_domain_info info{};
  info.first = domain.cids.first.value();
  info.nr = domain.cids.count;
  info.llc = domain.llc.value();
  info.node = machine.cids.node_unit(domain.cids.first);
  info.tier = static_cast<u32>(domain.tier);
  info.capacity = static_cast<u32>(domain.capacity);
  info.near_first = domain.first_neighbour;
  info.near_nr = domain.nr_neighbours;
  return info;
}

}  // namespace

Tables make_tables(const Machine& machine) {
  const Topology& topology = machine.topology;
  const CidMap& cids = machine.cids;
  const Domains& domains = machine.domains;
  Tables tables;
  for (s32 i = 0; i < cids.nr_cids(); ++i) tables.cids.push_back(make_cid(machine, Cid{i}));
  for (const Cid cid : cids.cpu_to_cid()) tables.cpu_cids.push_back(cid.value());
  for (const Domain& domain : domains.all()) tables.domains.push_back(make_domain(machine, domain));
  for (const Neighbour& near : domains.neighbour_table())
    tables.neighbors.push_back(
        {near.range.first.value(), near.range.count, static_cast<u32>(near.distance_class)});
  for (const CidRange& llc : cids.llcs()) tables.llcs.push_back({llc.first.value(), llc.count});
  for (const auto& node : cids.nodes())
    tables.nodes.push_back({node.cids.first.value(), node.cids.count});

  scx_machine& m = tables.machine;
  m.nr_cids = static_cast<u32>(cids.nr_cids());
  m.nr_online = static_cast<u32>(cids.online().count);
  m.nr_cpu_ids = static_cast<u32>(topology.nr_cpu_ids());
  m.nr_words = (m.nr_cids + 63) / 64;
  m.nr_cores = static_cast<u32>(cids.cores().size());
  m.nr_domains = static_cast<u32>(tables.domains.size());
  m.nr_neighbors = static_cast<u32>(tables.neighbors.size());
  m.nr_llcs = static_cast<u32>(tables.llcs.size());
  m.nr_nodes = static_cast<u32>(tables.nodes.size());
  m.nr_tiers = static_cast<u32>(topology.nr_tiers());
  for (const CidRange& core : cids.cores()) m.smt |= core.count > 1;
  return tables;
}

Result<CidOverride> make_override(const Machine& machine, int shard_size) {
  const auto cpu_to_cid = machine.cids.cpu_to_cid();
  if (machine.cid_override) {
    if (machine.cid_override->cpu_to_cid.size() == cpu_to_cid.size()) return *machine.cid_override;
    return fail(ErrorKind::invalid,
                fmt::format("the numbering of cids has {} entries",
                            machine.cid_override->cpu_to_cid.size()),
                fmt::format("give one for each CPU number, {}", cpu_to_cid.size()));
  }
  CidOverride ours;
  for (const Cid cid : cpu_to_cid) ours.cpu_to_cid.push_back(cid.value());
  for (const Cid start : make_shards(machine.topology, machine.cids, shard_size))
    ours.shard_starts.push_back(start.value());
  return ours;
}

}  // namespace scx
