// SPDX-License-Identifier: GPL-2.0-only
//
// What does not keep a scheduler from running, but may surprise whoever runs it: limits of cgroups,
// real-time tasks without a limit, hooks that are switched off.
#pragma once

#include <filesystem>
#include <vector>

#include "scx/framework/preflight.h"

namespace scx {

// Notes, and "ok" where all is well. What cannot be read is left out.
std::vector<Finding> check_surroundings(const std::filesystem::path& root);

}  // namespace scx
