// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>

#include "readers.h"

namespace scx {

void join(RawTopology& sysfs, const RawTopology& hwloc) {
  const bool kinds_known = std::any_of(sysfs.cpus.begin(), sysfs.cpus.end(),
                                       [](const RawCpu& c) { return c.kind.has_value(); });
  std::unordered_map<CpuId, const RawCpu*> said;
  for (const RawCpu& cpu : hwloc.cpus) said.emplace(cpu.cpu, &cpu);

  for (RawCpu& cpu : sysfs.cpus) {
    const auto found = said.find(cpu.cpu);
    if (found == said.end()) continue;
    const RawCpu& other = *found->second;
    if (!cpu.package) cpu.package = other.package;
    if (!cpu.core && !cpu.siblings) {
      cpu.core = other.core;
      cpu.siblings = other.siblings;
    }
    if (!kinds_known) cpu.kind = other.kind;
  }
  if (sysfs.nodes.empty()) sysfs.nodes = hwloc.nodes;
}

Result<RawTopology> read_machine(const Source& source) {
  RawTopology raw = SCX_TRY(read_sysfs(source.root));
  if (source.root.lexically_normal() != "/") return raw;

  // hwloc only adds to what is there, so that its failure is no reason to fail.
  if (const Result<RawTopology> hwloc = read_hwloc()) {
    join(raw, *hwloc);
  } else {
    raw.notes.push_back(fmt::format("hwloc was left out: {}", hwloc.error().message()));
  }
  return raw;
}

}  // namespace scx
