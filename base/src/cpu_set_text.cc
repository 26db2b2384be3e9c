// SPDX-License-Identifier: GPL-2.0-only
//
// The kernel's two text formats for sets of CPUs (lib/bitmap-str.c there).
#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <iterator>
#include <vector>

#include "scx/base/cpu_set.h"

namespace scx {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

// As much of a text as an error message can hold; the text may be any bytes.
std::string excerpt(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::string shown(text.substr(0, kMost));
  for (char& c : shown) {
    if (std::isprint(static_cast<unsigned char>(c)) == 0) c = '?';
  }
  if (text.size() > kMost) shown += "…";
  return shown;
}

// A place in a text that is being read, past white space at both ends.
class Cursor {
 public:
  Cursor(std::string_view text, std::string_view format, std::string_view example)
      : text_(text), format_(format), example_(example) {
    at_ = std::min(text.find_first_not_of(kSpace), text.size());
    end_ = text.find_last_not_of(kSpace) + 1;  // npos + 1 is 0
    end_ = std::max(end_, at_);
  }

  bool done() const { return at_ == end_; }
  std::size_t at() const { return at_; }
  bool take(char c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  // The longest run of characters that `is` accepts.
  template <typename Is>
  std::string_view take_while(Is is) {
    const std::size_t start = at_;
    while (!done() && is(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  std::unexpected<Error> error(std::size_t at, std::string_view problem) const {
    return fail(ErrorKind::invalid,
                fmt::format("cannot read '{}' as a CPU {}: {} at character {}", excerpt(text_),
                            format_, problem, at + 1),
                fmt::format("expected something like {}", example_));
  }
  std::unexpected<Error> unexpected_here(std::string_view expected) const {
    const std::string found =
        done() ? "the end" : fmt::format("'{}'", excerpt(text_.substr(at_, 1)));
    return error(at_, fmt::format("{} where {} was expected", found, expected));
  }

 private:
  std::string_view text_, format_, example_;
  std::size_t at_ = 0, end_ = 0;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

Result<std::int32_t> take_number(Cursor& cursor, std::int64_t limit) {
  const std::size_t start = cursor.at();
  const std::string_view digits = cursor.take_while(is_digit);
  if (digits.empty()) return cursor.unexpected_here("a number");
  std::int64_t value = 0;
  for (char c : digits) {
    value = value * 10 + (c - '0');
    if (value > limit)
      return cursor.error(start, fmt::format("a number above the limit of {}", limit));
  }
  return static_cast<std::int32_t>(value);
}

// One element of a list: "8", "0-3" or "0-31:2/4".
Status take_element(Cursor& cursor, std::int32_t max_cpu, CpuSet& set) {
  const std::size_t start = cursor.at();
  const std::int32_t first = SCX_TRY(take_number(cursor, max_cpu));
  if (!cursor.take('-')) {
    set.insert(CpuId{first});
    return {};
  }
  const std::int32_t last = SCX_TRY(take_number(cursor, max_cpu));
  if (last < first)
    return cursor.error(start, fmt::format("the range {}-{}, which runs backwards,", first, last));
  if (!cursor.take(':')) {
    set.insert_range(CpuId{first}, CpuId{last});
    return {};
  }
  const std::size_t pattern = cursor.at();
  const std::int64_t most = std::min<std::int64_t>(std::int64_t{max_cpu} + 1, INT32_MAX);
  const std::int32_t used = SCX_TRY(take_number(cursor, most));
  if (!cursor.take('/')) return cursor.unexpected_here("'/'");
  const std::int32_t group = SCX_TRY(take_number(cursor, most));
  if (group == 0 || used > group)
    return cursor.error(pattern, fmt::format("the pattern {}/{}, which takes {} of every {},", used,
                                             group, used, group));
  if (used == group) set.insert_range(CpuId{first}, CpuId{last});
  if (used == 0 || used == group) return {};
  for (std::int64_t at = first; at <= last; at += group) {
    const auto to = static_cast<std::int32_t>(std::min<std::int64_t>(at + used - 1, last));
    set.insert_range(CpuId{static_cast<std::int32_t>(at)}, CpuId{to});
  }
  return {};
}

}  // namespace

Result<CpuSet> parse_cpu_list(std::string_view text, std::int32_t max_cpu) {
  Cursor cursor{text, "list", "0-3,8"};
  CpuSet set;
  if (cursor.done()) return set;
  do {
    SCX_TRY(take_element(cursor, max_cpu, set));
  } while (cursor.take(','));
  if (!cursor.done()) return cursor.unexpected_here("',' or the end");
  return set;
}

std::string to_cpu_list(const CpuSet& set) {
  std::string text;
  auto out = std::back_inserter(text);
  for (auto at = set.begin(); at != set.end();) {
    const CpuId first = *at;
    CpuId last = first;
    while (++at != set.end() && (*at).value() == last.value() + 1) last = *at;
    if (!text.empty()) text += ',';
    fmt::format_to(out, "{}", first.value());
    if (last != first) fmt::format_to(out, "-{}", last.value());
  }
  return text;
}

Result<CpuSet> parse_cpu_mask(std::string_view text, std::int32_t max_cpu) {
  constexpr std::size_t kDigits = 8;
  constexpr std::int32_t kBits = 32;
  Cursor cursor{text, "mask", "ff,00000000"};
  std::vector<std::uint32_t> words;  // most significant first, from the first one above 0 on
  std::size_t used_at = 0;           // where that one stands
  bool first = true;
  do {
    const std::size_t at = cursor.at();
    const std::string_view digits = cursor.take_while(is_hex);
    if (digits.empty()) return cursor.unexpected_here("a hexadecimal digit");
    if (digits.size() > kDigits || (!first && digits.size() < kDigits))
      return cursor.error(at, fmt::format("a word of {} digits, where {}8 are,", digits.size(),
                                          first ? "at most " : ""));
    first = false;
    std::uint32_t word = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), word, 16);
    if (words.empty()) used_at = at;
    if (word != 0 || !words.empty()) words.push_back(word);
  } while (cursor.take(','));
  if (!cursor.done()) return cursor.unexpected_here("',' or the end");

  CpuSet set;
  if (words.empty()) return set;
  const auto last =
      static_cast<std::int64_t>(words.size() * kBits) - 1 - std::countl_zero(words[0]);
  if (last > max_cpu)
    return cursor.error(used_at, fmt::format("CPU {}, above the limit of {},", last, max_cpu));
  for (std::int32_t base = 0; !words.empty(); base += kBits, words.pop_back()) {
    for (std::uint32_t left = words.back(); left != 0; left &= left - 1)
      set.insert(CpuId{base + std::countr_zero(left)});
  }
  return set;
}

std::string to_cpu_mask(const CpuSet& set) {
  if (set.empty()) return "0";
  std::vector<std::uint32_t> words(set.last().index() / 32 + 1);
  for (CpuId cpu : set) words[cpu.index() / 32] |= std::uint32_t{1} << (cpu.index() % 32);
  std::string text = fmt::format("{:x}", words.back());
  for (std::size_t w = words.size() - 1; w-- > 0;) text += fmt::format(",{:08x}", words[w]);
  return text;
}

}  // namespace scx
