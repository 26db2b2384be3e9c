// SPDX-License-Identifier: GPL-2.0-only
//
// Preference orders: which CPUs to use first when a load needs few of them, and how many. A
// scheduler that compacts takes the first step that carries the load (schedulers/lavd). Not for
// placing a single task: that is a matter of distance (domains.h).
//
//   PreferenceOrders orders = make_orders(topology, cids, domains);
//   const OrderStep& step = orders.powersave.step_for(needed_capacity);
//   for (Cid cid : orders.powersave.primary(step)) …
//
// docs/topology.md, "Preference orders", has the rules and their reasons.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "scx/base/ids.h"
#include "scx/base/result.h"
#include "scx/topology/cid_map.h"
#include "scx/topology/domains.h"
#include "scx/topology/topology.h"

namespace scx {

// An order has at most this many steps, on a machine of any size.
inline constexpr int kMaxOrderSteps = 64;

// For loads up to `capacity`: the first nr_primary cids of a sequence carry such a load. Capacity
// is the sum over CPUs of Cpu::capacity, where 1024 is one of the biggest; with an energy model it
// is what the primary CPUs give at the frequencies that the step was chosen for. Hardware threads
// count in full: that a busy sibling slows a thread shows in the load itself, which then lasts
// longer.
struct OrderStep {
  std::uint64_t capacity = 0;
  std::int32_t nr_primary = 0;  // at least 1
  std::int32_t sequence = 0;    // index into PreferenceOrder::sequences
};

struct PreferenceOrder {
  // Each holds every online cid once. Steps share one wherever each step's primary cids are among
  // those of the next one: without an energy model there is one sequence.
  std::vector<std::vector<Cid>> sequences;
  // At least one; strictly ascending by capacity. The last one carries all that there is.
  std::vector<OrderStep> steps;

  // The first step that carries `capacity`, the last one where none does. Requires: steps, as
  // make_orders() always gives.
  const OrderStep& step_for(std::uint64_t capacity) const;
  // Every online cid in the order of its use at that step. Requires: a step of this order.
  std::span<const Cid> cids(const OrderStep& step) const {
    return sequences[static_cast<std::size_t>(step.sequence)];
  }
  // The first nr_primary of them, which carry step.capacity.
  std::span<const Cid> primary(const OrderStep& step) const {
    return cids(step).first(static_cast<std::size_t>(step.nr_primary));
  }
};

struct PreferenceOrders {
  // performance: big cores and whole cores first. powersave: the least power by the energy model
  // where there is one that can be used, else little cores and whole sibling sets first.
  PreferenceOrder performance, powersave;
  bool from_energy_model = false;  // how powersave was made
};

// Pure and total; `cids` and `domains` must be those of `topology`. O(n log n) in the number of
// CPUs. With an energy model also O(S log S + S · n), where S is the number of states of all perf
// domains (n: CPUs of one), and a constant of a few million: no search over combinations. For 8,192
// CPUs in any perf domains that is tens of milliseconds and less than 8 MiB.
struct OrderOptions {
  bool use_energy_model = true;  // false: powersave as if there were none
};
PreferenceOrders make_orders(const Topology& topology, const CidMap& cids, const Domains& domains,
                             const OrderOptions& options = {});

// What a user prefers: one sequence for both orders, first the CPUs of `preference`, then the
// others as performance has them, with a step for each (or 64 steps, as ever). CPUs that are
// possible and offline are passed over, so that what the user said still holds when one went.
// Errors: invalid, naming a CPU that stands there twice or is not possible.
Result<PreferenceOrders> orders_from(const Topology& topology, const CidMap& cids,
                                     const Domains& domains, std::span<const CpuId> preference);

}  // namespace scx
