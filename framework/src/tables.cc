// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/tables.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>

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

class OrderRows {
 public:
  explicit OrderRows(std::size_t nr_words) : nr_words_(nr_words) {}

  void add(const PreferenceOrder& order) {
    for (const OrderStep& step : order.steps) {
      const std::span<const Cid> sequence = order.cids(step), primary = order.primary(step);
      const std::span<const Cid> rest = sequence.subspan(primary.size());
      const std::span<const Cid> overflow =
          rest.first(std::min(rest.size(), (primary.size() + 3) / 4));
      tables_.steps.push_back({step.capacity, static_cast<u32>(primary.size()),
                               static_cast<u32>(overflow.size()), place(primary, overflow), 0});
    }
  }
  OrderTables take() && { return std::move(tables_); }

 private:
  // Steps with the same sets share them: the last ones of both orders, and with an energy model
  // those that differ in frequency only.
  u32 place(std::span<const Cid> primary, std::span<const Cid> overflow) {
    std::vector<u64> sets(2 * nr_words_);
    for (const Cid cid : primary) sets[cid.index() / 64] |= 1ull << (cid.index() % 64);
    for (const Cid cid : overflow) sets[nr_words_ + cid.index() / 64] |= 1ull << (cid.index() % 64);
    const auto [at, added] = known_.emplace(sets, static_cast<u32>(tables_.words.size()));
    if (added) tables_.words.insert(tables_.words.end(), sets.begin(), sets.end());
    return at->second;
  }

  std::size_t nr_words_;
  std::map<std::vector<u64>, u32> known_;
  OrderTables tables_;
};

}  // namespace

OrderTables make_order_tables(const Machine& machine) {
  const PreferenceOrders orders =
      machine.orders ? *machine.orders
                     : make_orders(machine.topology, machine.cids, machine.domains);
  OrderRows rows((static_cast<std::size_t>(machine.cids.nr_cids()) + 63) / 64);
  rows.add(orders.performance);
  rows.add(orders.powersave);
  OrderTables tables = std::move(rows).take();
  tables.nr_perf_steps = static_cast<u32>(orders.performance.steps.size());
  return tables;
}

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

void add_counts(scx_machine& machine, const OrderTables& orders) {
  machine.nr_perf_steps = orders.nr_perf_steps;
  machine.nr_save_steps = static_cast<u32>(orders.steps.size()) - orders.nr_perf_steps;
  machine.nr_order_words = static_cast<u32>(orders.words.size());
}

ArenaLayout::ArenaLayout(scx_machine& machine, u64 base) : machine_(machine), next_(base) {
  machine.idle_addr = take(machine.nr_words * 8ull);
  machine.idle_cores_addr = take(machine.nr_words * 8ull);
  machine.usable_addr = take(machine.nr_words * 8ull);
  if (machine.override_cids)
    machine.override_addr = take((machine.nr_cpu_ids + machine.nr_shards) * sizeof(s32));
}

void ArenaLayout::place(std::string_view name, scx_arena_array& array) {
  array.nr = name.starts_with("scx_per_cid_")    ? machine_.nr_cids
             : name.starts_with("scx_per_word_") ? machine_.nr_words
                                                 : machine_.nr_domains;
  array.addr = take(static_cast<u64>(array.nr) * array.elem_size);
}

u64 ArenaLayout::take(u64 bytes) {
  const u64 at = next_;
  next_ = (next_ + bytes + 63) / 64 * 64;
  return at;
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
