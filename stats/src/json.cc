// SPDX-License-Identifier: GPL-2.0-only
#include "scx/stats/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

namespace scx::stats {
namespace {

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

// Whole UTF-8, with escapes for the control characters that JSON lets stand as they are and a
// terminal obeys: U+007F to U+009F.
void append_tame(std::string& text, std::string_view quoted) {
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    const bool two = quoted[i] == '\xc2' && static_cast<unsigned char>(quoted[i + 1]) < 0xa0;
    if (two || quoted[i] == '\x7f') {
      if (two) ++i;
      fmt::format_to(std::back_inserter(text), "\\u{:04x}", static_cast<unsigned char>(quoted[i]));
    } else {
      text.push_back(quoted[i]);
    }
  }
}

template <typename T>
void append_number(std::string& text, T number) {
  std::array<char, 40> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  text.append(digits.data(), end);
}

// The shortest text that reads back as the same number, recognisable as a fraction.
template <typename T>
void append_float(std::string& text, T number) {
  if (!std::isfinite(number)) {
    text.append("null");
    return;
  }
  const std::size_t start = text.size();
  append_number(text, number);
  if (text.find_first_of(".e", start) == std::string::npos) text.append(".0");
}

}  // namespace

bool is_shallow(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxJsonDepth) return false;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return true;
}

void JsonWriter::open(char bracket) {
  separate();
  text_.push_back(bracket);
  comma_ = false;
}

void JsonWriter::close(char bracket) {
  text_.push_back(bracket);
  comma_ = true;
}

void JsonWriter::separate() {
  if (comma_) text_.push_back(',');
  comma_ = true;
}

void JsonWriter::quote(std::string_view text) {
  if (is_plain(text)) {
    text_.push_back('"');
    text_.append(text);
    text_.push_back('"');
    return;
  }
  const nlohmann::json string = text;
  append_tame(text_, string.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void JsonWriter::key(std::string_view name) {
  separate();
  quote(name);
  text_.push_back(':');
  comma_ = false;
}

void JsonWriter::integer_key(std::int64_t number) {
  separate();
  text_.push_back('"');
  append_number(text_, number);
  text_.append("\":");
  comma_ = false;
}

void JsonWriter::integer_key(std::uint64_t number) {
  separate();
  text_.push_back('"');
  append_number(text_, number);
  text_.append("\":");
  comma_ = false;
}

void JsonWriter::value(std::string_view text) {
  separate();
  quote(text);
}

void JsonWriter::value(double number) {
  separate();
  append_float(text_, number);
}

void JsonWriter::value(float number) {
  separate();
  append_float(text_, number);
}

void JsonWriter::value(const Json& json) {
  separate();
  text_.append(json.text);
}

void JsonWriter::integer(std::int64_t number) {
  separate();
  append_number(text_, number);
}

void JsonWriter::integer(std::uint64_t number) {
  separate();
  append_number(text_, number);
}

}  // namespace scx::stats
