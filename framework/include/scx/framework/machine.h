// SPDX-License-Identifier: GPL-2.0-only
//
// Machine: everything that is known of the machine when a scheduler starts, computed anew at each
// start. A hotplug ends the scheduler and the framework begins again from here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "scx/base/result.h"
#include "scx/topology/cid_map.h"
#include "scx/topology/cpu_order.h"
#include "scx/topology/domains.h"
#include "scx/topology/topology.h"

namespace scx {

// A numbering for scx_bpf_cid_override(), sound or not: the kernel judges it.
struct CidOverride {
  std::vector<std::int32_t> cpu_to_cid;    // nr_cpu_ids entries, by CPU number
  std::vector<std::int32_t> shard_starts;  // the first cid of each shard; kernels from 7.3 on
};

struct Machine {
  // Read before the topology and handed to the kernel with the ops table: a CPU that comes or goes
  // between the two then refuses the scheduler with a request to restart.
  std::uint64_t hotplug_seq = 0;
  Topology topology;
  CidMap cids;
  Domains domains;
  // Handed to the kernel word for word in place of what `cids` says, in the cid form only. For
  // provoking the kernel's refusal: a numbering to run with is renumber()'s.
  std::optional<CidOverride> cid_override = {};
  // Handed to schedulers that compact in place of make_orders()'s. Cids: only for this `cids`.
  std::optional<PreferenceOrders> orders = {};
};

struct MachineOptions {
  Source source = {};
  TopologyOptions topology = {};
  DomainOptions domains = {};
};

// What users write after --topology, --big-cpus and --virt-llc. Errors: those of Source::parse()
// and VirtLlc::parse(); usage for a --big-cpus that is no CPU list.
Result<MachineOptions> parse_machine_options(const std::optional<std::string>& topology,
                                             const std::optional<std::string>& big_cpus,
                                             const std::optional<std::string>& virt_llc);

// Errors: as Topology::discover().
Result<Machine> discover_machine(const MachineOptions& options = {});

// The same machine with cids in the order given, and the tail as ever. Nothing is shared any more
// (flatten()): the kernel forgets its units when it is handed a numbering, and ours follow the
// numbering that they had. `orders` go, for they are of the old cids. Requires: `machine` is as
// discover_machine() made it.
// Errors: invalid, when `order` is no permutation of the online CPUs.
Result<Machine> renumber(const Machine& machine, std::span<const CpuId> order);

// The user's own order of CPUs for both orders; as orders_from() in topology/cpu_order.h.
Result<PreferenceOrders> orders_from(const Machine& machine, std::span<const CpuId> preference);

// Whether `machine` may stand for the running one, which another source described: the same CPUs
// are possible, and online. Errors: invalid, naming both sets; those of reading sysfs.
Status expect_this_machine(const Machine& machine);

}  // namespace scx
