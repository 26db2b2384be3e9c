// SPDX-License-Identifier: GPL-2.0-only
//
// RawTopology: what the machine said about its CPUs, as it said it. Plain data without rules: sets
// may contradict each other, ids may repeat, anything but the CPU sets may be missing. Tests build
// one by hand; schedulers want Topology, which validate() (topology.h) makes of it.
//
//   RawTopology raw = SCX_TRY(read_machine(Source{}));
//   Topology topology = SCX_TRY(validate(std::move(raw)));
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scx/base/cpu_set.h"
#include "scx/base/ids.h"
#include "scx/base/result.h"
#include "scx/topology/energy_model.h"
#include "scx/topology/source.h"

namespace scx {

enum class CacheType { data, instruction, unified };

// One cache; CPUs that describe it in the same words share one entry.
struct RawCache {
  int level = 0;  // 1, 2, 3 …
  CacheType type = CacheType::unified;
  std::uint64_t size_kb = 0;  // 0: unknown
  CpuSet cpus;                // those that share it
};

// One online CPU. Offline ones have no topology directories in sysfs, and no entry here.
struct RawCpu {
  CpuId cpu;
  // The kernel's numbers, which are only names: they have gaps, and core and die ids repeat from
  // one package to the next. -1 (what the kernel says when it does not know) is read as nothing.
  std::optional<int> package, die, core;
  std::optional<CpuSet> siblings;    // hardware threads of its core, itself among them
  std::vector<std::int32_t> caches;  // indexes into RawTopology::caches, in the kernel's order of
                                     // leaves: the last one is the last-level cache
  // Evidence for core types; units are the source's own except where named.
  std::optional<std::int64_t> capacity;  // cpu_capacity: 1024 is the biggest core of the machine
  std::optional<std::int64_t> prefcore;  // cpufreq/amd_pstate_prefcore_ranking
  std::optional<std::int64_t> cppc;      // acpi_cppc/highest_perf
  std::optional<std::int64_t> kind;      // efficiency rank of the core's kind, greater is bigger:
                                         // hwloc's cpukinds, or Intel's cpu_core and cpu_atom
  std::optional<std::int64_t> max_khz;   // cpufreq/cpuinfo_max_freq
  std::optional<std::int64_t> base_khz;  // cpufreq/base_frequency
  std::optional<std::int64_t>
      resume_latency_us;  // power/pm_qos_resume_latency_us: what users allow
};

struct RawNode {
  NodeId id;
  CpuSet cpus;                 // may name CPUs that are not online; empty for memory without CPUs
  std::vector<int> distances;  // to each of RawTopology::nodes, in that order; 10 is the local one
  std::uint64_t memory_kb = 0;
};

struct RawTopology {
  CpuSet possible, present, online;
  std::vector<RawCpu> cpus;
  std::vector<RawCache> caches;
  std::vector<RawNode> nodes;            // in ascending order of id
  std::vector<PerfDomain> perf_domains;  // the energy model; empty where the kernel shows none
  std::vector<std::string> notes;        // fallbacks that the reader took, one clause each
};

// Reads sysfs below a directory or out of a bundle, and asks hwloc what sysfs does not say when
// that directory is "/"; XML and descriptions are hwloc's alone. Takes no privilege and changes no
// process-wide state. docs/topology.md has the table of files.
// Errors: missing, permission, io or invalid, naming the file and what was expected, for the CPU
// sets, and for a cache, core or node file that is there and cannot be understood; invalid for XML
// and descriptions that hwloc cannot read. A file of the optional evidence (cpufreq, CPPC,
// capacity, latency, energy model) that cannot be read counts as absent, with a note.
Result<RawTopology> read_machine(const Source& source);

}  // namespace scx
