// SPDX-License-Identifier: GPL-2.0-only
//
// -C: the machine with another numbering of its CPUs than the kernel's, a sound one or one that the
// kernel has to refuse.
#pragma once

#include <scx/framework/machine.h>

#include "options.h"

namespace qmap {

// The same at each start, so that two runs can be compared. Errors: unsupported, where there are
// too few CPUs for what is asked.
scx::Result<scx::Machine> renumbered(CidOverride mode, scx::Machine machine);

}  // namespace qmap
