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

// The neighbours of a domain are its LLC (class 0), the rest of its die (1), the rest of its node
// (2), and whole other nodes (3 and up). The last part is made once for each node. An LLC of one
// domain has no class 0, and its "rest of the die" may be the whole die, as a walk skips the
// walker: so all such LLCs of a die share one list, and without dies all of a node. LLCs of several
// domains have a list each, for all their domains.
class DomainsBuilder {
 public:
  DomainsBuilder(const Topology& topology, const CidMap& cids, const DomainOptions& options)
      : topology_(topology), cids_(cids), options_(options) {}

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
    const std::span<const Core> cores = topology_.cores();
    for (std::size_t first = 0; first < cores.size();) {
      std::size_t last = first;
      while (last < cores.size() && cores[last].llc == cores[first].llc &&
             cores[last].tier == cores[first].tier)
        ++last;
      split(first, last - first);
      first = last;
    }
  }

  // `count` cores from `first` on, which are one domain but for --virt-llc.
  void split(std::size_t first, std::size_t count) {
    const std::size_t parts = nr_parts(count);
    for (std::size_t part = 0; part < parts; ++part) {
      const std::size_t own = count / parts + (part < count % parts ? 1 : 0);
      add_domain(first, own);
      first += own;
    }
  }

  std::size_t nr_parts(std::size_t cores) const {
    if (!options_.virt_llc) return 1;
    const auto min = static_cast<std::size_t>(std::max(options_.virt_llc->min_cores, 1));
    const auto max = static_cast<std::size_t>(std::max(options_.virt_llc->max_cores, 1));
    return std::clamp<std::size_t>((cores + max - 1) / max, 1,
                                   std::max<std::size_t>(cores / min, 1));
  }

  void add_domain(std::size_t first_core, std::size_t nr_cores) {
    const Core& core = topology_.cores()[first_core];
    Domain domain;
    domain.id = DomainId{out_.size()};
    domain.node = topology_.llcs()[core.llc.index()].node;
    domain.llc = core.llc;
    domain.tier = core.tier;
    domain.cids = {cids_.cores()[first_core].first, 0};
    for (std::size_t c = first_core; c < first_core + nr_cores; ++c) {
      domain.cids.count += cids_.cores()[c].count;
      for (CpuId cpu : topology_.cores()[c].cpus) domain.capacity += topology_.at(cpu).capacity;
    }
    extend(llcs_[core.llc.index()], domain.id);
    extend(nodes_[static_cast<std::size_t>(cids_.node_unit(domain.cids.first))], domain.id);
    out_.by_cid_.insert(out_.by_cid_.end(), static_cast<std::size_t>(domain.cids.count), domain.id);
    out_.domains_.push_back(domain);
  }

  static void extend(DomainRange& range, DomainId id) {
    if (range.count == 0) range.first = id;
    ++range.count;
  }

  void find_packages() {
    packages_.resize(nodes_.size());
    dies_.assign(llcs_.size(), kNotYet);
    for (const Cpu& cpu : topology_.cpus()) {
      if (!cpu.online) continue;
      Die& die = dies_[cpu.llc.index()];
      const Die own = {cpu.package, cpu.die};
      if (die == kNotYet) die = own;
      if (die != own) die = kNoDie;
      auto& packages = packages_[static_cast<std::size_t>(cids_.node_unit(cids_.cid(cpu.id)))];
      const bool seen = !packages.empty() && packages.back() == cpu.package;
      if (cpu.package >= 0 && !seen) packages.push_back(cpu.package);
    }
    for (std::vector<int>& packages : packages_) {
      std::sort(packages.begin(), packages.end());
      packages.erase(std::unique(packages.begin(), packages.end()), packages.end());
    }
  }

  // The dies of a node, each a range of domains; the whole node as one where it has one die only,
  // where an LLC names none or several, and where the domains of a die are not side by side.
  std::vector<DomainRange> dies_of(DomainRange node) const {
    std::vector<DomainRange> ranges;
    std::vector<Die> names;
    for (std::int32_t at = node.first.value(); at < end(node);) {
      const LlcId llc = out_.at(DomainId{at}).llc;
      const Die die = dies_[llc.index()];
      if (die.second < 0) return {node};
      if (names.empty() || names.back() != die) {
        names.push_back(die);
        ranges.push_back({DomainId{at}, 0});
      }
      ranges.back().count += llcs_[llc.index()].count;
      at = end(llcs_[llc.index()]);
    }
    std::sort(names.begin(), names.end());
    const bool apart = std::adjacent_find(names.begin(), names.end()) != names.end();
    return apart ? std::vector{node} : ranges;
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
    auto at = packages_[a].begin();
    return std::ranges::any_of(packages_[b], [&](int package) {  // both ascend
      at = std::lower_bound(at, packages_[a].end(), package);
      return at != packages_[a].end() && *at == package;
    });
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
    Shared of_node;
    for (const DomainRange die : dies_of(node)) {
      Shared of_die;
      for (std::int32_t at = die.first.value(); at < end(die);) {
        const DomainRange llc = llcs_[out_.at(DomainId{at}).llc.index()];
        at = end(llc);
        std::vector<Neighbour> own;
        if (llc.count > 1) {
          own.push_back({kSameLlcClass, llc});
          // Where a die is the whole node, what is near is the node.
          add_rest(own, die == node ? kSameNodeClass : kSameDieClass, die, llc);
          add_rest(own, kSameNodeClass, node, die);
          own.insert(own.end(), others.begin(), others.end());
          refer(llc, store(own), own.size());
          continue;
        }
        // A die that is the whole node, or the walker alone, is no step of its own.
        const bool step = die != node && die.count > 1;
        Shared& shared = step ? of_die : of_node;
        if (!shared.stored) {
          if (step) own.push_back({kSameDieClass, die});
          if (step) add_rest(own, kSameNodeClass, node, die);
          if (!step && node.count > 1) own.push_back({kSameNodeClass, node});
          own.insert(own.end(), others.begin(), others.end());
          shared = {true, store(own), own.size()};
        }
        refer(llc, shared.first, shared.count);
      }
    }
  }

  // What `whole` has outside `part`: what is behind comes first, as in a walk.
  static void add_rest(std::vector<Neighbour>& list, int distance_class, DomainRange whole,
                       DomainRange part) {
    const DomainRange behind = between(end(part), end(whole));
    const DomainRange before = between(whole.first.value(), part.first.value());
    if (behind.count > 0) list.push_back({distance_class, behind});
    if (before.count > 0) list.push_back({distance_class, before});
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

  using Die = std::pair<int, int>;  // package, die; ids of dies repeat in other packages
  static constexpr Die kNotYet = {-2, -2}, kNoDie = {-1, -1};
  struct Shared {
    bool stored = false;
    std::uint32_t first = 0;
    std::size_t count = 0;
  };

  const Topology& topology_;
  const CidMap& cids_;
  const DomainOptions& options_;
  Domains out_;
  std::vector<DomainRange> nodes_;          // by index into cids_.nodes()
  std::vector<DomainRange> llcs_;           // by LlcId
  std::vector<std::vector<int>> packages_;  // by index into cids_.nodes(), ascending
  std::vector<Die> dies_;                   // by LlcId; kNoDie for none and for several
  std::vector<std::size_t> table_index_;    // index into cids_.nodes() → into Topology::nodes()
  std::map<int, int> class_of_distance_;    // NUMA distance → class
};

DomainId Domains::domain(Cid cid) const {
  return cid.valid() && cid.index() < by_cid_.size() ? by_cid_[cid.index()] : DomainId{};
}

std::span<const Neighbour> Domains::neighbours(DomainId id) const {
  return neighbour_table().subspan(at(id).first_neighbour, at(id).nr_neighbours);
}

Domains make_domains(const Topology& topology, const CidMap& cids, const DomainOptions& options) {
  return DomainsBuilder(topology, cids, options).build();
}

}  // namespace scx
