// SPDX-License-Identifier: GPL-2.0-only
//
// The statistics of one scheduler, once or again and again.
#pragma once

#include "options.h"
#include "scx/base/result.h"

namespace scx::scxstat {

// One answer on standard output, the second of two options.over apart, so that it has rates.
// Errors: as Client's, and those of standard output.
Status show_once(const Options& options);

// Requires: options.watch. Returns when SIGINT or SIGTERM comes or nobody reads any more. What
// happens to the connection goes to standard error. Errors: as monitor()'s, and those of standard
// output.
Status watch(const Options& options);

}  // namespace scx::scxstat
