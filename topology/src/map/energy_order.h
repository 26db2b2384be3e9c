// SPDX-License-Identifier: GPL-2.0-only
//
// The least power that carries a capacity, by the kernel's energy model: how many CPUs of each perf
// domain to use, when each perf domain runs at one frequency of its own. Plain data, no topology.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "scx/topology/energy_model.h"

namespace scx {

struct EnergyDomain {
  std::vector<std::uint32_t> capacities;  // 1 … 1024 of each of its CPUs, in the order of their use
  std::span<const PerfState> states;      // in any order; see usable_states()
};

// For loads up to `capacity`.
struct EnergyChoice {
  std::uint64_t capacity = 0;          // what the CPUs give at the states chosen
  double power = 0;                    // in the model's unit; exact below 2^53
  std::vector<std::uint32_t> nr_cpus;  // by domain: its first nr_cpus[d] CPUs are used
};

// At most max_choices choices, strictly ascending by capacity and by power; the last one is all
// CPUs at their fastest. Empty where the model cannot be used: no domain, or a domain without CPUs
// or without a usable state.
//
// The CPU's own capacity is what it gives at its domain's fastest state, a slower one gives the
// fraction that the states' performances say, rounded down. So `capacity` is really there.
//
// How: the better of two ways at each capacity.
//
// The walk (energy_walk.h) raises one domain after the other along the lower convex hull of its
// (capacity, power) pairs, the cheapest capacity next. It is at most one raise above the optimum:
// one CPU of a domain, or all of its CPUs to the next state.
//
// The tree (energy_tree.h), for at most 1,024 different domains. Each domain has a front, its
// (capacity, power) pairs of which none is beaten by another in both. Fronts are combined two by
// two, up a binary tree over the domains; equal pairs of fronts are combined once, so that
// identical domains cost next to nothing. A front is thinned to buckets of equal width of capacity,
// of which each keeps its cheapest pair, and the most that there is. There are so many buckets that
// the combinations of all levels of the tree together are about eight million, at most 1,024 and at
// least 16 a front. For capacity C it is at most the optimum for C + the widths of a bucket of
// every front: exact for up to four domains that have less than 1,000 together, within 1 % of the
// total capacity for up to four of any.
//
// Bound: for D domains with s states and n CPUs each, O(Σ s·n + Σ s · log(Σ s)), and the eight
// million. States are thinned to 64 a domain, and to 65,536 ÷ D (no fewer than 8) of many domains.
// For 8,192 CPUs, whatever their perf domains: below 8 MiB.
std::vector<EnergyChoice> cheapest_choices(std::span<const EnergyDomain> domains,
                                           std::size_t max_choices);

// A domain's states that can be worth using, ascending by performance and by power, at most `most`
// (more are thinned evenly, the slowest and the fastest stay). Passed over: states of no
// performance or no power, which the kernel never registers; those marked inefficient, but for the
// fastest; those that a faster one undercuts. Requires: most ≥ 2.
std::vector<PerfState> usable_states(std::span<const PerfState> states, std::size_t most);

// Indexes into `capacities` (strictly ascending) of at most max_steps of them, ascending, the last
// one among them: all if they are few enough; else each is about 1/8 below the next one, so that a
// load finds a step that gives it little more than it needs, whether it is small or large.
std::vector<std::size_t> spread_steps(std::span<const std::uint64_t> capacities,
                                      std::size_t max_steps);

}  // namespace scx
