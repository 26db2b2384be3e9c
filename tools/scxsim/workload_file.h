// SPDX-License-Identifier: GPL-2.0-only
//
// Workload files: JSON as rt-app takes it, as far as it means something here (docs/simulator.md has
// the list).
#pragma once

#include <filesystem>
#include <string_view>

#include "scx/base/result.h"
#include "scx/sim/workload.h"

namespace scx::scxsim {

// Errors: invalid, naming the place ("tasks.render.phases.draw.run") and what was found there.
Result<sim::Workload> parse_workload(std::string_view text, std::string_view name);

// Errors: those of read_file() and parse_workload().
Result<sim::Workload> read_workload(const std::filesystem::path& file);

}  // namespace scx::scxsim
