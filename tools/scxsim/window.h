// SPDX-License-Identifier: GPL-2.0-only
//
// The part of a simulation that is drawn.
#pragma once

#include <cstdint>
#include <string_view>

#include "scx/base/result.h"

namespace scx::scxsim {

struct Window {
  std::uint64_t from_ns = 0, to_ns = ~std::uint64_t{0};
  bool contains(std::uint64_t at_ns) const { return at_ns >= from_ns && at_ns < to_ns; }
};

// "100-150", "0.5-2": milliseconds of simulated time. Errors: usage.
Result<Window> parse_window(std::string_view text);

}  // namespace scx::scxsim
