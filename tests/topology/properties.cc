// SPDX-License-Identifier: GPL-2.0-only
#include "properties.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <set>

namespace scx::test {
namespace {

// The units cover [0, end) without gap or overlap, in order.
template <typename Ranges>
void expect_back_to_back(const Ranges& ranges, std::int32_t last, const char* what) {
  std::int32_t next = 0;
  for (const auto& range : ranges) {
    EXPECT_GT(range.count, 0) << what;
    EXPECT_EQ(range.first.value(), next) << what;
    next = range.first.value() + range.count;
  }
  EXPECT_EQ(next, last) << what;
}

CpuSet cpus_of(const CidMap& cids, CidRange range) {
  CpuSet set;
  for (std::int32_t c = 0; c < range.count; ++c) set.insert(cids.cpu(Cid{range.first.value() + c}));
  return set;
}

bool inside(CidRange part, CidRange whole) {
  return part.first >= whole.first &&
         part.first.value() + part.count <= whole.first.value() + whole.count;
}

void expect_sound_energy_model(const Topology& topology) {
  CpuSet costed;
  for (const PerfDomain& domain : topology.perf_domains()) {
    EXPECT_FALSE(domain.cpus.empty());
    EXPECT_FALSE(domain.cpus.intersects(costed));
    costed |= domain.cpus;
    EXPECT_FALSE(domain.states.empty());
    std::uint64_t khz = 0, performance = 1;
    for (const PerfState& state : domain.states) {
      EXPECT_GT(state.khz, khz);
      EXPECT_GE(state.performance, performance);
      khz = state.khz;
      performance = state.performance;
    }
  }
  if (!topology.perf_domains().empty()) {
    EXPECT_EQ(costed, topology.online());
  }
}

// What each class means, from the units alone; Domains has it from ranges.
class Nearness {
 public:
  Nearness(const Topology& topology, const CidMap& cids)
      : topology_(topology),
        die_(topology.llcs().size(), kNone),
        has_dies_(topology.nodes().size(), true),
        packages_(topology.nodes().size()) {
    for (const Cpu& cpu : topology.cpus()) {
      if (!cpu.online) continue;
      const Die die = {cpu.package, cpu.die};
      if (die_[cpu.llc.index()] == kNone) die_[cpu.llc.index()] = die;
      if (die_[cpu.llc.index()] != die || cpu.die < 0) has_dies_[at(cpu.node)] = false;
      if (cpu.package >= 0) packages_[at(cpu.node)].insert(cpu.package);
    }
    std::vector<std::vector<Die>> runs(topology.nodes().size());  // of LLCs of one die
    for (std::size_t llc = 0; llc < topology.llcs().size(); ++llc) {
      auto& of_node = runs[at(topology.llcs()[llc].node)];
      if (of_node.empty() || of_node.back() != die_[llc]) of_node.push_back(die_[llc]);
    }
    for (std::size_t node = 0; node < runs.size(); ++node) {
      const bool apart = std::set(runs[node].begin(), runs[node].end()).size() < runs[node].size();
      if (apart || runs[node].size() < 2) has_dies_[node] = false;
    }
    for (const CidMap::NodeUnit& a : cids.nodes()) {
      for (const CidMap::NodeUnit& b : cids.nodes()) {
        if (a.id != b.id) distances_.insert(distance(a.id, b.id));
      }
    }
  }

  int distance_class(const Domain& from, const Domain& to) const {
    if (from.llc == to.llc) return kSameLlcClass;
    const bool same_die = die_[from.llc.index()] == die_[to.llc.index()];
    if (from.node == to.node)
      return has_dies_[at(from.node)] && same_die ? kSameDieClass : kSameNodeClass;
    for (int package : packages_[at(from.node)]) {
      if (packages_[at(to.node)].contains(package)) return kSamePackageClass;
    }
    const auto nearer = distances_.find(distance(from.node, to.node));
    return kFirstNumaClass + static_cast<int>(std::distance(distances_.begin(), nearer));
  }

 private:
  using Die = std::pair<int, int>;  // package, die
  static constexpr Die kNone = {-2, -2};

  std::size_t at(NodeId node) const { return static_cast<std::size_t>(topology_.node_index(node)); }
  int distance(NodeId from, NodeId to) const {
    return topology_.nodes()[at(from)].distances[at(to)];
  }

  const Topology& topology_;
  std::vector<Die> die_;                 // by LLC, that of its lowest CPU
  std::vector<bool> has_dies_;           // by node
  std::vector<std::set<int>> packages_;  // by node
  std::set<int> distances_;              // between two nodes with CPUs
};

// The domains of each (LLC, core type), as `options` say.
void expect_even_parts(const CidMap& cids, const Domains& domains, const DomainOptions& options) {
  std::map<std::pair<LlcId, int>, std::vector<int>> parts;  // numbers of cores
  for (const Domain& domain : domains.all()) {
    const Cid last{domain.cids.first.value() + domain.cids.count - 1};
    parts[{domain.llc, domain.tier}].push_back(cids.core(last).value() -
                                               cids.core(domain.cids.first).value() + 1);
  }
  for (const auto& [of, sizes] : parts) {
    const int cores = std::accumulate(sizes.begin(), sizes.end(), 0);
    const auto [least, most] = std::minmax_element(sizes.begin(), sizes.end());
    EXPECT_LE(*most - *least, 1);
    if (!options.virt_llc || cores <= options.virt_llc->max_cores) {
      EXPECT_EQ(sizes.size(), 1U);
      continue;
    }
    const auto [min, max] = std::pair(options.virt_llc->min_cores, options.virt_llc->max_cores);
    const int nr = static_cast<int>(sizes.size());
    EXPECT_GE(*least, min);
    // One part less would break the greatest size, or one more the least.
    if (*most <= max) {
      EXPECT_GT((cores + nr - 2) / (nr - 1), max);
    }
    if (*most > max) {
      EXPECT_LT(cores / (nr + 1), min);
    }
  }
}

std::string text(CidRange range) {
  return fmt::format("{}-{}", range.first.value(), range.first.value() + range.count - 1);
}

}  // namespace

void expect_sound(const Topology& topology) {
  EXPECT_EQ(topology.nr_cpu_ids(), topology.possible().last().value() + 1);
  EXPECT_TRUE(topology.possible().contains_all(topology.present()));
  EXPECT_TRUE(topology.present().contains_all(topology.online()));
  EXPECT_FALSE(topology.online().empty());
  EXPECT_EQ(topology.cpus().size(), topology.possible().count());

  CpuSet in_nodes, in_llcs, in_cores;
  std::size_t sum = 0;
  for (const Node& node : topology.nodes()) {
    in_nodes |= node.cpus;
    sum += node.cpus.count();
    EXPECT_EQ(node.distances.size(), topology.nodes().size());
    EXPECT_EQ(&topology.nodes()[static_cast<std::size_t>(topology.node_index(node.id))], &node);
  }
  EXPECT_EQ(in_nodes, topology.online());
  EXPECT_EQ(sum, topology.online().count());
  for (const Llc& llc : topology.llcs()) {
    EXPECT_FALSE(llc.cpus.intersects(in_llcs));
    in_llcs |= llc.cpus;
    const int node = topology.node_index(llc.node);
    ASSERT_GE(node, 0);
    EXPECT_TRUE(topology.nodes()[static_cast<std::size_t>(node)].cpus.contains_all(llc.cpus));
  }
  EXPECT_EQ(in_llcs, topology.online());
  for (const Core& core : topology.cores()) {
    EXPECT_FALSE(core.cpus.empty());
    EXPECT_FALSE(core.cpus.intersects(in_cores));
    in_cores |= core.cpus;
    EXPECT_TRUE(topology.llcs()[core.llc.index()].cpus.contains_all(core.cpus));
  }
  EXPECT_EQ(in_cores, topology.online());

  std::set<int> tiers;
  std::map<int, std::set<int>> ranks;  // by tier
  std::uint32_t greatest = 0;
  std::vector<std::uint32_t> least(static_cast<std::size_t>(topology.nr_tiers()), 1024);
  for (const Cpu& cpu : topology.cpus()) {
    EXPECT_EQ(&topology.at(cpu.id), &cpu);
    EXPECT_EQ(cpu.online, topology.online().contains(cpu.id));
    EXPECT_EQ(cpu.online, cpu.core.valid() && cpu.llc.valid() && cpu.node.valid());
    if (!cpu.online) {
      EXPECT_EQ(std::tuple(cpu.rank, cpu.turbo), std::tuple(0, false));
    }
    if (!cpu.online) continue;
    EXPECT_TRUE(topology.cores()[cpu.core.index()].cpus.contains(cpu.id));
    EXPECT_EQ(topology.cores()[cpu.core.index()].llc, cpu.llc);
    EXPECT_EQ(topology.cores()[cpu.core.index()].tier, cpu.tier);
    EXPECT_EQ(topology.llcs()[cpu.llc.index()].node, cpu.node);
    tiers.insert(cpu.tier);
    ranks[cpu.tier].insert(cpu.rank);
    auto& of_tier = least[static_cast<std::size_t>(cpu.tier)];
    of_tier = std::min(of_tier, cpu.capacity);
    greatest = std::max(greatest, cpu.capacity);
    EXPECT_GE(cpu.capacity, 1U);
  }
  EXPECT_EQ(greatest, 1024U);
  EXPECT_EQ(static_cast<int>(tiers.size()), topology.nr_tiers());
  EXPECT_EQ(*tiers.begin(), 0);
  EXPECT_EQ(*tiers.rbegin(), topology.nr_tiers() - 1);
  for (const auto& [tier, seen] : ranks) {
    EXPECT_EQ(*seen.begin(), 0) << "tier " << tier;
    EXPECT_EQ(*seen.rbegin(), static_cast<int>(seen.size()) - 1) << "tier " << tier;
  }
  for (const Cpu& cpu : topology.cpus()) {
    if (!cpu.online) continue;
    // The last of a tier is the only one that boosts no further than the least.
    EXPECT_EQ(cpu.turbo, cpu.rank != *ranks[cpu.tier].rbegin());
    if (cpu.tier > 0) {
      EXPECT_LE(cpu.capacity, least[static_cast<std::size_t>(cpu.tier - 1)]);
    }
  }
  expect_sound_energy_model(topology);
}

void expect_sound(const Topology& topology, const CidMap& cids) {
  EXPECT_EQ(static_cast<std::size_t>(cids.nr_cids()), topology.possible().count());
  EXPECT_EQ(cids.cpu_to_cid().size(), static_cast<std::size_t>(topology.nr_cpu_ids()));
  CpuSet seen;
  for (std::int32_t c = 0; c < cids.nr_cids(); ++c) {
    seen.insert(cids.cpu(Cid{c}));
    EXPECT_EQ(cids.cid(cids.cpu(Cid{c})), Cid{c});
    EXPECT_EQ(topology.at(cids.cpu(Cid{c})).online, cids.online().contains(Cid{c}));
  }
  EXPECT_EQ(seen, topology.possible());
  for (std::int32_t cpu = -1; cpu <= topology.nr_cpu_ids(); ++cpu)
    EXPECT_EQ(cids.cid(CpuId{cpu}).valid(), topology.possible().contains(CpuId{cpu}));

  const std::int32_t online = cids.online().count;
  std::vector<CidRange> node_ranges;
  for (const CidMap::NodeUnit& node : cids.nodes()) node_ranges.push_back(node.cids);
  expect_back_to_back(cids.cores(), online, "core");
  expect_back_to_back(cids.llcs(), online, "LLC");
  expect_back_to_back(node_ranges, online, "node");
  for (std::size_t c = 0; c < cids.cores().size(); ++c)
    EXPECT_EQ(cpus_of(cids, cids.cores()[c]), topology.cores()[c].cpus);
  for (std::size_t l = 0; l < cids.llcs().size(); ++l)
    EXPECT_EQ(cpus_of(cids, cids.llcs()[l]), topology.llcs()[l].cpus);

  for (std::int32_t c = 0; c < cids.nr_cids(); ++c) {
    const Cid cid{c};
    const Cpu& cpu = topology.at(cids.cpu(cid));
    EXPECT_EQ(cids.core(cid), cpu.core);
    EXPECT_EQ(cids.llc(cid), cpu.llc);
    EXPECT_EQ(cids.node(cid), cpu.node);
    EXPECT_EQ(cids.node_unit(cid) >= 0, cpu.online);
    if (!cpu.online) continue;
    EXPECT_TRUE(inside(cids.cores()[cpu.core.index()], cids.llcs()[cpu.llc.index()]));
    EXPECT_TRUE(inside(cids.llcs()[cpu.llc.index()],
                       cids.nodes()[static_cast<std::size_t>(cids.node_unit(cid))].cids));
  }

  const std::vector<CpuId> kernel = kernel_default_order(topology);
  EXPECT_EQ(
      cids.equals_kernel_default(),
      std::equal(kernel.begin(), kernel.end(), cids.cid_to_cpu().begin(), cids.cid_to_cpu().end()));
}

void expect_sound(const Topology& topology, const CidMap& cids, const Domains& domains,
                  const DomainOptions& options) {
  std::vector<CidRange> ranges;
  std::uint64_t capacity = 0;
  for (const Domain& domain : domains.all()) {
    EXPECT_EQ(domain.id.index(), ranges.size());
    ranges.push_back(domain.cids);
    capacity += domain.capacity;
    EXPECT_TRUE(inside(domain.cids, cids.llcs()[domain.llc.index()]));
    for (std::int32_t c = 0; c < domain.cids.count; ++c) {
      const Cid cid{domain.cids.first.value() + c};
      const Cpu& cpu = topology.at(cids.cpu(cid));
      EXPECT_EQ(domains.domain(cid), domain.id);
      EXPECT_TRUE(inside(cids.cores()[cpu.core.index()], domain.cids));
      EXPECT_EQ(std::tuple(cpu.node, cpu.llc, cpu.tier),
                std::tuple(domain.node, domain.llc, domain.tier));
    }
  }
  expect_back_to_back(ranges, cids.online().count, "domain");
  expect_even_parts(cids, domains, options);
  for (const Cpu& cpu : topology.cpus()) {
    capacity -= cpu.capacity;
    EXPECT_EQ(domains.domain(cids.cid(cpu.id)).valid(), cpu.online);
  }
  EXPECT_EQ(capacity, 0U);

  const Nearness nearness(topology, cids);
  for (const Domain& domain : domains.all()) {
    std::vector<bool> seen(domains.all().size(), false);
    std::size_t count = 0;
    int last_class = 0;
    domains.for_each_neighbour(domain.id, [&](DomainId other, int distance_class) {
      EXPECT_FALSE(seen[other.index()]) << "twice";
      seen[other.index()] = true;
      ++count;
      EXPECT_GE(distance_class, last_class);
      EXPECT_LT(distance_class, domains.nr_distance_classes());
      EXPECT_EQ(distance_class, nearness.distance_class(domain, domains.at(other)));
      last_class = distance_class;
      return true;
    });
    EXPECT_FALSE(seen[domain.id.index()]);
    EXPECT_EQ(count + 1, domains.all().size());
  }
}

void expect_all_sound(const Topology& topology, const DomainOptions& options) {
  expect_sound(topology);
  const CidMap cids = make_cid_map(topology);
  expect_sound(topology, cids);
  expect_sound(topology, cids, make_domains(topology, cids, options), options);
}

std::string describe(const Topology& topology) {
  const CidMap cids = make_cid_map(topology);
  const Domains domains = make_domains(topology, cids);
  std::string text = summary(topology) + "\n";
  text += fmt::format("possible {} present {} online {}\n", to_cpu_list(topology.possible()),
                      to_cpu_list(topology.present()), to_cpu_list(topology.online()));
  text += fmt::format("core types by {}\n", name(topology.tier_evidence().source));
  for (const std::string& tier : topology.tier_evidence().tiers)
    text += fmt::format("  has {}\n", tier);
  for (const auto& rejected : topology.tier_evidence().rejected)
    text += fmt::format("  not by {}: {}\n", name(rejected.source), rejected.reason);
  for (const std::string& note : topology.notes()) text += fmt::format("note: {}\n", note);
  text += fmt::format("cids {} the kernel's own\n",
                      cids.equals_kernel_default() ? "are" : "differ from");
  for (const Node& node : topology.nodes())
    text +=
        fmt::format("node {}: {} MB, CPUs {}, distances {}\n", node.id.value(),
                    node.memory_kb / 1024, to_cpu_list(node.cpus), fmt::join(node.distances, " "));
  for (std::size_t l = 0; l < topology.llcs().size(); ++l)
    text += fmt::format("LLC {}: node {}, {} KB, cids {}, CPUs {}\n", l,
                        topology.llcs()[l].node.value(), topology.llcs()[l].size_kb,
                        test::text(cids.llcs()[l]), to_cpu_list(topology.llcs()[l].cpus));
  for (const Domain& domain : domains.all()) {
    text += fmt::format("domain {}: node {}, LLC {}, tier {}, cids {}, capacity {}, CPUs {}; near:",
                        domain.id.value(), domain.node.value(), domain.llc.value(), domain.tier,
                        test::text(domain.cids), domain.capacity,
                        to_cpu_list(cpus_of(cids, domain.cids)));
    for (const Neighbour& near : domains.neighbours(domain.id))
      text +=
          fmt::format(" {}:{}+{}", near.distance_class, near.range.first.value(), near.range.count);
    text += '\n';
  }
  return text;
}

}  // namespace scx::test
