// SPDX-License-Identifier: GPL-2.0-only
//
// --compare: two runs of one workload on one machine, side by side.
#pragma once

#include <string>

#include "report.h"
#include "scx/sim/simulation.h"

namespace scx::scxsim {

struct Run {
  Subject subject;
  sim::Outcome outcome;
};

// Both values of what there is to compare, and the second as a multiple of the first. Require: the
// same workload on the same machine.
std::string compare_text(const Run& first, const Run& second);
stats::Json compare_json(const Run& first, const Run& second);

}  // namespace scx::scxsim
