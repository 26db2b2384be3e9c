// SPDX-License-Identifier: GPL-2.0-only
//
// What reports for people are made of.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace scx::scxsim {

// Rows of cells, each column as wide as it has to be; the first `nr_left` to the left, the others
// to the right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> head, std::size_t nr_left = 1)
      : nr_left_(nr_left), rows_{std::move(head)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  std::string text() const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_)
      for (std::size_t at = 0; at < row.size(); ++at)
        widths[at] = std::max(widths[at], row[at].size());
    std::string out;
    for (const auto& row : rows_) {
      for (std::size_t at = 0; at < row.size(); ++at) {
        if (at) out += "  ";
        out += at < nr_left_ ? fmt::format("{:<{}}", row[at], widths[at])
                             : fmt::format("{:>{}}", row[at], widths[at]);
      }
      out += '\n';
    }
    return out;
  }

 private:
  std::size_t nr_left_;
  std::vector<std::vector<std::string>> rows_;
};

inline std::string us(std::uint64_t ns) {
  return fmt::format("{:.1f}", static_cast<double>(ns) / 1000);
}
inline std::string ms(std::uint64_t ns) {
  return fmt::format("{:.1f}", static_cast<double>(ns) / 1'000'000);
}
inline double part(std::uint64_t of, std::uint64_t whole) {
  return whole ? static_cast<double>(of) / static_cast<double>(whole) : 0;
}

// Many kinds that are alike would fill screens: more than this are shown together.
constexpr std::size_t kMostRows = 24;

}  // namespace scx::scxsim
