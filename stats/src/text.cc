// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace scx::stats {
namespace {

constexpr std::size_t kColumns = 80;

bool is_control(unsigned char c) { return c < 0x20 || c == 0x7f; }

void end_line(std::string& text) {
  while (text.ends_with(' ')) text.pop_back();
  text.push_back('\n');
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown(text);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto c = static_cast<unsigned char>(shown[i]);
    if (is_control(c)) shown[i] = '?';
    // U+0080 to U+009F, the other control characters, are C2 80 to C2 9F.
    const bool second = c >= 0x80 && c < 0xa0 && i > 0 && shown[i - 1] == '\xc2';
    if (second) shown.replace(--i, 2, "?");
  }
  return shown;
}

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string pad_right(std::string text, std::size_t columns) {
  const std::size_t has = width(text);
  if (has < columns) text.append(columns - has, ' ');
  return text;
}

std::string pad_left(std::string text, std::size_t columns) {
  const std::size_t has = width(text);
  if (has < columns) text.insert(0, columns - has, ' ');
  return text;
}

std::string decimal(double number) {
  const double size = std::abs(number);
  if (size != 0 && size < 0.01) return fmt::format("{:.3g}", number);
  if (size >= 1e15) return fmt::format("{:.6g}", number);
  return fmt::format("{:.2f}", number);
}

std::string rate_text(double per_second) {
  return per_second < 1000 ? fmt::format("{:.1f}", per_second) : fmt::format("{:.0f}", per_second);
}

std::string wrapped(const std::vector<std::string>& words, std::size_t indent) {
  std::string text;
  std::size_t column = 0;
  for (const std::string& word : words) {
    const std::size_t columns = width(word);
    if (column != 0 && column + 2 + columns > kColumns) {
      end_line(text);
      column = 0;
    }
    const std::size_t gap = column == 0 ? indent : 2;
    text.append(gap, ' ').append(word);
    column += gap + columns;
  }
  if (column != 0) end_line(text);
  return text;
}

std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t indent) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    text.append(indent, ' ');
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i != 0) text.append("  ");
      text.append(i == 0 ? pad_right(row[i], widths[i]) : pad_left(row[i], widths[i]));
    }
    end_line(text);
  }
  return text;
}

}  // namespace scx::stats
