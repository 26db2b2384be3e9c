// SPDX-License-Identifier: GPL-2.0-only
//
// The readers behind read_machine(), and the rule that joins what two of them found.
#pragma once

#include <string>
#include <string_view>

#include "file_tree.h"
#include "scx/topology/raw_topology.h"

namespace scx {

// Everything that sysfs and debugfs say. Errors: as read_machine().
Result<RawTopology> read_sysfs(const FileTree& tree);

// The energy model, in the order of its directories' names; none where there is none. What cannot
// be read or understood is left out, with a note.
std::vector<PerfDomain> read_energy_model(const FileTree& tree, std::vector<std::string>& notes);

// What hwloc says of this machine, as far as join() wants it: packages, cores, core kinds, nodes;
// no caches. Errors: io, when hwloc cannot look; unsupported, when the environment (HWLOC_XMLFILE
// and the like) has it look at another machine.
Result<RawTopology> read_hwloc();

// The same as XML, from which read_hwloc_xml() gives the same again. Without what hwloc knows of
// the machine beside its CPUs: host name, serial numbers and other infos.
Result<std::string> hwloc_xml_of_this_machine();

// A machine that hwloc wrote down, caches too. `name` is what errors call it. Errors: invalid.
Result<RawTopology> read_hwloc_xml(const std::string& xml, std::string_view name);

// A machine that hwloc makes up. Errors: invalid, saying what was expected.
Result<RawTopology> read_hwloc_synthetic(const std::string& description);

// Fills in what sysfs left open. sysfs wins where both speak, because the kernel numbers its cids
// by what sysfs shows; and caches come from sysfs alone, because a CPU without cacheinfo has the
// node as its LLC in the kernel's walk, whatever CPUID says. Pure.
void join(RawTopology& sysfs, const RawTopology& hwloc);

}  // namespace scx
