// SPDX-License-Identifier: GPL-2.0-only
#include "redact.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace scx {
namespace {

constexpr std::size_t kMostName = 15;  // TASK_COMM_LEN - 1
constexpr std::string_view kStandIn = "task";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Of the machine, not of its user. Names that nobody gives a program of his own.
bool may_stay(std::string_view name) {
  constexpr std::array<std::string_view, 9> kKernel = {"swapper/",   "kworker/", "ksoftirqd/",
                                                       "migration/", "rcu_",     "cpuhp/",
                                                       "kthreadd",   "scx_",     "sched_ext_"};
  return std::ranges::any_of(kKernel, [name](auto known) { return name.starts_with(known); });
}

// Where the name begins that ends at `end` of a line, and not before `from`. The kernel puts names
// at the start of a line or after one of these; the earliest counts that leaves room for a whole
// name, for a name may hold any of them itself.
std::size_t name_begin(std::string_view line, std::size_t end, std::size_t from) {
  constexpr std::array<std::string_view, 9> kBefore = {
      "curr=", "rescuing=", " for ", " on ", " disabled ", " while ", "-dispatch ", ": ", "("};
  const std::size_t furthest = std::max(from, end - std::min(end, kMostName));
  if (furthest == 0) return 0;
  std::size_t begin = end;
  for (const std::string_view before : kBefore) {
    const std::size_t start = furthest - std::min(furthest - from, before.size());
    const std::size_t at = line.substr(0, end).find(before, start);
    if (at != line.npos) begin = std::min(begin, std::max(furthest, at + before.size()));
  }
  return begin == end ? furthest : begin;
}

// A line about a task in the dump, " *R NAME[PID] …": the name's first place.
std::optional<std::size_t> task_line(std::string_view line) {
  if (line.size() < 5 || line[0] != ' ' || (line[1] != ' ' && line[1] != '*')) return std::nullopt;
  const bool state = (line[2] >= 'A' && line[2] <= 'Z') || line[2] == 't';
  if (!state || line[3] != ' ' || line[4] == ' ') return std::nullopt;
  return 4;
}

// "[123]" or "[-1]" at `at`: its length; 0 for anything else.
std::size_t pid_length(std::string_view line, std::size_t at) {
  if (at >= line.size() || line[at] != '[') return 0;
  std::size_t end = at + 1;
  if (end < line.size() && line[end] == '-') ++end;
  const std::size_t digits = end;
  while (end < line.size() && is_digit(line[end])) ++end;
  return end > digits && end < line.size() && line[end] == ']' ? end + 1 - at : 0;
}

// Appends `name`, or what stands for it; spaces before it stay.
void put_name(std::string& out, std::string_view name) {
  const std::size_t text = std::min(name.find_first_not_of(' '), name.size());
  out += name.substr(0, text);
  name.remove_prefix(text);
  if (!name.empty()) out += may_stay(name) ? name : kStandIn;
}

// "task 123 (NAME)", as our BPF library says it; ')' may be in the name.
std::string redact_in_brackets(std::string_view line) {
  std::string out;
  while (true) {
    constexpr std::string_view before = "task ";
    std::size_t at = line.find(before);
    if (at == line.npos) return out.append(line);
    at += before.size();
    while (at < line.size() && is_digit(line[at])) ++at;
    out += line.substr(0, at);
    line.remove_prefix(at);
    if (!is_digit(out.back()) || !line.starts_with(" (")) continue;
    const std::size_t end = line.substr(0, kMostName + 3).rfind(')');
    put_name(out.append(" ("), line.substr(2, end == line.npos ? end : end - 2));
    line.remove_prefix(std::min(end, line.size()));
  }
}

std::string redact_line(std::string_view line) {
  std::string out;
  std::size_t done = 0;
  // A name may hold "[1]" itself: of a task's line the last number counts.
  const auto start = task_line(line);
  bool found = false;
  for (std::size_t at = line.find('['); at != line.npos; at = line.find('[', at + 1)) {
    const std::size_t length = pid_length(line, at);
    if (length == 0 || at == done) continue;
    if (start && line.find("] ", at + length) != line.npos) continue;
    const std::size_t begin = start && done == 0 ? *start : name_begin(line, at, done);
    out += line.substr(done, begin - done);
    put_name(out, line.substr(begin, at - begin));
    out += line.substr(at, length);
    done = at + length;
    found = true;
  }
  out += line.substr(done);
  if (!found) {  // the dump may end inside a name
    std::size_t cut = start.value_or(line.npos);
    for (const std::string_view before : {"curr=", "rescuing="})
      if (const auto at = line.find(before); at != line.npos)
        cut = std::min(cut, at + before.size());
    if (cut < out.size()) out.replace(cut, out.npos, kStandIn);
  }
  return redact_in_brackets(out);
}

}  // namespace

std::string redact_tasks(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    // A name that ends in a line break, as `echo NAME >/proc/self/comm` gives it.
    while (end != text.npos && pid_length(text, end + 1) > 0) end = text.find('\n', end + 1);
    out += redact_line(text.substr(0, end));
    if (end == text.npos) break;
    out += '\n';
    text.remove_prefix(end + 1);
  }
  return out;
}

std::string redact_homes(std::string_view text) {
  constexpr std::string_view home = "/home/";
  std::string out;
  for (std::size_t at; (at = text.find(home)) != text.npos;) {
    out += text.substr(0, at + home.size());
    text.remove_prefix(at + home.size());
    const std::size_t end = std::min(text.find_first_of("/ \t\n\"';:,)"), text.size());
    if (end > 0) out += "USER";
    text.remove_prefix(end);
  }
  return out.append(text);
}

}  // namespace scx
