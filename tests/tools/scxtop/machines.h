// SPDX-License-Identifier: GPL-2.0-only
//
// Schedulers that scxtop's tests look at: what they serve depends on nothing but how often a target
// was asked, so that a view of them is the same every time.
#pragma once

#include "scx/stats/service.h"

namespace scx::scxtop::test {

// All targets, on a machine of 2 nodes with 4 LLCs each: 8 big cores with two threads and 16 little
// cores in each LLC, 256 cids, of which the last two are offline.
stats::Service big_machine();

// As schedulers of the Rust framework: `top` alone, without kinds and units.
stats::Service rust_like();

}  // namespace scx::scxtop::test
