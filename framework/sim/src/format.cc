// SPDX-License-Identifier: GPL-2.0-only
#include <cstdio>
#include <cstring>

#include "kernel.h"

namespace scx::sim {
namespace {

// One conversion of a format, "%-5llu": without its length, which says nothing where every argument
// is a word. Appends the argument to `out`.
void convert(std::string& out, std::string_view flags, std::string_view length, char kind,
             u64 word) {
  std::string format(1, '%');
  format.append(flags);
  char text[256];
  switch (kind) {
    case 'd':
    case 'i': {
      const s64 value = length.starts_with('l') ? static_cast<s64>(word) : static_cast<s32>(word);
      std::snprintf(text, sizeof(text), format.append("lld").c_str(),
                    static_cast<long long>(value));
      break;
    }
    case 'u':
    case 'x':
    case 'X':
      if (!length.starts_with('l')) word = static_cast<u32>(word);
      std::snprintf(text, sizeof(text), format.append("ll").append(1, kind).c_str(),
                    static_cast<unsigned long long>(word));
      break;
    case 'c':
      std::snprintf(text, sizeof(text), format.append(1, 'c').c_str(), static_cast<int>(word));
      break;
    case 's':
      std::snprintf(text, sizeof(text), format.append(1, 's').c_str(),
                    word ? reinterpret_cast<const char*>(word) : "(null)");
      break;
    case 'p':
      std::snprintf(text, sizeof(text), "%llx", static_cast<unsigned long long>(word));
      break;
    default:
      std::snprintf(text, sizeof(text), "%%%c", kind);
  }
  out += text;
}

}  // namespace

std::string format_words(const char* format, const u64* words, u32 bytes) {
  std::string out;
  std::size_t used = 0;
  std::string_view rest = format;
  while (!rest.empty()) {
    const std::size_t percent = rest.find('%');
    out += rest.substr(0, percent);
    if (percent == rest.npos) break;
    rest.remove_prefix(percent + 1);
    const std::size_t flags = std::min(rest.find_first_not_of("-+ #0123456789."), rest.size());
    const std::string_view flag_text = rest.substr(0, flags);
    rest.remove_prefix(flags);
    const std::size_t length = std::min(rest.find_first_not_of("lhz"), rest.size());
    const std::string_view length_text = rest.substr(0, length);
    rest.remove_prefix(length);
    if (rest.empty()) break;
    const char kind = rest.front();
    rest.remove_prefix(1);
    if (kind == '%')
      out += '%';
    else if (used < bytes / 8)
      convert(out, flag_text, length_text, kind, words[used++]);
  }
  return out;
}

}  // namespace scx::sim
