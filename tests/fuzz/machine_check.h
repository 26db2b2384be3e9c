// SPDX-License-Identifier: GPL-2.0-only
//
// What holds for every machine that a reader has read, however odd: tests/topology/properties.h.
#pragma once

#include "scx/topology/cpu_order.h"

namespace scx::fuzz {

// Larger machines are left alone: a run of each takes seconds, and they hide nothing that smaller
// ones do not.
inline constexpr std::size_t kMostCpus = 256;

// Ends the program where a promise about it is broken. `raw`: what a reader returned, so without a
// CPU above kMaxCpu.
void check_machine(RawTopology raw, const TopologyOptions& topology_options = {},
                   const DomainOptions& domain_options = {});

}  // namespace scx::fuzz
