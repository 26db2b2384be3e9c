// SPDX-License-Identifier: GPL-2.0-only
//
// What the options say is to be simulated, and its simulation.
#pragma once

#include <string>
#include <vector>

#include "compare.h"
#include "options.h"
#include "scx/framework/machine.h"
#include "scx/sim/simulation.h"

namespace scx::scxsim {

// What is the same for both runs of a comparison.
struct Setup {
  MachineOptions machine_options;
  Machine machine;  // as they say
  sim::Workload workload;
  sim::SimulationOptions simulation;
};

// Errors: those of the machine, the workload's file and the costs; usage, for a warm-up that never
// ends.
Result<Setup> make_setup(const Options& options);

// Errors: missing, for a scheduler that is not there; those of NativePolicy and of simulate().
Result<Run> run(const Setup& setup, const std::string& scheduler,
                const std::vector<std::string>& set);

}  // namespace scx::scxsim
