// SPDX-License-Identifier: GPL-2.0-only
#include "line.h"

#include <utility>

#include "text.h"

namespace scx::scxtop {

Line& Line::add(std::string_view text, Style style) {
  std::string shown = clean(text);
  columns_ += width(shown);
  if (!spans_.empty() && spans_.back().style == style) {
    spans_.back().text += shown;
  } else if (!shown.empty()) {
    spans_.push_back({std::move(shown), style});
  }
  return *this;
}

Line& Line::add(const Line& other) {
  for (const Span& span : other.spans_) add(span.text, span.style);
  return *this;
}

Line& Line::pad(std::size_t columns, Style style) {
  if (columns_ < columns) add(std::string(columns - columns_, ' '), style);
  return *this;
}

void Line::cut(std::size_t columns) {
  if (columns_ <= columns) return;
  const std::vector<Span> all = std::exchange(spans_, {});
  columns_ = 0;
  for (const Span& span : all) {
    const std::size_t left = columns - columns_;
    const bool whole = width(span.text) <= left;
    add(whole ? span.text : fit(span.text, left), span.style);
    if (!whole) return;
  }
}

std::string Line::text() const {
  std::string text;
  for (const Span& span : spans_) text += span.text;
  return text;
}

}  // namespace scx::scxtop
