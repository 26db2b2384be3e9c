// SPDX-License-Identifier: GPL-2.0-only
#include "expected_cids.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "scx/topology/shards.h"

namespace scx::scxtopo {
namespace {

struct Member {
  const char* name;
  s32 probe_cid::*value;
  bool since_73;
};

constexpr std::array kMembers = {
    Member{"is CPU", &probe_cid::cpu, false},
    Member{"has the core whose first cid is", &probe_cid::core_cid, false},
    Member{"has the core number", &probe_cid::core_idx, false},
    Member{"has the LLC whose first cid is", &probe_cid::llc_cid, false},
    Member{"has the LLC number", &probe_cid::llc_idx, false},
    Member{"has the node whose first cid is", &probe_cid::node_cid, false},
    Member{"has the node number", &probe_cid::node_idx, false},
    Member{"has the shard whose first cid is", &probe_cid::shard_cid, true},
    Member{"has the shard number", &probe_cid::shard_idx, true},
};

constexpr probe_cid kNothing{-1, -1, -1, -1, -1, -1, -1, -1, -1};

// Numbers units in the order in which a walk meets them, and remembers where each began.
class Met {
 public:
  struct Unit {
    s32 first, number;
  };
  Unit meet(std::int32_t unit, s32 cid) {
    return units_.try_emplace(unit, Unit{cid, static_cast<s32>(units_.size())}).first->second;
  }

 private:
  std::unordered_map<std::int32_t, Unit> units_;
};

void set_shards(std::vector<probe_cid>& cids, const Machine& machine) {
  const std::vector<Cid> starts = make_shards(machine.topology, machine.cids);
  s32 shard = -1;
  for (std::size_t cid = 0; cid < cids.size(); ++cid) {
    const auto next = static_cast<std::size_t>(shard + 1);
    if (next < starts.size() && starts[next].index() == cid) ++shard;
    cids[cid].shard_cid = starts[static_cast<std::size_t>(shard)].value();
    cids[cid].shard_idx = shard;
  }
}

}  // namespace

std::vector<probe_cid> kernel_default_cids(const Machine& machine) {
  const Topology& topology = machine.topology;
  std::vector<probe_cid> cids;
  Met cores, llcs, nodes;
  for (CpuId id : kernel_default_order(topology)) {
    const Cpu& cpu = topology.at(id);
    const auto cid = static_cast<s32>(cids.size());
    cids.push_back(kNothing);
    cids.back().cpu = id.value();
    if (!cpu.online || topology.without_node().contains(id)) continue;
    const Met::Unit core = cores.meet(cpu.core.value(), cid);
    const Met::Unit llc = llcs.meet(cpu.llc.value(), cid);
    const Met::Unit node = nodes.meet(cpu.node.value(), cid);
    cids.back() = {id.value(), core.first,  core.number, llc.first, llc.number,
                   node.first, node.number, -1,          -1};
  }
  if (machine.cids.equals_kernel_default()) set_shards(cids, machine);
  return cids;
}

std::vector<probe_cid> installed_cids(const Machine& machine) {
  std::vector<probe_cid> cids;
  for (CpuId cpu : machine.cids.cid_to_cpu()) {
    cids.push_back(kNothing);
    cids.back().cpu = cpu.value();
  }
  set_shards(cids, machine);
  return cids;
}

std::optional<std::string> first_difference(std::span<const probe_cid> kernel,
                                            std::span<const probe_cid> expected) {
  if (kernel.size() != expected.size())
    return fmt::format("the kernel has {} cids, and scxtopo {}", kernel.size(), expected.size());
  const auto told = [](std::span<const probe_cid> cids, const Member& member) {
    return std::any_of(cids.begin(), cids.end(),
                       [&](const probe_cid& cid) { return cid.*member.value != -1; });
  };
  for (std::size_t cid = 0; cid < kernel.size(); ++cid) {
    for (const Member& member : kMembers) {
      const s32 theirs = kernel[cid].*member.value, ours = expected[cid].*member.value;
      if (theirs == ours) continue;
      if (member.since_73 && (!told(kernel, member) || !told(expected, member))) continue;
      return fmt::format("cid {} {} {} to the kernel, and {} to scxtopo", cid, member.name, theirs,
                         ours);
    }
  }
  return std::nullopt;
}

}  // namespace scx::scxtopo
