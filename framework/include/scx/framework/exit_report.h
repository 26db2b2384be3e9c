// SPDX-License-Identifier: GPL-2.0-only
//
// How a scheduler ended, and what people should read about it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scx/tables.h"

namespace scx {

// Kinds as in the kernel's enum scx_exit_kind; those that newer kernels add keep their number.
enum class ExitKind : std::int32_t {
  none = 0,
  done = 1,
  unreg = 64,           // user space let go of it
  unreg_bpf = 65,       // the scheduler asked to end
  unreg_kern = 66,      // the kernel ended it without a fault (hotplug)
  sysrq = 67,           // somebody pressed SysRq-S
  parent = 68,          // a sub-scheduler: one above it ended
  parent_kill = 69,     // a sub-scheduler: its parent threw it out
  error = 1024,         // a kernel check failed
  error_bpf = 1025,     // the scheduler reported an error
  error_stall = 1026,   // a runnable task was left waiting beyond the watchdog's time-out
  error_reenq = 1027,   // a task was handed back again and again and never ran
  error_rescue = 1028,  // a sub-scheduler took too much of the time kept for rescuing tasks
};

struct ExitReport {
  ExitKind kind = ExitKind::none;
  std::int64_t code = 0;  // SCX_ECODE_* bits of the kernel, or the scheduler's own number
  std::string reason;     // the kernel's words for the kind
  std::string message;    // what happened
  std::vector<std::uint64_t> backtrace;  // kernel addresses
  std::string dump;                      // the debug dump, many lines

  bool is_error() const { return static_cast<std::int32_t>(kind) >= 1024; }
  // The kernel asks for a new start (SCX_ECODE_ACT_RESTART).
  bool wants_restart() const;
  // The cgroup of a sub-scheduler was removed (SCX_ECODE_RSN_CGROUP_OFFLINE).
  bool cgroup_removed() const;
  // One line: "reason: message", with what to do about it where that is known.
  std::string summary() const;
};

// Nothing while the record is empty.
std::optional<ExitReport> read_exit(const scx_exit_record& record, std::string_view dump);

// Kernel addresses as "function+0x1c", by /proc/kallsyms; as numbers where that says nothing.
std::vector<std::string> symbolize(const std::vector<std::uint64_t>& addresses);

}  // namespace scx
