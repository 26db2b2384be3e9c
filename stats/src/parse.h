// SPDX-License-Identifier: GPL-2.0-only
//
// JSON from elsewhere, taken apart.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "scx/stats/json.h"

namespace scx::stats {

// The parser takes a NUL for the end of its text, whatever comes behind it; JSON has none.
inline bool has_nul(std::string_view text) { return text.contains('\0'); }

// Discarded (is_discarded(), and of no other type) where the text is no JSON, or deeper than
// kMaxJsonDepth: trees are copied and written by functions that call themselves.
template <typename Tree = nlohmann::json>
Tree parse_tree(std::string_view text) {
  if (has_nul(text) || !is_shallow(text)) return Tree(Tree::value_t::discarded);
  return Tree::parse(text, nullptr, false);
}

}  // namespace scx::stats
