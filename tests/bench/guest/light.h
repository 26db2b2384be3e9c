// SPDX-License-Identifier: GPL-2.0-only
//
// A light, regular load: threads that each compute for a part of every 10 ms. On how many CPUs?
#pragma once

#include "scx/base/result.h"

namespace scx::bench {

struct Light {
  int threads = 4;
  int busy_us = 250;  // of CPU time in each period
  int period_us = 10'000;
  int duration_ms = 2'000;
};

// 1 ÷ the sum of squares of the CPUs' parts of all turns, in the second half of the time: as many
// as that CPUs would be with equal parts.
Result<double> cpus_of_light_load(const Light& spec);

}  // namespace scx::bench
