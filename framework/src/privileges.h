// SPDX-License-Identifier: GPL-2.0-only
//
// What a scheduler's process may do: no more than it needs until its end. CAP_BPF and CAP_PERFMON
// load and attach a scheduler, and a CPU that comes or goes makes it load again; so these two stay.
// By plain system calls, which are fewer lines than the use of a library for them.
#pragma once

#include <cstdint>
#include <string>

#include "scx/base/result.h"

namespace scx {

// A set of capabilities, as /proc/PID/status shows it: bit N is capability N of linux/capability.h.
using Capabilities = std::uint64_t;

constexpr Capabilities capability(int number) { return Capabilities{1} << number; }

// What of `permitted` loading a scheduler takes: CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN, which
// stands for both in the kernel, where one of them is missing.
Capabilities to_load(Capabilities permitted);

// Gives up all but to_load() and what is in `besides`: of the capabilities, of those that a program
// started from here could have (the bounding and the ambient set), and what such a program would
// gain by its own file (no_new_privs). User and groups stay.
//
// Returns what is left. For the calling thread and those that it starts from now on. Errors:
// permission where a sandbox forbids it.
Result<Capabilities> renounce_privileges(Capabilities besides);

// As "CAP_BPF, CAP_PERFMON"; "none" for the empty set.
std::string names(Capabilities set);

}  // namespace scx
