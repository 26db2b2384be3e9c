// SPDX-License-Identifier: GPL-2.0-only
//
// Equal hogs that begin on one half of the CPUs and may then run everywhere: how soon do they have
// equal parts?
#pragma once

#include "scx/base/result.h"

namespace scx::bench {

struct Spread {
  int hogs_per_cpu = 2;
  int crowded_ms = 500;     // on the first half
  int duration_ms = 1'000;  // everywhere
};

// The largest difference between what a hog had of CPU time since it might run everywhere, and an
// equal part, in percent of that part.
Result<double> unevenness_of_spread(const Spread& spec);

}  // namespace scx::bench
