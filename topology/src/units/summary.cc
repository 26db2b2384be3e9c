// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/core.h>

#include <algorithm>

#include "scx/topology/topology.h"

namespace scx {
namespace {

std::string counted(std::size_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

std::string cpus(const Topology& topology) {
  const std::size_t present = topology.present().count();
  const std::size_t offline = present - topology.online().count();
  const std::size_t absent = topology.possible().count() - present;
  std::string text = counted(present, "CPU");
  if (offline > 0 && absent > 0)
    return text + fmt::format(" ({} offline, {} more possible)", offline, absent);
  if (offline > 0) return text + fmt::format(" ({} offline)", offline);
  if (absent > 0) return text + fmt::format(" ({} more possible)", absent);
  return text;
}

std::string nodes(const Topology& topology) {
  const auto with_cpus =
      static_cast<std::size_t>(std::count_if(topology.nodes().begin(), topology.nodes().end(),
                                             [](const Node& n) { return !n.cpus.empty(); }));
  std::string text = counted(with_cpus, "node");
  const std::size_t without = topology.nodes().size() - with_cpus;
  return without == 0 ? text : text + fmt::format(" ({} more without CPUs)", without);
}

std::string threads(const Topology& topology) {
  const auto size = [](const Core& core) { return core.cpus.count(); };
  const auto [least, most] = std::ranges::minmax(topology.cores(), {}, size);
  if (size(least) == size(most)) return counted(size(most), "thread") + " a core";
  return fmt::format("{}-{} threads a core", size(least), size(most));
}

std::string tiers(const Topology& topology) {
  const int count = topology.nr_tiers();
  if (count == 1) return "one core type";
  std::string text = "core types: ";
  for (int tier = 0; tier < count; ++tier) {
    std::string label = fmt::format("of tier {}", tier);
    if (count <= 3 && tier == 0) label = "big";
    if (count == 3 && tier == 1) label = "medium";
    if (count <= 3 && tier == count - 1) label = "little";
    const auto cores = std::ranges::count(topology.cores(), tier, &Core::tier);
    text += fmt::format("{}{} {}", tier == 0 ? "" : ", ", cores, label);
  }
  return text + fmt::format(" by {}", name(topology.tier_evidence().source));
}

}  // namespace

std::string summary(const Topology& topology) {
  return fmt::format("{}, {}, {}, {}, {}, {}", cpus(topology), nodes(topology),
                     counted(topology.llcs().size(), "LLC"),
                     counted(topology.cores().size(), "core"), threads(topology), tiers(topology));
}

}  // namespace scx
