// SPDX-License-Identifier: GPL-2.0-only
//
// The collected state for programs (--json).
#pragma once

#include <string>

#include "model.h"

namespace scx::scxtop {

// One JSON object in a line, in ASCII: "socket", "connected_s", "answers" (by target, as the
// scheduler gave them), "rates" (of counters, per second, by name), "lacking" and "troubles" (by
// target, why there is no answer).
std::string to_json(const Model& model);

}  // namespace scx::scxtop
