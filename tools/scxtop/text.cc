// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include <fmt/format.h>
#include <locale.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cwchar>

namespace scx::scxtop {
namespace {

struct Stand {
  std::string_view character, ascii;
};
constexpr auto kStandIns = std::to_array<Stand>({{"▁", "1"},
                                                 {"▂", "2"},
                                                 {"▃", "3"},
                                                 {"▄", "4"},
                                                 {"▅", "5"},
                                                 {"▆", "6"},
                                                 {"▇", "7"},
                                                 {"█", "8"},
                                                 {"·", "."},
                                                 {"×", "x"},
                                                 {"─", "-"},
                                                 {"…", "~"},
                                                 {"≥", ">"},
                                                 {"µ", "u"}});

// The C library's tables of characters, whatever the user's locale is.
class Utf8 {
 public:
  Utf8() : before_(::uselocale(locale())) {}
  ~Utf8() { ::uselocale(before_); }
  Utf8(const Utf8&) = delete;
  Utf8& operator=(const Utf8&) = delete;

 private:
  static locale_t locale() {
    static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return utf8;  // a null one leaves the locale as it is
  }
  locale_t before_;
};

struct Character {
  std::size_t bytes = 1;
  int columns = -1;  // -1: it cannot be printed
};

Character first_of(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text.front());
  if (byte < 0x80) return {1, byte < 0x20 || byte == 0x7f ? -1 : 1};
  // Those of our own are known where no locale is installed, too.
  for (const Stand& stand : kStandIns)
    if (text.starts_with(stand.character)) return {stand.character.size(), 1};
  wchar_t wide = 0;
  std::mbstate_t state{};
  const std::size_t bytes = std::mbrtowc(&wide, text.data(), text.size(), &state);
  if (bytes == 0 || bytes > text.size()) return {};
  return {bytes, ::wcwidth(wide)};
}

template <typename See>
void walk(std::string_view text, See see) {
  const Utf8 utf8;
  while (!text.empty()) {
    const Character character = first_of(text);
    if (!see(text.substr(0, character.bytes), character.columns)) return;
    text.remove_prefix(character.bytes);
  }
}

// Bytes of the characters that fit into so many columns.
std::size_t that_fit(std::string_view text, std::size_t columns) {
  std::size_t used = 0, bytes = 0;
  walk(text, [&](std::string_view character, int needs) {
    used += static_cast<std::size_t>(std::max(needs, 0));
    if (used > columns) return false;
    bytes += character.size();
    return true;
  });
  return bytes;
}

std::string_view stand_in(std::string_view character) {
  const auto found = std::ranges::find(kStandIns, character, &Stand::character);
  return found == kStandIns.end() ? "?" : found->ascii;
}

}  // namespace

std::string clean(std::string_view text) {
  std::string shown;
  walk(text, [&](std::string_view character, int columns) {
    if (columns < 0) {
      shown += '?';
    } else if (columns > 0) {
      shown += character;
    }
    return true;
  });
  return shown;
}

std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  walk(text, [&](std::string_view, int needs) {
    columns += static_cast<std::size_t>(std::max(needs, 0));
    return true;
  });
  return columns;
}

std::string fit(std::string_view text, std::size_t columns) {
  if (columns == 0) return {};
  if (that_fit(text, columns) == text.size()) return std::string(text);
  return std::string(text.substr(0, that_fit(text, columns - 1))) + "…";
}

std::string left(std::string_view text, std::size_t columns) {
  std::string shown = fit(text, columns);
  shown.append(columns - width(shown), ' ');
  return shown;
}

std::string right(std::string_view text, std::size_t columns) {
  std::string shown = fit(text, columns);
  shown.insert(0, columns - width(shown), ' ');
  return shown;
}

std::string to_ascii(std::string_view text) {
  std::string shown;
  walk(text, [&](std::string_view character, int columns) {
    if (character.size() == 1) {
      shown += character;
    } else {
      shown += stand_in(character);
      shown.append(columns > 1 ? 1 : 0, '?');  // as wide as before
    }
    return true;
  });
  return shown;
}

std::string short_number(double number) {
  if (!std::isfinite(number)) return "-";
  const double size = std::abs(number);
  if (size < 9999.5 && number == std::floor(number)) return fmt::format("{:.0f}", number);
  if (size < 0.0005) return fmt::format("{:.0e}", number);
  if (size < 1) return fmt::format("{:.3f}", number);
  if (size < 99.95) return fmt::format("{:.1f}", number);
  if (size < 9999.5) return fmt::format("{:.0f}", number);
  double scaled = number;
  for (const char unit : {'k', 'M', 'G', 'T', 'P', 'E'}) {
    scaled /= 1000;
    if (std::abs(scaled) < 9.995) return fmt::format("{:.2f}{}", scaled, unit);
    if (std::abs(scaled) < 99.95) return fmt::format("{:.1f}{}", scaled, unit);
    if (std::abs(scaled) < 999.5) return fmt::format("{:.0f}{}", scaled, unit);
  }
  return fmt::format("{:.0e}", number);
}

std::string clock_text(double seconds) {
  if (!(seconds >= 0 && seconds < 1e12)) return "-";
  const auto whole = static_cast<long long>(seconds);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace scx::scxtop
