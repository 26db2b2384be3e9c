// SPDX-License-Identifier: GPL-2.0-only
//
// Text for a terminal: numbers, columns, and strings that come from elsewhere.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "scx/stats/printable.h"

namespace scx::stats {

// Of at most `most` bytes at the front, how many do not end within a character.
std::size_t whole_characters(std::string_view text, std::size_t most);

// Columns that UTF-8 text takes, a code point one.
std::size_t width(std::string_view text);

// Spaces up to `columns`, after or before the text.
std::string pad_right(std::string text, std::size_t columns);
std::string pad_left(std::string text, std::size_t columns);

// "43.21"; very small and very large numbers with three or six digits and an exponent.
std::string decimal(double number);

// Per second, without the "/s": one decimal below 1000, none above.
std::string rate_text(double per_second);

// Words separated by two spaces, broken before column 80, each line indented and ended.
std::string wrapped(const std::vector<std::string>& words, std::size_t indent);

// Rows of as many cells each: the first column to the left, the others to the right.
std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t indent);

}  // namespace scx::stats
