// SPDX-License-Identifier: GPL-2.0-only
#include "libbpf_log.h"

#include <bpf/libbpf.h>

#include <cstdarg>
#include <cstdio>
#include <mutex>

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

}  // namespace scx
