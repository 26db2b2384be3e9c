// SPDX-License-Identifier: GPL-2.0-only
//
// --shrink for the command: shrink.h with the schedulers that it runs, its file and its messages.
#pragma once

#include <string>

#include "options.h"
#include "scx/base/result.h"
#include "setup.h"

namespace scx::scxsim {

// Requires: the run of `setup` failed, with this outcome. Writes the workload that is left into
// the file of --shrink; gives what to tell about it, a command among it.
// Errors: those of writing the workload.
Result<std::string> shrink_run(const Options& options, const Setup& setup,
                               const sim::Outcome& outcome);

}  // namespace scx::scxsim
