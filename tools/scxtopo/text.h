// SPDX-License-Identifier: GPL-2.0-only
//
// Words and numbers as the text views and the picture write them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scx/base/ids.h"

namespace scx::scxtopo {

// What stdout is.
struct Terminal {
  int width = 80;
  bool colour = false;
};
// Colours on a terminal only, and not where NO_COLOR is set or TERM is "dumb"; the width is the
// terminal's, 80 without one.
Terminal detect_terminal();

// "1 core", "2 cores".
std::string counted(std::size_t count, std::string_view one);
// "3" and "3-7"; "none" for the empty run.
std::string run(std::int32_t first, std::int32_t count);
template <typename IdType>
std::string run(Range<IdType> range) {
  return run(range.first.value(), range.count);
}
// A set in ascending order as numbers and runs: "0-2,4".
std::string as_set(std::vector<std::int32_t> numbers);
// A sequence in its own order. Runs that ascend are written in the kernel's list format, with a
// pattern where they leave out some: "8-11,0-6:1/2" is 8, 9, 10, 11, 0, 2, 4, 6.
std::string in_order(std::span<const Cid> cids);
// "24 MiB", "1.5 GiB"; kb is in units of 1024 bytes. "" for 0.
std::string memory(std::uint64_t kb);
// "tier 0 (big)"; where there are more than three tiers, only "tier 0".
std::string tier_name(int tier, int nr_tiers);
// Breaks lines at spaces so that they hold at most `width` characters, colours not counted; each
// line after the first begins with `indent` spaces, the first with its own. A word that is longer
// stays whole. Ends with a line break.
std::string wrapped(std::string_view text, int width, int indent);

// Rows of cells in columns, two spaces between them. Cells are right-aligned, those of columns in
// `left` left-aligned; the first row is the heading.
std::string table(const std::vector<std::vector<std::string>>& rows,
                  std::initializer_list<std::size_t> left = {});

}  // namespace scx::scxtopo
