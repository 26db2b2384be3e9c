// SPDX-License-Identifier: GPL-2.0-only
//
// RawTopology → Topology. docs/topology.md lists the rules; each step below is one of them.
#include "scx/topology/topology.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "evidence.h"
#include "perf_domains.h"
#include "units.h"

namespace scx {

class TopologyBuilder {
 public:
  TopologyBuilder(RawTopology raw, const TopologyOptions& options)
      : raw_(std::move(raw)), options_(options) {
    out_.notes_ = std::move(raw_.notes);
  }

  Result<Topology> build() {
    SCX_TRY(settle_cpu_sets());
    settle_nodes();
    index_cpus();
    assign_nodes();
    Units units = cut_units(raw_, by_cpu_, node_of_);
    Tiers tiers =
        options_.big_cpus
            ? SCX_TRY(tiers_by_user(*options_.big_cpus, raw_.possible, raw_.online, units, by_cpu_))
            : decide_tiers(units, by_cpu_);
    fill_cpus();
    fill_units(std::move(units), std::move(tiers));
    settle_energy_model();
    return std::move(out_);
  }

 private:
  template <typename... Args>
  void note(fmt::format_string<Args...> text, Args&&... args) {
    out_.notes_.push_back(fmt::format(text, std::forward<Args>(args)...));
  }

  Status settle_cpu_sets() {
    if (raw_.online.empty())
      return fail(ErrorKind::invalid, "the topology has no online CPU", "expected at least one");
    const CpuSet stray = (raw_.online | raw_.present) - raw_.possible;
    if (!stray.empty())
      note("CPUs {} count as possible, because they are present", to_cpu_list(stray));
    raw_.present |= raw_.online;
    raw_.possible |= raw_.present;
    if (raw_.possible.last().value() > kMaxCpu)
      return fail(ErrorKind::invalid, fmt::format("CPU {} is possible, above the limit of {}",
                                                  raw_.possible.last().value(), kMaxCpu));
    return {};
  }

  // Leaves the nodes with ascending, unique ids and a square table of distances.
  void settle_nodes() {
    std::erase_if(raw_.nodes, [](const RawNode& node) { return !node.id.valid(); });
    if (raw_.nodes.empty()) {
      note("no NUMA nodes are named: all CPUs are in node 0");
      raw_.nodes.push_back({NodeId{0}, raw_.online, {10}, 0});
    }
    bool usable = true;
    std::map<NodeId, std::size_t> place;
    for (std::size_t n = 0; n < raw_.nodes.size(); ++n) {
      const std::vector<int>& row = raw_.nodes[n].distances;
      usable &= row.size() == raw_.nodes.size() &&
                std::all_of(row.begin(), row.end(), [](int distance) { return distance > 0; });
      usable &= place.emplace(raw_.nodes[n].id, n).second;
    }
    if (!usable && raw_.nodes.size() > 1)
      note("the NUMA distances are missing or no square table: 10 inside a node, 20 between nodes");

    std::vector<RawNode> sorted;
    for (const auto& [id, at] : place) {
      RawNode node{id, {}, {}, raw_.nodes[at].memory_kb};
      for (const auto& [other, column] : place)
        node.distances.push_back(usable ? raw_.nodes[at].distances[column]
                                        : (other == id ? 10 : 20));
      sorted.push_back(std::move(node));
    }
    for (const RawNode& node : raw_.nodes)
      sorted[static_cast<std::size_t>(std::distance(place.begin(), place.find(node.id)))].cpus |=
          node.cpus;
    raw_.nodes = std::move(sorted);
  }

  void index_cpus() {
    by_cpu_.assign(raw_.possible.last().index() + 1, nullptr);
    node_of_.assign(by_cpu_.size(), -1);
    for (const RawCpu& cpu : raw_.cpus) {
      if (raw_.online.contains(cpu.cpu) && by_cpu_[cpu.cpu.index()] == nullptr)
        by_cpu_[cpu.cpu.index()] = &cpu;
    }
    std::vector<CpuId> silent, bare;
    for (CpuId cpu : raw_.online) {
      const RawCpu* said = by_cpu_[cpu.index()];
      if (said == nullptr || (!said->siblings && !said->core)) silent.push_back(cpu);
      if (last_cache(raw_, said) == nullptr) bare.push_back(cpu);
    }
    if (!silent.empty()) note("CPUs {} name no core: each is a core of its own", list(silent));
    if (!bare.empty()) note("CPUs {} name no cache: their node is their LLC", list(bare));
  }

  void assign_nodes() {
    std::vector<CpuId> twice, nodeless;
    for (std::size_t n = 0; n < raw_.nodes.size(); ++n) {
      raw_.nodes[n].cpus &= raw_.online;
      for (CpuId cpu : raw_.nodes[n].cpus) {
        if (node_of_[cpu.index()] >= 0) twice.push_back(cpu);
        if (node_of_[cpu.index()] < 0) node_of_[cpu.index()] = static_cast<std::int32_t>(n);
      }
    }
    if (!twice.empty())
      note("CPUs {} are in more than one NUMA node: the one with the lowest id counts",
           list(twice));
    for (CpuId cpu : raw_.online) {
      if (node_of_[cpu.index()] < 0) nodeless.push_back(cpu);
    }
    if (nodeless.empty()) return;
    place_nodeless(nodeless);
    note("CPUs {} are in no NUMA node: each joins that of its cache, its package, or the first",
         list(nodeless));
    out_.without_node_ = set_of(std::move(nodeless));
  }

  // Asks for the nodes of others while only those with a node of their own have one.
  void place_nodeless(const std::vector<CpuId>& nodeless) {
    std::map<int, std::int32_t> of_package;         // that of its lowest CPU
    std::map<std::int32_t, std::int32_t> of_cache;  // by index; -1: nobody there has a node
    std::int32_t first_node = -1;
    for (CpuId cpu : raw_.online) {
      const std::int32_t node = node_of_[cpu.index()];
      const RawCpu* said = by_cpu_[cpu.index()];
      if (node < 0) continue;
      if (first_node < 0 || node < first_node) first_node = node;
      if (said != nullptr && said->package) of_package.emplace(*said->package, node);
    }
    std::vector<std::int32_t> joins;
    for (CpuId cpu : nodeless) {
      const RawCpu* said = by_cpu_[cpu.index()];
      std::int32_t node = std::max(first_node, 0);
      if (said != nullptr && said->package && of_package.contains(*said->package))
        node = of_package.at(*said->package);
      if (last_cache(raw_, said) != nullptr) {
        const auto [found, added] = of_cache.emplace(said->caches.back(), -1);
        if (added) found->second = node_of_cache(*last_cache(raw_, said));
        if (found->second >= 0) node = found->second;
      }
      joins.push_back(node);
    }
    for (std::size_t n = 0; n < nodeless.size(); ++n) node_of_[nodeless[n].index()] = joins[n];
  }

  // The node of the lowest CPU that has one, -1 for none.
  std::int32_t node_of_cache(const RawCache& cache) const {
    for (CpuId cpu : cache.cpus) {
      if (cpu.index() < node_of_.size() && node_of_[cpu.index()] >= 0) return node_of_[cpu.index()];
    }
    return -1;
  }

  void fill_cpus() {
    out_.index_.assign(by_cpu_.size(), -1);
    for (CpuId id : raw_.possible) {
      out_.index_[id.index()] = static_cast<std::int32_t>(out_.cpus_.size());
      Cpu cpu;
      cpu.id = id;
      cpu.online = raw_.online.contains(id);
      if (const RawCpu* said = by_cpu_[id.index()]) {
        cpu.package = std::max(said->package.value_or(-1), -1);
        cpu.die = std::max(said->die.value_or(-1), -1);
        cpu.max_khz = not_negative(said->max_khz);
        cpu.resume_latency_us = not_negative(said->resume_latency_us);
      }
      if (cpu.online) cpu.node = raw_.nodes[static_cast<std::size_t>(node_of_[id.index()])].id;
      out_.cpus_.push_back(cpu);
    }
  }

  static std::uint64_t not_negative(const std::optional<std::int64_t>& value) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(value.value_or(0), 0));
  }

  Cpu& cpu(CpuId id) { return out_.cpus_[static_cast<std::size_t>(out_.index_[id.index()])]; }

  void fill_units(Units units, Tiers tiers) {
    for (RawNode& node : raw_.nodes)
      out_.nodes_.push_back({node.id, {}, std::move(node.distances), node.memory_kb});
    for (LlcUnit& llc : units.llcs) {
      const NodeId node = out_.nodes_[static_cast<std::size_t>(llc.node)].id;
      out_.llcs_.push_back({node, llc.size_kb, std::move(llc.cpus)});
    }
    for (CpuId id : raw_.online)
      out_.nodes_[static_cast<std::size_t>(node_of_[id.index()])].cpus.insert(id);
    const Ranks ranks = rank_cores(units.cores, tiers.tier, by_cpu_);
    // Big cores first inside each LLC; the kernel's order otherwise.
    std::vector<std::size_t> order(units.cores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(units.cores[a].llc, tiers.tier[a]) <
             std::pair(units.cores[b].llc, tiers.tier[b]);
    });
    for (std::size_t from : order) {
      CoreUnit& core = units.cores[from];
      const CoreId id{static_cast<std::int32_t>(out_.cores_.size())};
      const LlcId llc{core.llc};
      for (CpuId member : core.cpus) {
        Cpu& at = cpu(member);
        at.core = id;
        at.llc = llc;
        at.tier = tiers.tier[from];
        at.capacity = tiers.capacity[from];
        at.rank = ranks.rank[from];
        at.turbo = ranks.turbo[from];
      }
      out_.cores_.push_back({llc, tiers.tier[from], std::move(core.cpus)});
    }
    out_.nr_tiers_ = tiers.count;
    out_.evidence_ = std::move(tiers.evidence);
    out_.possible_ = std::move(raw_.possible);
    out_.present_ = std::move(raw_.present);
    out_.online_ = std::move(raw_.online);
  }

  void settle_energy_model() {
    std::vector<std::uint32_t> capacity(by_cpu_.size(), 0);
    for (const Cpu& one : out_.cpus_) capacity[one.id.index()] = one.capacity;
    out_.perf_domains_ = settle_perf_domains(std::move(raw_.perf_domains), capacity, out_.notes_);
  }

  static std::string list(const std::vector<CpuId>& cpus) { return to_cpu_list(set_of(cpus)); }

  RawTopology raw_;
  const TopologyOptions& options_;
  Topology out_;
  RawByCpu by_cpu_;
  std::vector<std::int32_t> node_of_;  // by CPU number: index into raw_.nodes, -1 for offline
};

Result<Topology> validate(RawTopology raw, const TopologyOptions& options) {
  return TopologyBuilder(std::move(raw), options).build();
}

Result<Topology> Topology::discover(const Source& source, const TopologyOptions& options) {
  return validate(SCX_TRY(read_machine(source)), options);
}

const Cpu& Topology::at(CpuId cpu) const {
  static const Cpu kNoCpu;
  const bool there = cpu.valid() && cpu.index() < index_.size() && index_[cpu.index()] >= 0;
  return there ? cpus_[static_cast<std::size_t>(index_[cpu.index()])] : kNoCpu;
}

int Topology::node_index(NodeId id) const {
  const auto found =
      std::lower_bound(nodes_.begin(), nodes_.end(), id,
                       [](const Node& node, NodeId wanted) { return node.id < wanted; });
  return found != nodes_.end() && found->id == id ? static_cast<int>(found - nodes_.begin()) : -1;
}

}  // namespace scx
