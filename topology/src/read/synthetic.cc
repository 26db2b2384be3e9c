// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "hwloc_load.h"
#include "scx/base/cpu_set.h"
#include "scx/base/file.h"

namespace scx {
namespace {

constexpr std::int64_t kMostCpus = kMaxCpu + 1;
// hwloc puts each object in its place by comparing its CPU set, word by word, with those of the
// objects there. This many words take it half a minute.
constexpr std::int64_t kMostWork = std::int64_t{16} << 30;
constexpr std::string_view kDigits = "0123456789";

std::unexpected<Error> refuse(std::string_view description, std::string problem) {
  return fail(ErrorKind::invalid,
              fmt::format("cannot make a machine of '{}': {}", description.substr(0, 200), problem),
              "expected levels from the largest down to pu, such as 'node:2 core:4 pu:2', or the "
              "name of a file or directory that is there");
}

// A decimal number of plain digits: hwloc also takes signs, and 010 for 8.
std::optional<std::int64_t> plain_number(std::string_view text) {
  const bool plain = !text.empty() && text.find_first_not_of(kDigits) == std::string_view::npos &&
                     (text.size() == 1 || text[0] != '0');
  return plain ? parse_int(text) : std::nullopt;
}

// The numbers of a list "indexes=0,4,2"; interleaved indexes cannot leave the number of CPUs.
bool indexes_fit(std::string_view attributes) {
  constexpr std::string_view kKey = "indexes=";
  const std::size_t at = attributes.find(kKey);
  if (at == std::string_view::npos) return true;
  std::string_view list = attributes.substr(at + kKey.size());
  list = list.substr(0, list.find(' '));
  while (!list.empty()) {
    const std::size_t digits = std::min(list.find_first_not_of(kDigits), list.size());
    const auto index = parse_int(list.substr(0, digits));
    if (digits > 0 && (!index || *index > kMaxCpu)) return false;
    list.remove_prefix(std::max<std::size_t>(digits, 1));
  }
  return true;
}

// The end of what begins with an opening bracket at `from`; npos where it is not closed.
std::size_t after_bracket(std::string_view text, std::size_t from, char close) {
  const std::size_t end = text.find(close, from);
  return end == std::string_view::npos ? end : end + 1;
}

}  // namespace

Status check_synthetic(std::string_view description) {
  std::int64_t width = 1, objects = 0, children = 0;
  for (std::size_t at = 0; at < description.size();) {
    const char c = description[at];
    if (c == ' ') {
      ++at;
      continue;
    }
    if (c == '(' || c == '[') {  // attributes of the level before; NUMA nodes attached to it
      const std::size_t end = after_bracket(description, at, c == '(' ? ')' : ']');
      if (end == std::string_view::npos)
        return refuse(description,
                      fmt::format("the '{}' at character {} is not closed", c, at + 1));
      if (!indexes_fit(description.substr(at, end - 1 - at)))
        return refuse(description, fmt::format("an index is above the limit of {}", kMaxCpu));
      at = end;
      continue;
    }
    const std::size_t end = std::min(description.find_first_of(" ([", at), description.size());
    const std::string_view level = description.substr(at, end - at);
    const auto count = plain_number(level.substr(level.rfind(':') + 1));  // npos + 1 is 0
    if (!count || *count == 0)
      return refuse(description, fmt::format("'{}' has no number of objects", level.substr(0, 40)));
    if (*count > kMostCpus / width)
      return refuse(description, fmt::format("it has more than {} CPUs", kMostCpus));
    width *= *count;
    objects += width;
    children += *count;
    at = end;
  }
  if (objects == 0) return refuse(description, "it names no level");
  if (objects > kMostWork / children / (width / 64 + 1))
    return refuse(description,
                  "hwloc would take too long over it, as it has thousands of CPUs and "
                  "levels too wide or too many");
  return {};
}

}  // namespace scx
