// SPDX-License-Identifier: GPL-2.0-only
//
// The other way round from workload_file.h: a workload as the text of a file, for people to edit
// and for others to replay.
#pragma once

#include <string>

#include "scx/base/result.h"
#include "scx/sim/workload.h"

namespace scx::scxsim {

// parse_workload(workload_text(x)) does what x does. The name is the file's, and the duration is
// in it where it is whole seconds; where it is not, and for a warm-up, the command line says it.
// Errors: invalid, for times that are no whole microseconds.
Result<std::string> workload_text(const sim::Workload& workload);

}  // namespace scx::scxsim
