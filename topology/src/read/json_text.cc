// SPDX-License-Identifier: GPL-2.0-only
#include <cstdint>

#include "bundle_text.h"

namespace scx {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

// The bytes of the UTF-8 character at `at` (RFC 3629: no overlong forms, no surrogates); 0: none.
std::size_t character(std::string_view text, std::size_t at) {
  const unsigned first = byte_at(text, at), second = byte_at(text, at + 1);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  unsigned least = 0x80, most = 0xBF;
  if (first == 0xE0) least = 0xA0;
  if (first == 0xED) most = 0x9F;
  if (first == 0xF0) least = 0x90;
  if (first == 0xF4) most = 0x8F;
  if (second < least || second > most) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte_at(text, at + i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

// The byte that the character at `at` stands for, 0 where it stands for itself. U+10FF80 to
// U+10FFFF are the bytes F4 8F, then BE or BF, then the low six bits.
unsigned escaped(std::string_view text, std::size_t at) {
  const unsigned third = byte_at(text, at + 2);
  if (byte_at(text, at) != 0xF4 || byte_at(text, at + 1) != 0x8F || third < 0xBE) return 0;
  return ((third & 3) << 6) | (byte_at(text, at + 3) & 0x3F);
}

}  // namespace

std::string to_json_text(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = character(bytes, at);
    if (length > 0 && !(length == 4 && escaped(bytes, at) != 0)) {
      text += bytes.substr(at, length);
      at += length;
      continue;
    }
    const unsigned byte = byte_at(bytes, at++);
    text += "\xF4\x8F";
    text += static_cast<char>(0xBC | (byte >> 6));
    text += static_cast<char>(0x80 | (byte & 0x3F));
  }
  return text;
}

std::string from_json_text(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character(text, at);
    const unsigned byte = length == 4 ? escaped(text, at) : 0;
    if (byte != 0) {
      bytes += static_cast<char>(byte);
    } else {
      bytes += text.substr(at, length > 0 ? length : 1);
    }
    at += length > 0 ? length : 1;
  }
  return bytes;
}

}  // namespace scx
