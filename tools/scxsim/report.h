// SPDX-License-Identifier: GPL-2.0-only
//
// What a simulation came to, for people and for programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scx/sim/simulation.h"
#include "scx/stats/json.h"
#include "tally.h"

namespace scx::scxsim {

// What was simulated.
struct Subject {
  std::string scheduler, machine, workload;
  std::uint64_t seed = 1;
  int nr_cpus = 0;
  std::vector<std::string> set = {};  // knobs, NAME=VALUE
};

// The scheduler and its knobs: "lavd", "lavd slice_max_ns=2000000".
std::string label(const Subject& subject);

// What is shown only where it is asked for; empty where it is not.
struct Details {
  std::vector<UnitResult> units = {};
  std::vector<TaskResult> tasks = {};
};

std::string to_text(const Subject& subject, const sim::Outcome& outcome,
                    const Details& details = {});

// One object.
stats::Json to_json(const Subject& subject, const sim::Outcome& outcome,
                    const Details& details = {});

}  // namespace scx::scxsim
