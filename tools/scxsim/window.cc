// SPDX-License-Identifier: GPL-2.0-only
#include "window.h"

#include <charconv>
#include <optional>
#include <string>

namespace scx::scxsim {
namespace {

constexpr double kMostMs = 86'400'000;

// Nothing where it is no number of milliseconds.
std::optional<std::uint64_t> nanoseconds(std::string_view text) {
  double ms = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), ms, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!(ms >= 0 && ms <= kMostMs)) return std::nullopt;
  return static_cast<std::uint64_t>(ms * 1e6 + 0.5);
}

}  // namespace

Result<Window> parse_window(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash != text.npos) {
    const auto from = nanoseconds(text.substr(0, dash)), to = nanoseconds(text.substr(dash + 1));
    if (from && to && *from < *to) return Window{*from, *to};
  }
  return fail(ErrorKind::usage, "--window " + std::string(text),
              "write FROM-TO in milliseconds, such as 100-150");
}

}  // namespace scx::scxsim
