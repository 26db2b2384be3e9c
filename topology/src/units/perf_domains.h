// SPDX-License-Identifier: GPL-2.0-only
//
// The rules for the energy model: what RawTopology says → what Topology promises.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "scx/topology/energy_model.h"

namespace scx {

// capacity: by CPU number, 0 for a CPU that is not online. Each online CPU is in exactly one perf
// domain of the result, and each has at least one state; or there is no result at all, because an
// order of CPUs by cost needs the cost of all. States ascend by khz, each once, none of 0 kHz, and
// their performance never falls. Where the model gives none, it is in proportion to the frequency:
// the top state has what the model says, else the capacity of the domain's biggest CPU.
// A CPU in two perf domains is in the first. Appends to `notes` what was not as it should be.
// Pure and total.
std::vector<PerfDomain> settle_perf_domains(std::vector<PerfDomain> raw,
                                            std::span<const std::uint32_t> capacity,
                                            std::vector<std::string>& notes);

}  // namespace scx
