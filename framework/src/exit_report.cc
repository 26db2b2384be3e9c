// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/exit_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace scx {
namespace {

// enum scx_exit_code; has not moved since 6.12.
constexpr std::uint64_t kActRestart = 1ull << 48;

std::string text(const char* field, std::size_t size) { return {field, ::strnlen(field, size)}; }

}  // namespace

bool ExitReport::wants_restart() const {
  return !is_error() && (static_cast<std::uint64_t>(code) & kActRestart) != 0;
}

std::string ExitReport::summary() const {
  std::string line = reason.empty() ? fmt::format("exit kind {}", static_cast<int>(kind)) : reason;
  if (!message.empty() && message != reason) line += ": " + message;
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
