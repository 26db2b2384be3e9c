// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>

#include "bundle_text.h"
#include "input_file.h"
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

namespace {

// hwloc only adds to what is there, so that its failure is no reason to fail.
void join_or_note(RawTopology& raw, const Result<RawTopology>& hwloc) {
  if (hwloc) return join(raw, *hwloc);
  raw.notes.push_back(fmt::format("hwloc was left out: {}", hwloc.error().message()));
}

Result<RawTopology> read_directory(const Source& source) {
  RawTopology raw = SCX_TRY(read_sysfs(DiskTree(source.path)));
  if (source.is_this_machine()) join_or_note(raw, read_hwloc());
  return raw;
}

Result<RawTopology> replay(const std::filesystem::path& path) {
  Bundle bundle = SCX_TRY(read_bundle(path));
  RawTopology raw = SCX_TRY(read_sysfs(MemoryTree(path.native(), std::move(bundle.tree))));
  if (!bundle.hwloc_xml.empty())
    join_or_note(raw, read_hwloc_xml(bundle.hwloc_xml, path.native() + ": hwloc-xml"));
  if (!bundle.hwloc_error.empty())
    raw.notes.push_back(fmt::format("hwloc was left out: {}", bundle.hwloc_error));
  return raw;
}

}  // namespace

Result<RawTopology> read_machine(const Source& source) {
  switch (source.kind) {
    case Source::Kind::directory:
      return read_directory(source);
    case Source::Kind::xml:
      return read_hwloc_xml(SCX_TRY(read_input(source.path)), source.path.native());
    case Source::Kind::bundle:
      return replay(source.path);
    case Source::Kind::synthetic:
      break;
  }
  return read_hwloc_synthetic(source.synthetic);
}

}  // namespace scx
