// SPDX-License-Identifier: GPL-2.0-only
#include "shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace scx::scxsim {
namespace {

// Which one of each a CPU is in.
struct Place {
  int node = 0, llc = 0, core = 0, thread = 0;
};

// As hwloc numbers the CPUs of a description.
std::optional<CpuId> cpu_at(const Place& place, const Shape& shape) {
  if (std::min({place.node, place.llc, place.core, place.thread}) < 0) return std::nullopt;
  if (place.node >= shape.nodes || place.llc >= shape.llcs || place.core >= shape.cores ||
      place.thread >= shape.threads)
    return std::nullopt;
  return CpuId{((place.node * shape.llcs + place.llc) * shape.cores + place.core) * shape.threads +
               place.thread};
}

Place place_in(const Shape& shape, CpuId cpu) {
  const int core = cpu.value() / shape.threads, llc = core / shape.cores;
  return {llc / shape.llcs, llc % shape.llcs, core % shape.cores, cpu.value() % shape.threads};
}

std::map<CpuId, Place> places_in(const Topology& topology) {
  std::map<CpuId, Place> places;
  std::map<int, int> nodes, llcs;             // their numbers, by those of the topology
  std::map<int, int> llcs_in_node, cores_in;  // how many there are so far
  for (const Core& core : topology.cores()) {
    const int node_id = topology.llcs()[static_cast<std::size_t>(core.llc.value())].node.value();
    const int node = nodes.try_emplace(node_id, static_cast<int>(nodes.size())).first->second;
    const auto [llc, is_new] = llcs.try_emplace(core.llc.value());
    if (is_new) llc->second = llcs_in_node[node]++;
    Place place{node, llc->second, cores_in[core.llc.value()]++, 0};
    for (const CpuId cpu : core.cpus) {
      places[cpu] = place;
      ++place.thread;
    }
  }
  return places;
}

}  // namespace

std::string text_of(const Shape& shape) {
  std::string text;
  if (shape.nodes > 1) text += fmt::format("pack:{} [numa] ", shape.nodes);
  if (shape.llcs > 1) text += fmt::format("l3:{} ", shape.llcs);
  return text + fmt::format("core:{} pu:{}", shape.cores, shape.threads);
}

Shape shape_of(const Topology& topology) {
  Shape shape;
  for (const auto& [cpu, place] : places_in(topology)) {
    shape.nodes = std::max(shape.nodes, place.node + 1);
    shape.llcs = std::max(shape.llcs, place.llc + 1);
    shape.cores = std::max(shape.cores, place.core + 1);
    shape.threads = std::max(shape.threads, place.thread + 1);
  }
  return shape;
}

CpuSet moved(const CpuSet& cpus, const Topology& from, const Shape& to) {
  const std::map<CpuId, Place> places = places_in(from);
  CpuSet found;
  for (const CpuId cpu : cpus) {
    const auto place = places.find(cpu);
    if (place == places.end()) continue;
    if (const auto there = cpu_at(place->second, to)) found.insert(*there);
  }
  return found;
}

CpuSet moved(const CpuSet& cpus, const Shape& from, const Shape& to, Remain remain) {
  CpuSet found;
  for (const CpuId cpu : cpus) {
    if (cpu.value() >= from.nr_cpus()) continue;
    Place place = place_in(from, cpu);
    if (remain == Remain::last) {
      place.node -= from.nodes - to.nodes;
      place.llc -= from.llcs - to.llcs;
      place.core -= from.cores - to.cores;
      place.thread -= from.threads - to.threads;
    }
    if (const auto there = cpu_at(place, to)) found.insert(*there);
  }
  return found;
}

}  // namespace scx::scxsim
