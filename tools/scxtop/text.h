// SPDX-License-Identifier: GPL-2.0-only
//
// Text as a terminal may get it. What comes from a scheduler (and the names of tasks come from
// anybody) can hold escape sequences, half characters and characters of no width: clean() is the
// gate that all of it passes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace scx::scxtop {

// Printable UTF-8 of the same meaning: '?' for each control character and each byte that is no
// UTF-8; characters without a width (marks, changes of direction) are left out.
std::string clean(std::string_view text);

// Columns that text takes which clean() returned.
std::size_t width(std::string_view text);

// The text in at most so many columns; "…" ends it where something was cut.
std::string fit(std::string_view text, std::size_t columns);
// As fit(), with spaces after or before it up to the columns.
std::string left(std::string_view text, std::size_t columns);
std::string right(std::string_view text, std::size_t columns);

// For terminals that know nothing but ASCII: block characters become 1 to 8, others the next best.
std::string to_ascii(std::string_view text);

// At most seven characters: "0", "12.5", "7480", "12.3k", "4.56M"; "-" for what is no number.
std::string short_number(double number);
// "0:07", "12:34", "3:00:01".
std::string clock_text(double seconds);

}  // namespace scx::scxtop
