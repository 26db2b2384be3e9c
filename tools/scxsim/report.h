// SPDX-License-Identifier: GPL-2.0-only
//
// What a simulation came to, for people and for programs.
#pragma once

#include <cstdint>
#include <string>

#include "scx/sim/simulation.h"

namespace scx::scxsim {

// What was simulated.
struct Subject {
  std::string scheduler, machine, workload;
  std::uint64_t seed = 1;
  int nr_cpus = 0;
};

std::string to_text(const Subject& subject, const sim::Outcome& outcome);

// One JSON object and a line break.
std::string to_json(const Subject& subject, const sim::Outcome& outcome);

}  // namespace scx::scxsim
