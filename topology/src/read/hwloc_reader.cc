// SPDX-License-Identifier: GPL-2.0-only
//
// hwloc's topology → RawTopology.
#include <fmt/core.h>

#include <algorithm>
#include <climits>
#include <memory>
#include <numeric>
#include <span>
#include <unordered_map>

#include "hwloc_load.h"
#include "readers.h"
#include "scx/base/file.h"

namespace scx {
namespace {

struct FreeBitmap {
  void operator()(hwloc_bitmap_t bitmap) const { hwloc_bitmap_free(bitmap); }
};
using HwlocBitmap = std::unique_ptr<std::remove_pointer_t<hwloc_bitmap_t>, FreeBitmap>;

CpuSet to_cpu_set(hwloc_const_bitmap_t bitmap) {
  CpuSet set;
  if (bitmap == nullptr) return set;
  for (int first = hwloc_bitmap_first(bitmap); first >= 0 && first <= kMaxCpu;) {
    const int after = hwloc_bitmap_next_unset(bitmap, first);
    const int last = after < 0 ? kMaxCpu : std::min(after - 1, kMaxCpu);
    set.insert_range(CpuId{first}, CpuId{last});
    first = hwloc_bitmap_next(bitmap, last);
  }
  return set;
}

std::optional<int> os_index(hwloc_obj_t object) {
  if (object == nullptr || object->os_index > static_cast<unsigned>(INT_MAX)) return std::nullopt;
  return static_cast<int>(object->os_index);
}

std::vector<hwloc_obj_t> objects(hwloc_topology_t topology, hwloc_obj_type_t type) {
  std::vector<hwloc_obj_t> all;
  for (hwloc_obj_t object = hwloc_get_next_obj_by_type(topology, type, nullptr); object != nullptr;
       object = hwloc_get_next_obj_by_type(topology, type, object))
    all.push_back(object);
  return all;
}

// The system's numbers of packages; their place in hwloc's order where the system has none (macOS,
// Windows), so that two packages are never taken for one. The CPUs lead to them, as hwloc lists no
// packages at all where one lies in another.
std::unordered_map<hwloc_obj_t, int> package_ids(hwloc_topology_t topology) {
  std::unordered_map<hwloc_obj_t, int> ids;
  for (hwloc_obj_t pu : objects(topology, HWLOC_OBJ_PU)) {
    if (hwloc_obj_t package = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_PACKAGE, pu))
      ids.emplace(package, static_cast<int>(ids.size()));
  }
  if (std::ranges::all_of(ids, [](const auto& p) { return os_index(p.first).has_value(); })) {
    for (auto& [package, id] : ids) id = *os_index(package);
  }
  return ids;
}

class HwlocReader {
 public:
  explicit HwlocReader(hwloc_topology_t topology)
      : topology_(topology), packages_(package_ids(topology)) {}

  Result<RawTopology> read() {
    for (hwloc_obj_t pu : objects(topology_, HWLOC_OBJ_PU)) SCX_TRY(read_cpu(pu));
    read_kinds();
    SCX_TRY(read_nodes());
    read_distances();
    SCX_TRY(settle_possible());
    return std::move(raw_);
  }

 private:
  Status read_cpu(hwloc_obj_t pu) {
    if (pu->os_index > static_cast<unsigned>(kMaxCpu))
      return fail(ErrorKind::invalid,
                  fmt::format("hwloc has a CPU {}, above the limit of {}", pu->os_index, kMaxCpu));
    RawCpu cpu;
    cpu.cpu = CpuId{static_cast<std::int32_t>(pu->os_index)};
    if (hwloc_obj_t package = hwloc_get_ancestor_obj_by_type(topology_, HWLOC_OBJ_PACKAGE, pu))
      cpu.package = packages_.at(package);
    cpu.die = os_index(hwloc_get_ancestor_obj_by_type(topology_, HWLOC_OBJ_DIE, pu));
    if (hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(topology_, HWLOC_OBJ_CORE, pu)) {
      cpu.core = os_index(core);
      cpu.siblings = to_cpu_set(core->cpuset);
    }
    cpu.caches = caches_above(pu);
    raw_.online.insert(cpu.cpu);
    place_.emplace(cpu.cpu, raw_.cpus.size());
    raw_.cpus.push_back(std::move(cpu));
    return {};
  }

  // In the kernel's order: by level, and of one level the instruction cache before the one that
  // holds data, so that the last is what a scheduler calls the LLC.
  std::vector<std::int32_t> caches_above(hwloc_obj_t pu) {
    std::vector<hwloc_obj_t> found;
    for (hwloc_obj_t above = pu->parent; above != nullptr; above = above->parent) {
      if (hwloc_obj_type_is_cache(above->type) != 0) found.push_back(above);
    }
    const auto order = [](hwloc_obj_t cache) {
      return std::pair(cache->attr->cache.depth,
                       cache->attr->cache.type != HWLOC_OBJ_CACHE_INSTRUCTION);
    };
    std::ranges::stable_sort(found, {}, order);
    while (!found.empty() && found.back()->attr->cache.type == HWLOC_OBJ_CACHE_INSTRUCTION)
      found.pop_back();
    std::vector<std::int32_t> indexes;
    for (hwloc_obj_t cache : found) indexes.push_back(index_of(cache));
    return indexes;
  }

  std::int32_t index_of(hwloc_obj_t cache) {
    const auto [found, added] =
        cache_index_.emplace(cache, static_cast<std::int32_t>(raw_.caches.size()));
    if (!added) return found->second;
    RawCache raw;
    raw.level = static_cast<int>(std::min(cache->attr->cache.depth, unsigned{INT_MAX}));
    if (cache->attr->cache.type == HWLOC_OBJ_CACHE_DATA) raw.type = CacheType::data;
    if (cache->attr->cache.type == HWLOC_OBJ_CACHE_INSTRUCTION) raw.type = CacheType::instruction;
    raw.size_kb = cache->attr->cache.size / 1024;
    raw.cpus = to_cpu_set(cache->cpuset);
    raw_.caches.push_back(std::move(raw));
    return found->second;
  }

  void read_kinds() {
    const int count = hwloc_cpukinds_get_nr(topology_, 0);
    HwlocBitmap cpus{hwloc_bitmap_alloc()};
    for (int kind = 0; cpus != nullptr && kind < count; ++kind) {
      int efficiency = -1;
      unsigned nr_infos = 0;
      hwloc_info_s* infos = nullptr;
      if (hwloc_cpukinds_get_info(topology_, static_cast<unsigned>(kind), cpus.get(), &efficiency,
                                  &nr_infos, &infos, 0) != 0)
        continue;
      for (CpuId id : to_cpu_set(cpus.get())) {
        const auto found = place_.find(id);
        if (found == place_.end()) continue;
        RawCpu& cpu = raw_.cpus[found->second];
        if (efficiency >= 0) cpu.kind = efficiency;
        for (const hwloc_info_s& info : std::span(infos, nr_infos)) take_info(cpu, info);
      }
    }
  }

  static void take_info(RawCpu& cpu, const hwloc_info_s& info) {
    const std::string_view name = info.name;
    const auto value = parse_int(info.value);
    if (!value || *value < 0 || *value > INT_MAX) return;
    if (name == "FrequencyMaxMHz") cpu.max_khz = *value * 1000;
    if (name == "FrequencyBaseMHz") cpu.base_khz = *value * 1000;
    if (name == "LinuxCapacity") cpu.capacity = *value;
  }

  // To memory without CPUs of its own (HBM, CXL, GPUs) hwloc gives the CPUs beside it, Linux none.
  // Firmware numbers such nodes after the others, so the first node that names a CPU has it.
  Status read_nodes() {
    nodes_ = objects(topology_, HWLOC_OBJ_NUMANODE);
    std::ranges::stable_sort(nodes_, {}, &hwloc_obj::os_index);
    CpuSet placed;
    std::string bare;
    for (hwloc_obj_t node : nodes_) {
      if (node->os_index > static_cast<unsigned>(kMaxCpu))
        return fail(ErrorKind::invalid,
                    fmt::format("hwloc has a NUMA node {}, above the limit of {}", node->os_index,
                                kMaxCpu));
      RawNode raw;
      raw.id = NodeId{static_cast<std::int32_t>(node->os_index)};
      const CpuSet beside = to_cpu_set(node->cpuset);
      raw.cpus = beside - placed;
      if (beside.intersects(placed))
        bare += fmt::format("{}{}", bare.empty() ? "" : ",", raw.id.value());
      raw.memory_kb = node->attr->numanode.local_memory / 1024;
      placed |= raw.cpus;
      raw_.nodes.push_back(std::move(raw));
    }
    if (!bare.empty())
      raw_.notes.push_back(fmt::format(
          "hwloc has NUMA nodes {} beside CPUs of nodes before them: they are memory alone", bare));
    return {};
  }

  void read_distances() {
    hwloc_distances_s* found = nullptr;
    unsigned count = 1;
    if (hwloc_distances_get_by_type(topology_, HWLOC_OBJ_NUMANODE, &count, &found,
                                    HWLOC_DISTANCES_KIND_MEANS_LATENCY, 0) != 0 ||
        count == 0 || found == nullptr)
      return;
    take_distances(*found);
    hwloc_distances_release(topology_, found);
  }

  // Linux says 10 for a node's distance to itself. Another scale is brought to that by the least
  // such distance; what has no scale, or leaves nodes out, is as good as none.
  void take_distances(const hwloc_distances_s& matrix) {
    const std::size_t size = nodes_.size();
    if (matrix.nbobjs != size) return;
    std::vector<std::size_t> place;  // of each node in the matrix
    for (hwloc_obj_t node : nodes_)
      place.push_back(
          static_cast<std::size_t>(std::ranges::find(std::span(matrix.objs, size), node) -
                                   std::span(matrix.objs, size).begin()));
    if (std::ranges::find(place, size) != place.end()) return;
    hwloc_uint64_t self = matrix.values[0];
    for (std::size_t n = 0; n < size; ++n) self = std::min(self, matrix.values[n * size + n]);
    if (self == 0) return;
    const double scale = self == 10 ? 1.0 : 10.0 / static_cast<double>(self);
    for (std::size_t from = 0; from < size; ++from) {
      for (std::size_t to = 0; to < size; ++to) {
        const double value =
            static_cast<double>(matrix.values[place[from] * size + place[to]]) * scale + 0.5;
        raw_.nodes[from].distances.push_back(static_cast<int>(std::min(value, double{INT_MAX})));
      }
    }
  }

  // complete_cpuset has the CPUs that are offline or not there too. A set without an end says
  // nothing.
  Status settle_possible() {
    const hwloc_const_cpuset_t complete = hwloc_get_root_obj(topology_)->complete_cpuset;
    const int last = complete == nullptr ? -1 : hwloc_bitmap_last(complete);
    if (last > kMaxCpu)
      return fail(ErrorKind::invalid,
                  fmt::format("hwloc has a CPU {}, above the limit of {}", last, kMaxCpu));
    raw_.possible = last < 0 ? raw_.online : to_cpu_set(complete) | raw_.online;
    raw_.present = raw_.possible;
    return {};
  }

  hwloc_topology_t topology_;
  const std::unordered_map<hwloc_obj_t, int> packages_;
  std::vector<hwloc_obj_t> nodes_;  // as raw_.nodes
  RawTopology raw_;
  std::unordered_map<CpuId, std::size_t> place_;  // in raw_.cpus
  std::unordered_map<hwloc_obj_t, std::int32_t> cache_index_;
};

Result<RawTopology> to_raw(const HwlocTopology& topology) {
  return HwlocReader(topology.get()).read();
}

}  // namespace

Result<RawTopology> read_hwloc() { return to_raw(SCX_TRY(load_this_machine())); }

Result<RawTopology> read_hwloc_xml(const std::string& xml, std::string_view name) {
  auto raw = to_raw(SCX_TRY(load_xml(xml, name)));
  if (!raw) raw.error().what = fmt::format("{}: {}", name, raw.error().what);
  return raw;
}

Result<RawTopology> read_hwloc_synthetic(const std::string& description) {
  return to_raw(SCX_TRY(load_synthetic(description)));
}

}  // namespace scx
