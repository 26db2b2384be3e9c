// SPDX-License-Identifier: GPL-2.0-only
//
// Domains: the compute domains of a machine, and who is near whom. A compute domain is the CPUs of
// one NUMA node, one LLC and one core type, or with --virt-llc an even part of them: one range of
// cids. Domain ids are in cid order, so the domains of an LLC, and of a node, are ranges of domain
// ids, and "who is near" is a few ranges.
//
//   Domains domains = make_domains(topology, cids);
//   domains.for_each_neighbour(d, [&](DomainId other, int distance_class) { …; return true; });
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "scx/base/ids.h"
#include "scx/base/result.h"
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
inline constexpr int kSameLlcClass = 0;      // another core type or another part of the same LLC
inline constexpr int kSameDieClass = 1;      // another LLC of the same die, inside the same node
inline constexpr int kSameNodeClass = 2;     // another LLC of the same node
inline constexpr int kSamePackageClass = 3;  // another node that shares a package
inline constexpr int kFirstNumaClass = 4;

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
  // All of them, one after the other. Domains that see the same ranges share them: those of an LLC
  // do, and so do those LLCs of a die, or of a node without dies, that are one domain each.
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

// --virt-llc: splits a domain of more than max_cores cores into the fewest parts of which none has
// more than max_cores; where that leaves less than min_cores to a part, into the most parts that
// all have min_cores, though some then have more than max_cores. Parts differ by one core at most,
// the larger ones first, and no core is cut. The cid map is the same with and without.
// The default range is that of upstream's scx_lavd; it takes MIN-MAX only.
struct VirtLlc {
  static constexpr int kMostCores = 65535;
  int min_cores = 2, max_cores = 8;
  // "MIN-MAX", "MAX" (then MIN is 1), "" for the defaults; 1 ≤ MIN ≤ MAX ≤ kMostCores.
  // Errors: usage, for anything else.
  static Result<VirtLlc> parse(std::string_view text);
};

struct DomainOptions {
  std::optional<VirtLlc> virt_llc = {};
};

// Pure and total; `cids` must be that of `topology`. Time and memory grow with the CPUs, with the
// pairs of NUMA nodes (the distance table's own size), and with the nodes for each LLC of several
// domains; never with the pairs of LLCs or of domains.
Domains make_domains(const Topology& topology, const CidMap& cids,
                     const DomainOptions& options = {});

}  // namespace scx
