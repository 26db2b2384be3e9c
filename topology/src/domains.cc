// SPDX-License-Identifier: GPL-2.0-only
#include "scx/topology/domains.h"

#include <algorithm>
#include <map>
#include <set>

namespace scx {
namespace {

std::int32_t end(DomainRange range) { return range.first.value() + range.count; }

DomainRange between(std::int32_t first, std::int32_t last) {
  return {DomainId{first}, last - first};
}

}  // namespace

// The neighbours of a domain are its LLC (class 0), the rest of its node (1), and whole other nodes
// (2 and up). The last part is made once for each node. An LLC of one domain has no class 0, and
// its "rest of the node" may be the whole node, as a walk skips the walker: so all such LLCs of a
// node share one list. LLCs of several core types have a list each, for all their domains.
class DomainsBuilder {
 public:
  DomainsBuilder(const Topology& topology, const CidMap& cids) : topology_(topology), cids_(cids) {}

  Domains build() {
    make_domains();
    find_packages();
    find_distances();
    for (std::size_t unit = 0; unit < nodes_.size(); ++unit) make_neighbours(unit);
    return std::move(out_);
  }

 private:
  void make_domains() {
    nodes_.resize(cids_.nodes().size());
    llcs_.resize(cids_.llcs().size());
    out_.by_cid_.reserve(static_cast<std::size_t>(cids_.online().count));
    for (std::size_t c = 0; c < topology_.cores().size(); ++c) {
      const Core& core = topology_.cores()[c];
      const CidRange cids = cids_.cores()[c];
      if (out_.domains_.empty() || out_.domains_.back().llc != core.llc ||
          out_.domains_.back().tier != core.tier) {
        add_domain(core, cids.first);
      }
      Domain& domain = out_.domains_.back();
      domain.cids.count += cids.count;
      for (CpuId cpu : core.cpus) domain.capacity += topology_.at(cpu).capacity;
      out_.by_cid_.insert(out_.by_cid_.end(), static_cast<std::size_t>(cids.count), domain.id);
    }
  }

  void add_domain(const Core& core, Cid first) {
    Domain domain;
    domain.id = DomainId{out_.size()};
    domain.node = topology_.llcs()[core.llc.index()].node;
    domain.llc = core.llc;
    domain.tier = core.tier;
    domain.cids = {first, 0};
    extend(llcs_[core.llc.index()], domain.id);
    extend(nodes_[static_cast<std::size_t>(cids_.node_unit(first))], domain.id);
    out_.domains_.push_back(domain);
  }

  static void extend(DomainRange& range, DomainId id) {
    if (range.count == 0) range.first = id;
    ++range.count;
  }

  void find_packages() {
    packages_.resize(nodes_.size());
    for (const Cpu& cpu : topology_.cpus()) {
      if (!cpu.online || cpu.package < 0) continue;
      const auto unit = static_cast<std::size_t>(cids_.node_unit(cids_.cid(cpu.id)));
      packages_[unit].insert(cpu.package);
    }
  }

  int distance(std::size_t from, std::size_t to) const {
    return topology_.nodes()[table_index_[from]].distances[table_index_[to]];
  }

  void find_distances() {
    for (const CidMap::NodeUnit& node : cids_.nodes())
      table_index_.push_back(static_cast<std::size_t>(topology_.node_index(node.id)));
    std::set<int> distinct;
    for (std::size_t a = 0; a < nodes_.size(); ++a) {
      for (std::size_t b = 0; b < nodes_.size(); ++b) {
        if (a != b) distinct.insert(distance(a, b));
      }
    }
    int next = kFirstNumaClass;
    for (int value : distinct) class_of_distance_[value] = next++;
  }

  bool share_package(std::size_t a, std::size_t b) const {
    return std::any_of(packages_[a].begin(), packages_[a].end(),
                       [&](int package) { return packages_[b].contains(package); });
  }

  // The other nodes, nearest class first; inside a class those behind `unit` come first. Nodes next
  // to each other make one range.
  std::vector<Neighbour> other_nodes(std::size_t unit) const {
    std::vector<Neighbour> list;
    for (std::size_t step = 1; step < nodes_.size(); ++step) {
      const std::size_t other = (unit + step) % nodes_.size();
      const int near = share_package(unit, other) ? kSamePackageClass
                                                  : class_of_distance_.at(distance(unit, other));
      list.push_back({near, nodes_[other]});
    }
    std::stable_sort(list.begin(), list.end(), [](const Neighbour& a, const Neighbour& b) {
      return a.distance_class < b.distance_class;
    });
    std::vector<Neighbour> merged;
    for (const Neighbour& next : list) {
      const bool joins = !merged.empty() && merged.back().distance_class == next.distance_class &&
                         end(merged.back().range) == next.range.first.value();
      if (joins) merged.back().range.count += next.range.count;
      if (!joins) merged.push_back(next);
    }
    return merged;
  }

  void make_neighbours(std::size_t unit) {
    const std::vector<Neighbour> others = other_nodes(unit);
    const DomainRange node = nodes_[unit];
    std::vector<Neighbour> shared = others;
    if (node.count > 1) shared.insert(shared.begin(), {kSameNodeClass, node});
    bool shared_stored = false;
    std::uint32_t shared_first = 0;

    for (std::int32_t at = node.first.value(); at < end(node);) {
      const DomainRange llc = llcs_[out_.at(DomainId{at}).llc.index()];
      if (llc.count > 1) {
        std::vector<Neighbour> own = {{kSameLlcClass, llc}};
        const DomainRange behind = between(end(llc), end(node));
        const DomainRange before = between(node.first.value(), llc.first.value());
        if (behind.count > 0) own.push_back({kSameNodeClass, behind});
        if (before.count > 0) own.push_back({kSameNodeClass, before});
        own.insert(own.end(), others.begin(), others.end());
        refer(llc, store(own), own.size());
      } else {
        if (!shared_stored) shared_first = store(shared);
        shared_stored = true;
        refer(llc, shared_first, shared.size());
      }
      at = end(llc);
    }
  }

  std::uint32_t store(const std::vector<Neighbour>& list) {
    const auto first = static_cast<std::uint32_t>(out_.neighbours_.size());
    out_.neighbours_.insert(out_.neighbours_.end(), list.begin(), list.end());
    for (const Neighbour& near : list)
      out_.nr_distance_classes_ = std::max(out_.nr_distance_classes_, near.distance_class + 1);
    return first;
  }

  void refer(DomainRange domains, std::uint32_t first, std::size_t count) {
    for (std::int32_t id = domains.first.value(); id < end(domains); ++id) {
      Domain& domain = out_.domains_[static_cast<std::size_t>(id)];
      domain.first_neighbour = first;
      domain.nr_neighbours = static_cast<std::uint32_t>(count);
    }
  }

  const Topology& topology_;
  const CidMap& cids_;
  Domains out_;
  std::vector<DomainRange> nodes_;        // by index into cids_.nodes()
  std::vector<DomainRange> llcs_;         // by LlcId
  std::vector<std::set<int>> packages_;   // by index into cids_.nodes()
  std::vector<std::size_t> table_index_;  // index into cids_.nodes() → into Topology::nodes()
  std::map<int, int> class_of_distance_;  // NUMA distance → class
};

DomainId Domains::domain(Cid cid) const {
  return cid.valid() && cid.index() < by_cid_.size() ? by_cid_[cid.index()] : DomainId{};
}

std::span<const Neighbour> Domains::neighbours(DomainId id) const {
  return neighbour_table().subspan(at(id).first_neighbour, at(id).nr_neighbours);
}

Domains make_domains(const Topology& topology, const CidMap& cids) {
  return DomainsBuilder(topology, cids).build();
}

}  // namespace scx
