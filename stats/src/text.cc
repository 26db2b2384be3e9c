// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace scx::stats {
namespace {

constexpr std::size_t kColumns = 80;

constexpr std::size_t kLongest = 4;  // bytes of a character

unsigned char byte_of(char c) { return static_cast<unsigned char>(c); }

// A byte of a character other than its first.
bool is_later(char c) { return (byte_of(c) & 0xc0) == 0x80; }

// Bytes of the character at the front; 0 where what stands there is no UTF-8.
std::size_t character(std::string_view text) {
  const unsigned char first = byte_of(text[0]);
  if (first < 0x80) return 1;
  const std::size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < bytes) return 0;
  if (!std::ranges::all_of(text.substr(1, bytes - 1), is_later)) return 0;
  // Longer than need be, half of a pair of UTF-16, and beyond the last character.
  const unsigned char second = byte_of(text[1]);
  const bool wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second >= 0xa0) ||
                     (first == 0xf0 && second < 0x90) || (first == 0xf4 && second >= 0x90);
  return wrong ? 0 : bytes;
}

// U+0000 to U+001F, U+007F to U+009F.
bool is_control(std::string_view one) {
  const unsigned char first = byte_of(one[0]);
  if (one.size() == 1) return first < 0x20 || first == 0x7f;
  return first == 0xc2 && byte_of(one[1]) < 0xa0;
}

void end_line(std::string& text) {
  while (text.ends_with(' ')) text.pop_back();
  text.push_back('\n');
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const std::size_t bytes = character(text);
    if (bytes == 0 || is_control(text.substr(0, bytes))) {
      shown.push_back('?');
    } else {
      shown.append(text.substr(0, bytes));
    }
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return shown;
}

std::size_t whole_characters(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text.size();
  std::size_t end = most;
  while (end > 0 && most - end < kLongest && is_later(text[end])) --end;
  return is_later(text[end]) ? most : end;
}

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !is_later(c); }));
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
