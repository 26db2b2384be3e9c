// SPDX-License-Identifier: GPL-2.0-only
//
// --json: all that is known of the machine, for programs. scxtopo(1) lists the keys; their order is
// fixed, and the same machine gives the same bytes.
#pragma once

#include "output.h"
#include "view.h"

namespace scx::scxtopo {

// One object, a line for each key and for each element of the long arrays. Written row by row: the
// neighbours of a thousand domains are a million pairs.
void write_json(const View& view, const Sink& out);

}  // namespace scx::scxtopo
