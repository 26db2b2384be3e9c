// SPDX-License-Identifier: GPL-2.0-only
//
// Domains: the compute domains of a machine, and who is near whom. A compute domain is the CPUs of
// one NUMA node, one LLC and one core type: one range of cids. Domain ids are in cid order, so the
// domains of an LLC, and of a node, are ranges of domain ids, and "who is near" is a few ranges.
//
//   Domains domains = make_domains(topology, cids);
//   domains.for_each_neighbour(d, [&](DomainId other, int distance_class) { …; return true; });
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scx/base/ids.h"
#include "scx/topology/cid_map.h"
#include "scx/topology/topology.h"

namespace scx {

struct Domain {
  DomainId id;
  NodeId node;
  LlcId llc;
  int tier = 0;
  CidRange cids;               // never empty, online CPUs only
  std::uint64_t capacity = 0;  // sum over its CPUs; 1024 is one of the biggest
  // Its part of Domains::neighbour_table().
  std::uint32_t first_neighbour = 0;
  std::uint32_t nr_neighbours = 0;
};

// Distance classes, nearer is smaller; not all of them occur on every machine. From
// kFirstNumaClass on there is one class for each distance that occurs between two nodes of the
// machine, in ascending order.
inline constexpr int kSameLlcClass = 0;      // another core type of the same LLC
inline constexpr int kSameNodeClass = 1;     // another LLC of the same node
inline constexpr int kSamePackageClass = 2;  // another node that shares a package
inline constexpr int kFirstNumaClass = 3;

// Domains at one distance class: all of them but the reader's own, should the range hold it.
struct Neighbour {
  int distance_class = 0;
  DomainRange range;
};

// Where a walk of `range` begins for domain `from`: walk count steps upwards from there, wrapping
// at the end of the range to its first, and skip `from`. Domains next to each other begin next to
// each other, so that stealers spread, inside their own node as in a remote one. Requires:
// range.count > 0.
constexpr DomainId walk_start(DomainRange range, DomainId from) {
  const std::int32_t offset = (from.value() + 1 - range.first.value()) % range.count;
  return DomainId{range.first.value() + (offset < 0 ? offset + range.count : offset)};
}

class Domains {
 public:
  std::int32_t size() const { return static_cast<std::int32_t>(domains_.size()); }
  std::span<const Domain> all() const { return domains_; }
  // Requires: 0 ≤ id < size().
  const Domain& at(DomainId id) const { return domains_[id.index()]; }
  // None for a tail cid (an offline CPU) and out of range.
  DomainId domain(Cid cid) const;

  // Nearest class first; together they hold every other domain exactly once. Inside a class the
  // ranges begin behind the domain's own place and wrap around. A walk, also that of a BPF program:
  // the ranges in this order, each from walk_start() on.
  // Requires: 0 ≤ id < size().
  std::span<const Neighbour> neighbours(DomainId id) const;
  // All of them, one after the other. Domains that see the same ranges share them: those of a node
  // whose LLCs have one core type each do, and so do those of an LLC.
  std::span<const Neighbour> neighbour_table() const { return neighbours_; }
  // One more than the greatest distance class of this machine.
  int nr_distance_classes() const { return nr_distance_classes_; }

  // Calls visit(DomainId, int distance_class) for every other domain, nearest first, until it
  // returns false. Requires: 0 ≤ id < size().
  template <typename Visit>
  void for_each_neighbour(DomainId id, Visit visit) const {
    for (const Neighbour& near : neighbours(id)) {
      DomainId at = walk_start(near.range, id);
      for (std::int32_t step = 0; step < near.range.count; ++step) {
        if (at != id && !visit(at, near.distance_class)) return;
        at = DomainId{at.value() + 1};
        if (!near.range.contains(at)) at = near.range.first;
      }
    }
  }

 private:
  friend class DomainsBuilder;
  Domains() = default;

  std::vector<Domain> domains_;
  std::vector<DomainId> by_cid_;  // online cids only
  std::vector<Neighbour> neighbours_;
  int nr_distance_classes_ = 0;
};

// Pure and total; `cids` must be that of `topology`. Time and memory grow with the CPUs, and with
// the pairs of NUMA nodes (the distance table's own size), never with the pairs of domains.
Domains make_domains(const Topology& topology, const CidMap& cids);

}  // namespace scx
