// SPDX-License-Identifier: GPL-2.0-only
#include "properties.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

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
  std::uint32_t greatest = 0;
  for (const Cpu& cpu : topology.cpus()) {
    EXPECT_EQ(&topology.at(cpu.id), &cpu);
    EXPECT_EQ(cpu.online, topology.online().contains(cpu.id));
    EXPECT_EQ(cpu.online, cpu.core.valid() && cpu.llc.valid() && cpu.node.valid());
    if (!cpu.online) continue;
    EXPECT_TRUE(topology.cores()[cpu.core.index()].cpus.contains(cpu.id));
    EXPECT_EQ(topology.cores()[cpu.core.index()].llc, cpu.llc);
    EXPECT_EQ(topology.cores()[cpu.core.index()].tier, cpu.tier);
    EXPECT_EQ(topology.llcs()[cpu.llc.index()].node, cpu.node);
    tiers.insert(cpu.tier);
    greatest = std::max(greatest, cpu.capacity);
    EXPECT_GE(cpu.capacity, 1U);
  }
  EXPECT_EQ(greatest, 1024U);
  EXPECT_EQ(static_cast<int>(tiers.size()), topology.nr_tiers());
  EXPECT_EQ(*tiers.begin(), 0);
  EXPECT_EQ(*tiers.rbegin(), topology.nr_tiers() - 1);
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

void expect_sound(const Topology& topology, const CidMap& cids, const Domains& domains) {
  std::vector<CidRange> ranges;
  std::uint64_t capacity = 0;
  for (const Domain& domain : domains.all()) {
    EXPECT_EQ(domain.id.index(), ranges.size());
    ranges.push_back(domain.cids);
    capacity += domain.capacity;
    for (std::int32_t c = 0; c < domain.cids.count; ++c) {
      const Cid cid{domain.cids.first.value() + c};
      const Cpu& cpu = topology.at(cids.cpu(cid));
      EXPECT_EQ(domains.domain(cid), domain.id);
      EXPECT_EQ(std::tuple(cpu.node, cpu.llc, cpu.tier),
                std::tuple(domain.node, domain.llc, domain.tier));
    }
  }
  expect_back_to_back(ranges, cids.online().count, "domain");
  for (const Cpu& cpu : topology.cpus()) {
    capacity -= cpu.capacity;
    EXPECT_EQ(domains.domain(cids.cid(cpu.id)).valid(), cpu.online);
  }
  EXPECT_EQ(capacity, 0U);

  for (const Domain& domain : domains.all()) {
    std::set<DomainId> seen;
    int last_class = 0;
    domains.for_each_neighbour(domain.id, [&](DomainId other, int distance_class) {
      EXPECT_TRUE(seen.insert(other).second) << "twice";
      EXPECT_GE(distance_class, last_class);
      EXPECT_LT(distance_class, domains.nr_distance_classes());
      const Domain& to = domains.at(other);
      EXPECT_EQ(distance_class == kSameLlcClass, to.llc == domain.llc);
      EXPECT_EQ(distance_class == kSameNodeClass, to.llc != domain.llc && to.node == domain.node);
      last_class = distance_class;
      return true;
    });
    EXPECT_FALSE(seen.contains(domain.id));
    EXPECT_EQ(seen.size() + 1, domains.all().size());
  }
}

void expect_all_sound(const Topology& topology) {
  expect_sound(topology);
  const CidMap cids = make_cid_map(topology);
  expect_sound(topology, cids);
  expect_sound(topology, cids, make_domains(topology, cids));
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
