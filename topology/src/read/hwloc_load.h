// SPDX-License-Identifier: GPL-2.0-only
//
// Loading hwloc's topologies: this machine, one from XML, one that is made up. What the environment
// says (HWLOC_XMLFILE, HWLOC_SYNTHETIC, HWLOC_COMPONENTS and the like) does not count for the last
// two: hwloc asks it only where its caller named no source.
#pragma once

#include <hwloc.h>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "scx/base/result.h"

namespace scx {

struct DestroyTopology {
  void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
};
using HwlocTopology = std::unique_ptr<std::remove_pointer_t<hwloc_topology_t>, DestroyTopology>;

// Without caches: join() takes those from sysfs alone. Errors: as read_hwloc() (readers.h).
Result<HwlocTopology> load_this_machine();

// Errors: invalid; `name` is what they call it.
Result<HwlocTopology> load_xml(const std::string& xml, std::string_view name);

// Errors: invalid, for what hwloc cannot parse, and for what is larger than any machine.
Result<HwlocTopology> load_synthetic(const std::string& description);

// Whether hwloc may see this description: one of up to kMaxCpu + 1 CPUs, whose numbers go up to
// kMaxCpu. hwloc itself makes room for any number, before it looks at another. Pure.
// Errors: invalid.
Status check_synthetic(std::string_view description);

// hwloc's XML, versions 2 and 3, written anew from what the reader uses of it: the machine, its
// packages, dies, cores, CPUs, caches, groups and nodes with their sets; the first table of
// distances between nodes; core kinds. hwloc crashes, or leaks, on other XML that is damaged. The
// rest is gone: devices, host name, serial numbers, cgroup, the program that asked, counts of
// memory pages. The same XML gives the same text, and that text itself. Pure.
// Errors: invalid, with the line, for what hwloc did not write or what was damaged since.
Result<std::string> clean_xml(std::string_view xml);

}  // namespace scx
