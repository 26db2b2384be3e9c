// SPDX-License-Identifier: GPL-2.0-only
//
// What a stranger should not read in a report: the names of processes, and of users' homes.
#pragma once

#include <string>
#include <string_view>

namespace scx {

// The names of tasks in what the kernel (sched_ext's dump and reasons, 6.12 to 7.3) and our BPF
// library write: NAME[PID] becomes task[PID], "task PID (NAME)" becomes "task PID (task)". Of the
// dump also a name that the dump's end cut off. Kernel threads that are known by name and scx_*
// keep theirs. A name has up to 15 bytes, any of them, so where it begins cannot always be known:
// then more is taken out rather than less.
std::string redact_tasks(std::string_view text);

// /home/NAME becomes /home/USER.
std::string redact_homes(std::string_view text);

}  // namespace scx
