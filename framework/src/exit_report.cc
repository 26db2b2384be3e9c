// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/exit_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "scx/base/file.h"

namespace scx {
namespace {

// enum scx_exit_code; has not moved since 6.12.
constexpr std::uint64_t kActRestart = 1ull << 48;
constexpr std::uint64_t kReasonCgroupOffline = 1ull << 33;  // since 7.1

// What the kernel's word for a refused sub-scheduler means (scx_sub_enable_workfn()); empty for any
// other word.
std::string_view refusal_of_sub(std::string_view message) {
  if (message == fmt::format("parent rejected ({})", -ENOSPC))
    return "the scheduler above has no room for another; end one of those beside this one";
  if (message.starts_with("parent rejected")) return "the scheduler above does not take this one";
  if (message.starts_with("max nesting depth"))
    return "too many schedulers are above it; choose a cgroup nearer to the root";
  if (message.starts_with("parent bypassing") || message.starts_with("parent disabled"))
    return "the scheduler above is just starting or ending; try again";
  if (message.starts_with("cgroup is not online")) return "the cgroup is just being removed";
  return {};
}

// One line: names of tasks, which may hold anything, are part of what the kernel says.
std::string text(const char* field, std::size_t size) {
  std::string line(trim({field, ::strnlen(field, size)}));
  for (char& c : line)
    if (static_cast<unsigned char>(c) < ' ') c = '?';
  return line;
}

}  // namespace

bool ExitReport::wants_restart() const {
  return !is_error() && (static_cast<std::uint64_t>(code) & kActRestart) != 0;
}

bool ExitReport::cgroup_removed() const {
  return kind == ExitKind::unreg_kern &&
         (static_cast<std::uint64_t>(code) & kReasonCgroupOffline) != 0;
}

std::string ExitReport::summary() const {
  if (cgroup_removed()) return "its cgroup was removed";
  std::string line = reason.empty() ? fmt::format("exit kind {}", static_cast<int>(kind)) : reason;
  if (kind == ExitKind::parent) line = "the scheduler above it ended";
  if (kind == ExitKind::parent_kill) line = "the scheduler above threw it out";
  if (!message.empty() && message != reason) line += ": " + message;
  if (const auto means = refusal_of_sub(message); !means.empty())
    line += fmt::format(": {}", means);
  return line;
}

std::optional<ExitReport> read_exit(const scx_exit_record& record, std::string_view dump) {
  // BPF writes kind last.
  const s32 kind = std::atomic_ref(const_cast<s32&>(record.kind)).load(std::memory_order_acquire);
  if (kind == 0) return std::nullopt;
  ExitReport report;
  report.kind = static_cast<ExitKind>(kind);
  report.code = record.exit_code;
  report.reason = text(record.reason, sizeof(record.reason));
  report.message = text(record.msg, sizeof(record.msg));
  const u32 frames = std::min<u32>(record.bt_len, SCX_RECORD_BT);
  report.backtrace.assign(record.bt, record.bt + frames);
  report.dump = dump;
  return report;
}

std::vector<std::string> symbolize(const std::vector<std::uint64_t>& addresses) {
  if (addresses.empty()) return {};  // the list of symbols is long
  struct Symbol {
    std::uint64_t address = 0;
    std::string name;
  };
  std::vector<Symbol> nearest(addresses.size());
  std::ifstream symbols("/proc/kallsyms");
  for (std::string address, type, name, rest; symbols >> address >> type >> name;) {
    std::getline(symbols, rest);
    const std::uint64_t at = std::strtoull(address.c_str(), nullptr, 16);
    for (std::size_t i = 0; at != 0 && i < addresses.size(); ++i)
      if (at <= addresses[i] && at >= nearest[i].address) nearest[i] = {at, name};
  }
  std::vector<std::string> frames;
  for (std::size_t i = 0; i < addresses.size(); ++i)
    frames.push_back(nearest[i].name.empty() ? fmt::format("{:#x}", addresses[i])
                                             : fmt::format("{}+{:#x}", nearest[i].name,
                                                           addresses[i] - nearest[i].address));
  return frames;
}

}  // namespace scx
