// SPDX-License-Identifier: GPL-2.0-only
//
// A described machine after CPUs of it went offline or came back.
#pragma once

#include "scx/base/cpu_set.h"
#include "scx/framework/machine.h"

namespace scx::scxsim {

// The machine that `raw` describes while these CPUs are online, as a scheduler's own command looks
// at it after a hotplug: core types that it was told and that fit no more are those that the
// machine says. Errors: as validate().
Result<Machine> machine_with(RawTopology raw, const MachineOptions& options, const CpuSet& online);

}  // namespace scx::scxsim
