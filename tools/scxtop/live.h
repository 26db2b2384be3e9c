// SPDX-License-Identifier: GPL-2.0-only
//
// The live view: screen and feed, until somebody quits.
#pragma once

#include <string>

#include "scx/base/result.h"
#include "view.h"

namespace scx::scxtop {

// Returns when q is pressed, the terminal goes away or SIGINT, SIGTERM, SIGHUP or SIGQUIT comes:
// the signal's number, else 0. The terminal is as it was before then. Errors: those of
// Screen::open(); permission and usage where the socket cannot be used.
Result<int> run_live(const std::string& socket, View view);

}  // namespace scx::scxtop
