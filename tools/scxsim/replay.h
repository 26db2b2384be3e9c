// SPDX-License-Identifier: GPL-2.0-only
//
// The command that shows a failure again, and ends when that has happened: what comes later has no
// part in it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "options.h"
#include "shrink.h"

namespace scx::scxsim {

// From the command that was given, whose run ended there.
std::string command_to(std::uint64_t end_ns, std::span<char* const> arguments,
                       const Options& options);

// For what became of it; `options.shrink` is the workload's file.
std::string command_to(const Shrunk& small, const Options& options);

}  // namespace scx::scxsim
