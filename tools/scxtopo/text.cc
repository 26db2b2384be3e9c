// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace scx::scxtopo {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

// Characters that are seen: colours and the later bytes of UTF-8 characters are not.
std::size_t seen(std::string_view text) {
  std::size_t count = 0;
  bool colour = false;
  for (const char c : text) {
    if (c == '\x1b') colour = true;
    if (!colour && (static_cast<unsigned char>(c) & 0xc0) != 0x80) ++count;
    if (c == 'm') colour = false;
  }
  return count;
}

void append(std::string& list, std::string_view item) {
  if (!list.empty()) list += ',';
  list += item;
}

}  // namespace

Terminal detect_terminal() {
  Terminal terminal;
  if (::isatty(STDOUT_FILENO) == 0) return terminal;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
    terminal.width = size.ws_col;
  const char* kind = std::getenv("TERM");
  terminal.colour = !is_set("NO_COLOR") && kind != nullptr && std::string_view(kind) != "dumb";
  return terminal;
}

std::string counted(std::size_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

std::string run(std::int32_t first, std::int32_t count) {
  if (count <= 0) return "none";
  return count == 1 ? fmt::format("{}", first) : fmt::format("{}-{}", first, first + count - 1);
}

std::string as_set(std::vector<std::int32_t> numbers) {
  std::ranges::sort(numbers);
  std::string list;
  for (std::size_t at = 0; at < numbers.size();) {
    std::size_t end = at + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    append(list, run(numbers[at], static_cast<std::int32_t>(end - at)));
    at = end;
  }
  return list;
}

std::string in_order(std::span<const Cid> cids) {
  std::string list;
  for (std::size_t at = 0; at < cids.size();) {
    const std::int32_t first = cids[at].value();
    const std::int32_t step = at + 1 < cids.size() ? cids[at + 1].value() - first : 0;
    std::size_t end = at + 1;
    while (end < cids.size() && cids[end].value() - cids[end - 1].value() == step) ++end;
    const std::size_t count = end - at;
    if (step == 1) {
      append(list, run(first, static_cast<std::int32_t>(count)));
    } else if (step > 1 && count > 2) {
      append(list, fmt::format("{}-{}:1/{}", first, cids[end - 1].value(), step));
    } else {
      append(list, fmt::format("{}", first));
      end = at + 1;
    }
    at = end;
  }
  return list;
}

std::string memory(std::uint64_t kb) {
  if (kb == 0) return {};
  constexpr std::string_view kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  double value = static_cast<double>(kb);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  std::string number = fmt::format("{:.{}f}", value, value < 10 ? 1 : 0);
  if (number.ends_with(".0")) number.resize(number.size() - 2);
  return fmt::format("{} {}", number, kUnits[unit]);
}

std::string tier_name(int tier, int nr_tiers) {
  std::string_view word;
  if (nr_tiers == 2 || nr_tiers == 3) {
    if (tier == 0) word = " (big)";
    if (tier == 1 && nr_tiers == 3) word = " (medium)";
    if (tier == nr_tiers - 1) word = " (little)";
  }
  return fmt::format("tier {}{}", tier, word);
}

std::string wrapped(std::string_view text, int width, int indent) {
  const std::size_t margin = std::min(text.find_first_not_of(' '), text.size());
  std::string out(margin, ' ');
  text.remove_prefix(margin);
  std::size_t column = 0;  // 0: nothing but margin in this line
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (column == 0) {
      column = margin;
    } else if (column + 1 + seen(word) > static_cast<std::size_t>(width)) {
      out += '\n' + std::string(static_cast<std::size_t>(indent), ' ');
      column = static_cast<std::size_t>(indent);
    } else {
      out += ' ';
      ++column;
    }
    out += word;
    column += seen(word);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + '\n';
}

std::string table(const std::vector<std::vector<std::string>>& rows,
                  std::initializer_list<std::size_t> left) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const bool to_left = std::ranges::find(left, c) != left.end();
      const std::string_view gap = c == 0 ? "" : "  ";
      line += to_left ? fmt::format("{}{:<{}}", gap, row[c], widths[c])
                      : fmt::format("{}{:>{}}", gap, row[c], widths[c]);
    }
    line.resize(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

}  // namespace scx::scxtopo
