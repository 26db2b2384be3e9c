// SPDX-License-Identifier: GPL-2.0-only
#include "libbpf_log.h"

#include <bpf/libbpf.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <string_view>
#include <vector>

namespace scx {
namespace {

thread_local LibbpfLog* innermost = nullptr;

int print(libbpf_print_level level, const char* format, va_list args) {
  if (level != LIBBPF_WARN || !innermost) return 0;
  va_list again;
  va_copy(again, args);
  const int length = std::vsnprintf(nullptr, 0, format, again);
  va_end(again);
  if (length <= 0) return 0;
  std::string line(static_cast<std::size_t>(length), '\0');
  std::vsnprintf(line.data(), line.size() + 1, format, args);
  if (line.starts_with("libbpf: ")) line.erase(0, 8);
  innermost->append(line);
  return length;
}

}  // namespace

LibbpfLog::LibbpfLog() : outer_(innermost) {
  static std::once_flag once;
  std::call_once(once, [] { libbpf_set_print(print); });
  innermost = this;
}

LibbpfLog::~LibbpfLog() { innermost = outer_; }

std::string LibbpfLog::essence(int lines) const {
  std::vector<std::string_view> found;
  std::string_view rest = text_;
  bool in_verifier_log = false;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.find("-- BEGIN PROG LOAD LOG --") != line.npos) in_verifier_log = true;
    const bool end = line.find("-- END PROG LOAD LOG --") != line.npos;
    if (!in_verifier_log && !line.empty()) found.push_back(line);
    if (end) in_verifier_log = false;
  }
  std::string text;
  for (const auto line : found) {
    if (lines-- <= 0) break;
    if (!text.empty()) text += "; ";
    text += line;
  }
  return text;
}

}  // namespace scx
