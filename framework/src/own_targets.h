// SPDX-License-Identifier: GPL-2.0-only
//
// The targets of the statistics that the framework serves for every scheduler, without a line of
// the scheduler's own: machine, cids, and latency where BPF measures it.
#pragma once

#include <string>

#include "scx/framework/session.h"
#include "scx/stats/service.h"

namespace scx {

// Adds them behind the scheduler's own. What the scheduler has under the same name, a target or a
// struct, goes before: then ours is left out. Requires: `current` outlives the service and what it
// opened.
void add_own_targets(stats::Service& service, CurrentSession& current, const std::string& scheduler,
                     bool measures_latency);

}  // namespace scx
