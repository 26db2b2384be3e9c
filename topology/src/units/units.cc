// SPDX-License-Identifier: GPL-2.0-only
//
// The rules are those of kernel/sched/ext_cid.c, scx_cid_init(): at each level take the lowest CPU
// that is left, and with it those of its mask that are left in the level above. That splits a cache
// across two nodes into two LLCs, and core ids that repeat into as many cores.
#include "units.h"

#include <algorithm>
#include <tuple>

namespace scx {
namespace {

class Cutter {
 public:
  Cutter(const RawTopology& raw, const RawByCpu& by_cpu, std::span<const std::int32_t> node_of)
      : raw_(raw),
        by_cpu_(by_cpu),
        node_of_(node_of),
        llc_of_(node_of.size(), -1),
        has_core_(node_of.size(), false) {}

  Units cut() {
    std::vector<std::vector<CpuId>> in_node(raw_.nodes.size());
    std::vector<std::int32_t> node_order;
    for (std::size_t cpu = 0; cpu < node_of_.size(); ++cpu) {
      if (node_of_[cpu] < 0) continue;
      auto& members = in_node[static_cast<std::size_t>(node_of_[cpu])];
      if (members.empty()) node_order.push_back(node_of_[cpu]);
      members.push_back(CpuId{static_cast<std::int32_t>(cpu)});
    }
    for (std::int32_t node : node_order) cut_node(node, in_node[static_cast<std::size_t>(node)]);
    return std::move(units_);
  }

 private:
  void cut_node(std::int32_t node, const std::vector<CpuId>& cpus) {
    for (CpuId first : cpus) {
      if (llc_of_[first.index()] >= 0) continue;
      const auto llc = static_cast<std::int32_t>(units_.llcs.size());
      LlcUnit unit;
      unit.node = node;
      // Ascending: what is below `first` has its LLC already.
      std::vector<CpuId> members;
      const auto take = [&](CpuId cpu) {
        if (cpu.index() >= node_of_.size() || node_of_[cpu.index()] != node) return;
        if (llc_of_[cpu.index()] >= 0) return;
        llc_of_[cpu.index()] = llc;
        members.push_back(cpu);
      };
      take(first);  // whether or not its own mask has it
      if (const RawCache* cache = last_cache(raw_, by_cpu_[first.index()])) {
        unit.size_kb = cache->size_kb;
        for (CpuId cpu : cache->cpus) take(cpu);
      } else {
        for (CpuId cpu : cpus) take(cpu);
      }
      cut_llc(llc, members);
      unit.cpus = set_of(std::move(members));
      units_.llcs.push_back(std::move(unit));
    }
  }

  void cut_llc(std::int32_t llc, const std::vector<CpuId>& cpus) {
    const std::vector<Named> by_id = cores_by_id(cpus);
    for (CpuId first : cpus) {
      if (has_core_[first.index()]) continue;
      std::vector<CpuId> members;
      const auto take = [&](CpuId cpu) {
        if (cpu.index() >= llc_of_.size() || llc_of_[cpu.index()] != llc) return;
        if (has_core_[cpu.index()]) return;
        has_core_[cpu.index()] = true;
        members.push_back(cpu);
      };
      take(first);
      const RawCpu* said = by_cpu_[first.index()];
      if (said != nullptr && said->siblings) {
        for (CpuId cpu : *said->siblings) take(cpu);
      } else if (said != nullptr && said->core) {
        auto at = std::lower_bound(by_id.begin(), by_id.end(), Named{key(*said), CpuId{}});
        for (; at != by_id.end() && at->first == key(*said); ++at) take(at->second);
      }
      units_.cores.push_back({llc, set_of(std::move(members))});
    }
  }

  using Key = std::tuple<int, int, int>;
  using Named = std::pair<Key, CpuId>;
  static Key key(const RawCpu& cpu) {
    return {cpu.package.value_or(-1), cpu.die.value_or(-1), cpu.core.value_or(-1)};
  }

  // The CPUs that name a core but not its threads, sorted.
  std::vector<Named> cores_by_id(const std::vector<CpuId>& cpus) const {
    std::vector<Named> named;
    for (CpuId cpu : cpus) {
      const RawCpu* said = by_cpu_[cpu.index()];
      if (said != nullptr && !said->siblings && said->core) named.emplace_back(key(*said), cpu);
    }
    std::sort(named.begin(), named.end());
    return named;
  }

  const RawTopology& raw_;
  const RawByCpu& by_cpu_;
  std::span<const std::int32_t> node_of_;
  std::vector<std::int32_t> llc_of_;  // by CPU number
  std::vector<bool> has_core_;        // by CPU number
  Units units_;
};

}  // namespace

CpuSet set_of(std::vector<CpuId> cpus) {
  std::sort(cpus.begin(), cpus.end());
  CpuSet set;
  for (CpuId cpu : cpus) set.insert(cpu);
  return set;
}

const RawCache* last_cache(const RawTopology& raw, const RawCpu* cpu) {
  if (cpu == nullptr || cpu->caches.empty()) return nullptr;
  const std::int32_t index = cpu->caches.back();
  const bool there = index >= 0 && static_cast<std::size_t>(index) < raw.caches.size();
  return there ? &raw.caches[static_cast<std::size_t>(index)] : nullptr;
}

Units cut_units(const RawTopology& raw, const RawByCpu& by_cpu,
                std::span<const std::int32_t> node_of) {
  return Cutter(raw, by_cpu, node_of).cut();
}

}  // namespace scx
