// SPDX-License-Identifier: GPL-2.0-only
//
// parse_cpu_list() on any text.
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  scx::fuzz::check_format({scx::parse_cpu_list, scx::to_cpu_list}, scx::fuzz::text_of(data, size));
  return 0;
}
