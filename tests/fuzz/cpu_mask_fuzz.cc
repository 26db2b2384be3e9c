// SPDX-License-Identifier: GPL-2.0-only
//
// parse_cpu_mask() on any text.
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  scx::fuzz::check_format({scx::parse_cpu_mask, scx::to_cpu_mask}, scx::fuzz::text_of(data, size));
  return 0;
}
