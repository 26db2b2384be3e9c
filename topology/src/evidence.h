// SPDX-License-Identifier: GPL-2.0-only
//
// Core types from ranked evidence.
#pragma once

#include <span>
#include <vector>

#include "scx/topology/topology.h"
#include "units.h"

namespace scx {

struct Tiers {
  int count = 1;
  std::vector<int> tier;                // by core
  std::vector<std::uint32_t> capacity;  // by core, 1 … 1024
  TierEvidence evidence;
};

// The sources are asked in the order of TierSource. One decides when it speaks of every core and
// its values fall into more than one group. Values belong to one group while each is above 90 % of
// the next greater one: cores that may boost a little further than their like are no type of their
// own (favoured cores, AMD's ranking from 166 down to 131 in steps of 5, Grace's clocks). Ranks of
// kinds have no scale: each is a group. Pure and total.
Tiers decide_tiers(std::span<const CoreUnit> cores, const RawByCpu& by_cpu);

}  // namespace scx
