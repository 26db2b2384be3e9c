// SPDX-License-Identifier: GPL-2.0-only
//
// Work that a boot or an attach left for later takes seconds of the emulated processor: whoever
// measures meanwhile, measures that.
#pragma once

#include "scx/base/result.h"

namespace scx::bench {

// Returns when the machine has been idle, but for a fiftieth, for half a second; after a minute in
// any case, since a scheduler's own program may never rest.
Status wait_quiet();

}  // namespace scx::bench
