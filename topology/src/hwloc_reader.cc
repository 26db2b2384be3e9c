// SPDX-License-Identifier: GPL-2.0-only
#include <hwloc.h>

#include <cerrno>
#include <memory>
#include <type_traits>
#include <unordered_map>

#include "readers.h"

namespace scx {
namespace {

struct DestroyTopology {
  void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
};
using HwlocTopology = std::unique_ptr<std::remove_pointer_t<hwloc_topology_t>, DestroyTopology>;

struct FreeBitmap {
  void operator()(hwloc_bitmap_t bitmap) const { hwloc_bitmap_free(bitmap); }
};
using HwlocBitmap = std::unique_ptr<std::remove_pointer_t<hwloc_bitmap_t>, FreeBitmap>;

CpuSet to_cpu_set(hwloc_const_bitmap_t bitmap) {
  CpuSet set;
  if (bitmap == nullptr) return set;
  for (int cpu = hwloc_bitmap_next(bitmap, -1); cpu >= 0 && cpu <= kMaxCpu;
       cpu = hwloc_bitmap_next(bitmap, cpu)) {
    set.insert(CpuId{cpu});
  }
  return set;
}

std::optional<int> os_index(hwloc_obj_t object) {
  if (object == nullptr || object->os_index == HWLOC_UNKNOWN_INDEX) return std::nullopt;
  return static_cast<int>(object->os_index);
}

// Loads only what join() uses: fewer objects, and fewer places for hwloc to find contradictions in.
Result<HwlocTopology> load() {
  hwloc_topology_t bare = nullptr;
  if (hwloc_topology_init(&bare) != 0) return fail_errno(errno, "cannot set up hwloc");
  HwlocTopology topology{bare};
  hwloc_topology_set_all_types_filter(bare, HWLOC_TYPE_FILTER_KEEP_NONE);
  hwloc_topology_set_type_filter(bare, HWLOC_OBJ_PACKAGE, HWLOC_TYPE_FILTER_KEEP_ALL);
  hwloc_topology_set_type_filter(bare, HWLOC_OBJ_DIE, HWLOC_TYPE_FILTER_KEEP_ALL);
  hwloc_topology_set_type_filter(bare, HWLOC_OBJ_CORE, HWLOC_TYPE_FILTER_KEEP_ALL);
  // A scheduler schedules the CPUs outside its own cgroup too. And it must not move this thread
  // from CPU to CPU, as hwloc's CPUID reader does: one that an RT task hogs would never let it go.
  const unsigned long flags =
      HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED | HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING;
  if (hwloc_topology_set_flags(bare, flags) != 0)
    return fail_errno(errno, "hwloc refuses its flags");
  if (hwloc_topology_load(bare) != 0) return fail_errno(errno, "hwloc cannot load this machine");
  if (hwloc_topology_is_thissystem(bare) == 0)
    return fail(ErrorKind::unsupported, "the environment shows hwloc another machine");
  return topology;
}

std::unordered_map<CpuId, std::int64_t> kinds(hwloc_topology_t topology) {
  std::unordered_map<CpuId, std::int64_t> rank;
  const int count = hwloc_cpukinds_get_nr(topology, 0);
  HwlocBitmap cpus{hwloc_bitmap_alloc()};
  for (int kind = 0; cpus != nullptr && kind < count; ++kind) {
    int efficiency = -1;
    if (hwloc_cpukinds_get_info(topology, static_cast<unsigned>(kind), cpus.get(), &efficiency,
                                nullptr, nullptr, 0) != 0 ||
        efficiency < 0) {
      continue;
    }
    for (CpuId cpu : to_cpu_set(cpus.get())) rank[cpu] = efficiency;
  }
  return rank;
}

}  // namespace

Result<RawTopology> read_hwloc() {
  const HwlocTopology owner = SCX_TRY(load());
  hwloc_topology_t topology = owner.get();
  const auto kind_of = kinds(topology);
  RawTopology raw;

  for (hwloc_obj_t pu = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, nullptr); pu != nullptr;
       pu = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, pu)) {
    if (pu->os_index > static_cast<unsigned>(kMaxCpu)) continue;
    RawCpu cpu;
    cpu.cpu = CpuId{static_cast<std::int32_t>(pu->os_index)};
    cpu.package = os_index(hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_PACKAGE, pu));
    cpu.die = os_index(hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_DIE, pu));
    if (hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, pu)) {
      cpu.core = os_index(core);
      cpu.siblings = to_cpu_set(core->cpuset);
    }
    if (const auto found = kind_of.find(cpu.cpu); found != kind_of.end()) cpu.kind = found->second;
    raw.online.insert(cpu.cpu);
    raw.cpus.push_back(std::move(cpu));
  }
  for (hwloc_obj_t node = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, nullptr);
       node != nullptr; node = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, node)) {
    raw.nodes.push_back({NodeId{os_index(node).value_or(0)},
                         to_cpu_set(node->cpuset),
                         {},
                         node->attr->numanode.local_memory / 1024});
  }
  return raw;
}

}  // namespace scx
