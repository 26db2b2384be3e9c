// SPDX-License-Identifier: GPL-2.0-only
#include "cpu_times.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "scx/base/fd.h"

namespace scx {
namespace {

// Columns of a CPU's line. Guests' time, which comes behind, is in `user` and `nice` already. Old
// kernels had fewer than these; none with sched_ext has.
enum Column { kUser, kNice, kSystem, kIdle, kIoWait, kIrq, kSoftIrq, kSteal, kColumns };

// Takes a number off the front; nothing where there is none that fits.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, err] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (err != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

// " 1 2 3 …"; further columns are passed over.
std::optional<CpuTimes> parse_columns(std::string_view text) {
  std::array<std::uint64_t, kColumns> columns{};
  CpuTimes times;
  for (std::uint64_t& column : columns) {
    if (!text.starts_with(' ')) return std::nullopt;
    text.remove_prefix(1);
    const auto number = take_number(text);
    if (!number || __builtin_add_overflow(times.all, *number, &times.all)) return std::nullopt;
    column = *number;
  }
  if (!text.empty() && !text.starts_with(' ')) return std::nullopt;
  times.busy = times.all - columns[kIdle] - columns[kIoWait];
  return times;
}

}  // namespace

std::vector<std::optional<CpuTimes>> parse_cpu_times(std::string_view text,
                                                     std::size_t nr_cpu_ids) {
  std::vector<std::optional<CpuTimes>> cpus(nr_cpu_ids);
  while (!text.empty()) {
    const auto length = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    if (!line.starts_with("cpu")) continue;
    line.remove_prefix(3);
    const auto cpu = take_number(line);  // none: the line of all CPUs together
    if (cpu && *cpu < nr_cpu_ids && !cpus[*cpu]) cpus[*cpu] = parse_columns(line);
  }
  return cpus;
}

Result<std::string> read_cpu_times(const std::filesystem::path& path) {
  const Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) return fail_errno(errno, fmt::format("cannot open {}", path.string()));
  std::string text;
  // Behind the CPUs come the interrupts, which may be far longer.
  while (text.find("\nintr") == text.npos) {
    constexpr std::size_t kChunk = 65536;
    const std::size_t size = text.size();
    text.resize(size + kChunk);
    const ssize_t got = ::read(file.get(), text.data() + size, kChunk);
    if (got < 0 && errno != EINTR)
      return fail_errno(errno, fmt::format("cannot read {}", path.string()));
    text.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) break;
  }
  return text;
}

}  // namespace scx
