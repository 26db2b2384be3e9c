// SPDX-License-Identifier: GPL-2.0-only
#include "tables.h"

#include <fmt/format.h>

#include <map>

#include "text.h"

namespace scx::scxtopo {
namespace {

using Rows = std::vector<std::vector<std::string>>;

template <typename IdType>
std::string id(IdType value) {
  return value.valid() ? fmt::format("{}", value.value()) : "-";
}

// What a distance class means to a domain of node `from` that looks at one of node `to`.
std::string in_words(const View& view, int distance_class, NodeId from, NodeId to) {
  if (distance_class == kSameLlcClass) return "same LLC";
  if (distance_class == kSameDieClass) return "same die";
  if (distance_class == kSameNodeClass) return "same node";
  if (distance_class == kSamePackageClass) return "same package";
  const auto nodes = view.topology.nodes();
  const auto at = static_cast<std::size_t>(view.topology.node_index(from));
  const auto other = static_cast<std::size_t>(view.topology.node_index(to));
  return fmt::format("nodes at distance {}", nodes[at].distances[other]);
}

std::string neighbours(const View& view, const Domain& domain) {
  struct Class {
    std::string words;
    std::vector<std::int32_t> domains;
  };
  std::map<int, Class> classes;
  for (const Neighbour& near : view.domains.neighbours(domain.id)) {
    Class& at = classes[near.distance_class];
    const NodeId other = view.domains.at(near.range.first).node;
    at.words = in_words(view, near.distance_class, domain.node, other);
    for (std::int32_t step = 0; step < near.range.count; ++step) {
      const std::int32_t number = near.range.first.value() + step;
      if (number != domain.id.value()) at.domains.push_back(number);
    }
  }
  std::string text;
  for (auto& [unused, at] : classes) {
    if (at.domains.empty()) continue;
    text +=
        fmt::format("{}{}: {}", text.empty() ? "" : "; ", at.words, as_set(std::move(at.domains)));
  }
  return text.empty() ? "none" : text;
}

CpuSet cpus_of(const View& view, CidRange cids) {
  CpuSet cpus;
  for (std::int32_t step = 0; step < cids.count; ++step)
    cpus.insert(view.cids.cpu(Cid{cids.first.value() + step}));
  return cpus;
}

// Each sequence once, and below it the steps that use its beginning.
std::string steps(const PreferenceOrder& order, std::string_view title) {
  std::string text;
  std::int32_t shown = -1;
  for (const OrderStep& step : order.steps) {
    if (step.sequence != shown)
      text += fmt::format("{}: cids {}\n", title, in_order(order.cids(step)));
    shown = step.sequence;
    text += fmt::format("  up to capacity {:>8}: the first {}\n", step.capacity, step.nr_primary);
  }
  return text;
}

}  // namespace

std::string cid_table(const View& view) {
  Rows rows = {
      {"cid", "cpu", "core", "domain", "llc", "node", "tier", "capacity", "max MHz", "online"}};
  for (std::int32_t number = 0; number < view.cids.nr_cids(); ++number) {
    const Cid cid{number};
    const Cpu& cpu = view.topology.at(view.cids.cpu(cid));
    rows.push_back({id(cid), id(cpu.id), id(cpu.core), id(view.domains.domain(cid)), id(cpu.llc),
                    id(cpu.node), cpu.tier < 0 ? "-" : fmt::format("{}", cpu.tier),
                    cpu.online ? fmt::format("{}", cpu.capacity) : "-",
                    cpu.max_khz == 0 ? "-" : fmt::format("{}", cpu.max_khz / 1000),
                    cpu.online ? "yes" : "no"});
  }
  return table(rows);
}

std::string domain_table(const View& view) {
  Rows rows = {
      {"domain", "node", "llc", "tier", "capacity", "cids", "CPUs", "neighbours, nearest first"}};
  for (const Domain& domain : view.domains.all()) {
    rows.push_back({id(domain.id), id(domain.node), id(domain.llc), fmt::format("{}", domain.tier),
                    fmt::format("{}", domain.capacity), run(domain.cids),
                    to_cpu_list(cpus_of(view, domain.cids)), neighbours(view, domain)});
  }
  return table(rows, {5, 6, 7});
}

std::string order_lists(const View& view) {
  return fmt::format("made from {}\n",
                     view.orders.from_energy_model
                         ? "the kernel's energy model"
                         : "the topology alone: the kernel shows no energy model") +
         steps(view.orders.performance, "performance") + steps(view.orders.powersave, "powersave");
}

std::string evidence_list(const View& view) {
  const Topology& topology = view.topology;
  const TierEvidence& evidence = topology.tier_evidence();
  const bool decided = evidence.source != TierSource::none;
  std::string text =
      decided ? fmt::format("core types: {}, by {}\n", topology.nr_tiers(), name(evidence.source))
              : "core types: one; no source tells cores apart\n";
  for (std::size_t tier = 0; tier < evidence.tiers.size(); ++tier) {
    CpuSet cpus;
    std::size_t cores = 0;
    for (const Core& core : topology.cores()) {
      if (core.tier != static_cast<int>(tier)) continue;
      cpus |= core.cpus;
      ++cores;
    }
    text += fmt::format("  {}: {}; {}, CPUs {}\n",
                        tier_name(static_cast<int>(tier), topology.nr_tiers()),
                        evidence.tiers[tier], counted(cores, "core"), to_cpu_list(cpus));
  }
  for (const auto& rejected : evidence.rejected)
    text += fmt::format("  not by {}: {}\n", name(rejected.source), rejected.reason);

  Rows rows = {{"node", "memory", "CPUs", "distances to the nodes in this order"}};
  for (const Node& node : topology.nodes()) {
    std::string distances;
    for (const int distance : node.distances) distances += fmt::format("{:>3} ", distance);
    rows.push_back({id(node.id), node.memory_kb == 0 ? "-" : memory(node.memory_kb),
                    node.cpus.empty() ? "none" : to_cpu_list(node.cpus), distances});
  }
  text += '\n' + table(rows, {2, 3});
  if (!topology.notes().empty()) text += '\n';
  for (const std::string& note : topology.notes()) text += "note: " + note + '\n';
  return text;
}

}  // namespace scx::scxtopo
