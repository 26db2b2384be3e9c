// SPDX-License-Identifier: GPL-2.0-only
//
// A line of the view: text in styles. The renderer makes lines and knows no terminal; --once
// prints their text and the screen puts them into cells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scx::scxtop {

enum class Style : std::uint8_t {
  plain,
  title,   // of a section
  dim,     // labels and what is idle
  low,     // of a load: little,
  middle,  // some,
  high,    // much
  bar,     // the first and the last line of the screen
  alert,   // what somebody should read
};

struct Span {
  std::string text;
  Style style;
};

// Everything that goes in is cleaned (text.h) on the way: no line holds what a terminal would obey.
class Line {
 public:
  Line() = default;
  explicit Line(std::string_view text, Style style = Style::plain) { add(text, style); }

  Line& add(std::string_view text, Style style = Style::plain);
  Line& add(const Line& other);
  // Spaces up to the column; none where the line is as long already.
  Line& pad(std::size_t columns, Style style = Style::plain);
  // Cuts what lies beyond so many columns.
  void cut(std::size_t columns);

  std::size_t columns() const { return columns_; }
  const std::vector<Span>& spans() const { return spans_; }
  std::string text() const;

 private:
  std::vector<Span> spans_;
  std::size_t columns_ = 0;
};

using Lines = std::vector<Line>;

}  // namespace scx::scxtop
