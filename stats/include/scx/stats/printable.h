// SPDX-License-Identifier: GPL-2.0-only
//
// Text from elsewhere, before it goes to a terminal: names of tasks are anybody's, and a terminal
// obeys what it is sent.
#pragma once

#include <string>
#include <string_view>

namespace scx::stats {

// With '?' for control characters and for bytes that are no UTF-8.
std::string printable(std::string_view text);

}  // namespace scx::stats
