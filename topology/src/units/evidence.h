// SPDX-License-Identifier: GPL-2.0-only
//
// What the sources of core types say, and what follows from it: tiers, capacities, ranks.
// docs/topology.md, "Core types", has the rules in words.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "scx/topology/topology.h"
#include "units.h"

namespace scx {

// What a source says of each core: that of its best thread, 0 where it says nothing.
struct Reading {
  std::vector<std::int64_t> by_core;
  std::string problem;  // why it says nothing useful of all cores; empty: it speaks of every core

  bool speaks() const { return problem.empty(); }
  bool differs() const;  // whether there are two values; false without cores
};

// Nothing but the sources that RawCpu has: not none, not big_cpus. Pure and total.
Reading read_source(TierSource source, std::span<const CoreUnit> cores, const RawByCpu& by_cpu);

struct Tiers {
  int count = 1;
  std::vector<int> tier;                // by core
  std::vector<std::uint32_t> capacity;  // by core, 1 … 1024
  TierEvidence evidence;
};

// The sources are asked in the order of TierSource. One decides when it speaks of every core and
// its values fall into more than one group. Values belong to one group while each is above 90 % of
// the next greater one; ranks of kinds have no scale: each is a group. Two groups that nothing else
// tells apart are one again:
//  - where the smaller one has the larger last-level cache, for every source but cpu_capacity: its
//    cores are better at something else, not smaller (AMD's X3D);
//  - of prefcore and CPPC, which rank the cores of one type as well, where core kinds or maximum
//    frequency speak and neither has a gap there;
//  - of the core kinds, where CPPC or maximum frequency differ and neither has a gap there.
// cpu_capacity that differs without a gap settles that there is one type (Grace). Pure and total.
Tiers decide_tiers(const Units& units, const RawByCpu& by_cpu);

// TopologyOptions::big_cpus in place of the evidence. Errors: usage, as validate().
Result<Tiers> tiers_by_user(const CpuSet& big, const CpuSet& possible, const CpuSet& online,
                            const Units& units, const RawByCpu& by_cpu);

// Fills in `capacity`. A core has no greater one than any of a bigger tier, and the biggest 1024.
void set_capacity(Tiers& tiers, std::span<const CoreUnit> cores, const RawByCpu& by_cpu);

// By core; see Cpu::rank and Cpu::turbo.
struct Ranks {
  std::vector<int> rank;
  std::vector<bool> turbo;
};

// In each tier by the first of prefcore, CPPC and maximum frequency that speaks of every core of
// the tier and differs inside it. Pure and total.
Ranks rank_cores(std::span<const CoreUnit> cores, std::span<const int> tier,
                 const RawByCpu& by_cpu);

}  // namespace scx
