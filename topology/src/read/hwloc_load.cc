// SPDX-License-Identifier: GPL-2.0-only
#include "hwloc_load.h"

#include <fmt/core.h>

#include <cerrno>
#include <climits>
#include <initializer_list>

namespace scx {
namespace {

constexpr std::initializer_list<hwloc_obj_type_t> kUnits = {HWLOC_OBJ_PACKAGE, HWLOC_OBJ_DIE,
                                                            HWLOC_OBJ_CORE};
constexpr std::initializer_list<hwloc_obj_type_t> kCaches = {
    HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE,  HWLOC_OBJ_L3CACHE,  HWLOC_OBJ_L4CACHE,
    HWLOC_OBJ_L5CACHE, HWLOC_OBJ_L1ICACHE, HWLOC_OBJ_L2ICACHE, HWLOC_OBJ_L3ICACHE};

// A topology that keeps what the reader uses: fewer objects, and fewer places for hwloc to find
// contradictions in. The CPUs outside the caller's cgroup are among them, as a scheduler schedules
// those too.
Result<HwlocTopology> prepare(bool caches, unsigned long flags = 0) {
  hwloc_topology_t bare = nullptr;
  if (hwloc_topology_init(&bare) != 0) return fail_errno(errno, "cannot set up hwloc");
  HwlocTopology topology{bare};
  hwloc_topology_set_all_types_filter(bare, HWLOC_TYPE_FILTER_KEEP_NONE);
  for (hwloc_obj_type_t type : kUnits)
    hwloc_topology_set_type_filter(bare, type, HWLOC_TYPE_FILTER_KEEP_ALL);
  // Where a node holds some cores of a package, its place is in a group.
  hwloc_topology_set_type_filter(bare, HWLOC_OBJ_GROUP, HWLOC_TYPE_FILTER_KEEP_STRUCTURE);
  if (caches) {
    for (hwloc_obj_type_t type : kCaches)
      hwloc_topology_set_type_filter(bare, type, HWLOC_TYPE_FILTER_KEEP_ALL);
  }
  if (hwloc_topology_set_flags(bare, flags | HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED) != 0)
    return fail_errno(errno, "hwloc refuses its flags");
  return topology;
}

}  // namespace

Result<HwlocTopology> load_this_machine() {
  // hwloc's CPUID reader would move this thread from CPU to CPU, and one that an RT task hogs would
  // never let it go.
  HwlocTopology topology =
      SCX_TRY(prepare(/*caches=*/false, HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING));
  if (hwloc_topology_load(topology.get()) != 0)
    return fail_errno(errno, "hwloc cannot load this machine");
  if (hwloc_topology_is_thissystem(topology.get()) == 0)
    return fail(ErrorKind::unsupported, "the environment shows hwloc another machine");
  return topology;
}

Result<HwlocTopology> load_xml(const std::string& xml, std::string_view name) {
  constexpr const char* kExpected = "expected a whole file that lstopo wrote with --of xml";
  const auto clean = clean_xml(xml);
  if (!clean)
    return fail(ErrorKind::invalid,
                fmt::format("hwloc cannot read {}: {}", name, clean.error().what), kExpected);
  HwlocTopology topology = SCX_TRY(prepare(/*caches=*/true));
  // The size counts the zero at the end.
  const bool fits = clean->size() < INT_MAX;
  if (!fits ||
      hwloc_topology_set_xmlbuffer(topology.get(), clean->c_str(),
                                   static_cast<int>(clean->size()) + 1) != 0 ||
      hwloc_topology_load(topology.get()) != 0)
    return fail(ErrorKind::invalid, fmt::format("hwloc cannot read {}", name), kExpected);
  return topology;
}

Result<HwlocTopology> load_synthetic(const std::string& description) {
  SCX_TRY(check_synthetic(description));
  HwlocTopology topology = SCX_TRY(prepare(/*caches=*/true));
  if (hwloc_topology_set_synthetic(topology.get(), description.c_str()) != 0 ||
      hwloc_topology_load(topology.get()) != 0)
    return fail(ErrorKind::invalid,
                fmt::format("hwloc cannot make a machine of '{}'", description.substr(0, 200)),
                "expected levels from the largest down to pu, such as 'node:2 core:4 pu:2', or the "
                "name of a file or directory that is there");
  return topology;
}

}  // namespace scx
