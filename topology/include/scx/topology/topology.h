// SPDX-License-Identifier: GPL-2.0-only
//
// Topology: the machine's CPUs in cores, last-level caches and NUMA nodes, checked and immutable.
// Every online CPU belongs to exactly one core, every core to one LLC, every LLC to one node,
// whatever the machine claims; where it claims nonsense, a documented rule decides
// (docs/topology.md) and notes() says so. Read it once at start and again after a hotplug; it does
// not follow changes. A value: copies are independent, and any number of threads may read one.
//
//   Topology topology = SCX_TRY(Topology::discover());
//   for (const Cpu& cpu : topology.cpus()) …
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scx/base/cpu_set.h"
#include "scx/base/ids.h"
#include "scx/base/result.h"
#include "scx/topology/raw_topology.h"
#include "scx/topology/source.h"

namespace scx {

// One possible CPU. An offline one belongs to no unit: node, core and llc are none, tier, package
// and die -1, capacity and max_khz 0.
struct Cpu {
  CpuId id;
  bool online = false;
  NodeId node;
  int package = -1;            // the kernel's number; -1 where it gives none
  int die = -1;                // the kernel's number, unique inside a package only
  CoreId core;                 // index into cores()
  LlcId llc;                   // index into llcs()
  int tier = -1;               // core type, 0 the biggest; the same for all threads of a core
  std::uint32_t capacity = 0;  // 1 … 1024, 1024 for the biggest of the machine
  std::uint64_t max_khz = 0;   // 0: unknown
  // How the firmware ranks its core inside the tier: 0 the most favoured; cores that it does not
  // tell apart have the same rank.
  int rank = 0;
  bool turbo = false;                   // its core boosts further than the least of its tier
  std::uint64_t resume_latency_us = 0;  // that users allow; 0: no limit, or unknown
};

struct Core {
  LlcId llc;
  int tier = 0;
  CpuSet cpus;  // its online hardware threads
};

struct Llc {
  NodeId node;
  std::uint64_t size_kb = 0;  // 0: unknown
  CpuSet cpus;                // online ones
};

struct Node {
  NodeId id;
  CpuSet cpus;                 // online ones; empty for a node of memory only
  std::vector<int> distances;  // to each of nodes(), by index; 10 to itself
  std::uint64_t memory_kb = 0;
};

// The sources of core types, best first.
enum class TierSource { none, big_cpus, cpu_capacity, prefcore, cppc, core_kinds, max_freq };
std::string_view name(TierSource source);

// Why the core types are what they are.
struct TierEvidence {
  struct Rejected {
    TierSource source = TierSource::none;
    std::string reason;  // one clause: "the same on every CPU (1024)"
  };
  TierSource source = TierSource::none;  // what decided; none: every core is of one type
  // By tier, what its cores have: "1024", "446-460"; for big_cpus which CPUs they are: "CPUs 0-3".
  std::vector<std::string> tiers;
  // What ranks before `source` and could not decide; for none, all that were asked.
  std::vector<Rejected> rejected;
};

// What the user knows better than the machine says.
struct TopologyOptions {
  // --big-cpus: these are tier 0, all others tier 1, whatever the evidence. A core with some of its
  // threads in the list counts as named whole.
  std::optional<CpuSet> big_cpus = {};
};

class Topology {
 public:
  // read_machine() and validate().
  static Result<Topology> discover(const Source& source = {}, const TopologyOptions& options = {});

  // The highest possible CPU number + 1, as in the kernel; never a count.
  std::int32_t nr_cpu_ids() const { return static_cast<std::int32_t>(index_.size()); }

  // online ⊆ present ⊆ possible. The possible set may have holes.
  const CpuSet& possible() const { return possible_; }
  const CpuSet& present() const { return present_; }
  const CpuSet& online() const { return online_; }

  // The possible CPUs by ascending number.
  std::span<const Cpu> cpus() const { return cpus_; }
  // That CPU; for a number outside possible() an offline Cpu whose id is none.
  const Cpu& at(CpuId cpu) const;

  // By ascending id. CPU-less nodes are among them.
  std::span<const Node> nodes() const { return nodes_; }
  // In cid order: the nodes by their lowest online CPU; in a node the LLCs by theirs; in an LLC the
  // cores by tier, then by lowest CPU. So the units of each node, LLC and tier are neighbours.
  std::span<const Llc> llcs() const { return llcs_; }
  std::span<const Core> cores() const { return cores_; }
  // Where node `id` is in nodes(), -1 for none.
  int node_index(NodeId id) const;

  int nr_tiers() const { return nr_tiers_; }
  const TierEvidence& tier_evidence() const { return evidence_; }

  // Online CPUs that the machine puts in no node. Here they are in one all the same (that of the
  // CPUs that share their cache, else their package, else the first); the kernel's own cid walk
  // leaves them without topology.
  const CpuSet& without_node() const { return without_node_; }

  // The energy model, every perf domain with online CPUs and at least one state; empty: none.
  std::span<const PerfDomain> perf_domains() const { return perf_domains_; }

  // The fallbacks that were taken, one clause each, for people.
  std::span<const std::string> notes() const { return notes_; }

 private:
  friend class TopologyBuilder;
  friend Result<Topology> flatten(const Topology& topology, std::span<const CpuId> order);
  Topology() = default;

  CpuSet possible_, present_, online_, without_node_;
  std::vector<std::int32_t> index_;  // by CPU number: position in cpus_, -1 for a hole
  std::vector<Cpu> cpus_;
  std::vector<Node> nodes_;
  std::vector<Llc> llcs_;
  std::vector<Core> cores_;
  int nr_tiers_ = 1;
  TierEvidence evidence_;
  std::vector<PerfDomain> perf_domains_;
  std::vector<std::string> notes_;
};

// Pure: the same input gives the same Topology. Contradictions are resolved by the rules of
// docs/topology.md, which follow the kernel's cid walk (kernel/sched/ext_cid.c, scx_cid_init())
// wherever that has a rule.
// Errors: invalid, when no CPU is online or a CPU number is above kMaxCpu; usage, when
// options.big_cpus names a CPU that is not possible, or leaves no online core big or none little.
Result<Topology> validate(RawTopology raw, const TopologyOptions& options = {});

// The same CPUs with nothing shared: each online one is a core of its own, in the order given, all
// of them one LLC and one node, of one core type. What is known of a CPU by itself (capacity,
// frequency) stays. This is what the kernel knows of the machine after scx_bpf_cid_override().
// Errors: invalid, when `order` is no permutation of the online CPUs.
Result<Topology> flatten(const Topology& topology, std::span<const CpuId> order);

// One line for people: "16 CPUs (2 offline), 2 nodes, 4 LLCs, 8 cores, 2 threads a core, core
// types: 4 big, 4 little by cpu_capacity".
std::string summary(const Topology& topology);

}  // namespace scx
