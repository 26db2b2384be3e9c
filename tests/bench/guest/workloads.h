// SPDX-License-Identifier: GPL-2.0-only
//
// The workloads by name, with what they found as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "plan.h"
#include "programs.h"
#include "scx/base/result.h"

namespace scx::bench {

// What pipe's counted pass needs, and what it finds.
struct Counted {
  const std::vector<Program>& programs;
  std::vector<Count> before, after;
};

// Runs one while BPF programs are not counted; pipe once more while they are. Errors: those of the
// workload; usage when there is none of that name.
Result<nlohmann::json> run_workload(const std::string& name, const Plan& plan, Counted& counted);

}  // namespace scx::bench
