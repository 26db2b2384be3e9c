// SPDX-License-Identifier: GPL-2.0-only
//
// The two readers behind read_machine(), and the rule that joins what they found.
#pragma once

#include <filesystem>

#include "scx/topology/raw_topology.h"

namespace scx {

// Everything that sysfs below `root` says. Errors: as read_machine().
Result<RawTopology> read_sysfs(const std::filesystem::path& root);

// What hwloc says of this machine, as far as join() wants it: packages, cores, core kinds, nodes;
// no caches. Errors: io, when hwloc cannot look; unsupported, when the environment (HWLOC_XMLFILE
// and the like) has it look at another machine.
Result<RawTopology> read_hwloc();

// Fills in what sysfs left open. sysfs wins where both speak, because the kernel numbers its cids
// by what sysfs shows; and caches come from sysfs alone, because a CPU without cacheinfo has the
// node as its LLC in the kernel's walk, whatever CPUID says. Pure.
void join(RawTopology& sysfs, const RawTopology& hwloc);

}  // namespace scx
