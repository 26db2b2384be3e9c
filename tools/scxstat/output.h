// SPDX-License-Identifier: GPL-2.0-only
//
// Standard output, and the signals that end what runs until it is told to stop.
#pragma once

#include <cstddef>
#include <string_view>

#include "scx/base/fd.h"
#include "scx/base/result.h"

namespace scx::scxstat {

// All of it at once. Errors: io, EPIPE where the reader went away.
Status write_out(std::string_view text);

// The width of the terminal that standard output is; 0 where it is none.
std::size_t terminal_columns();

// Blocks SIGINT and SIGTERM in this thread and those it starts; gives a descriptor that gets
// readable when one comes.
Result<Fd> until_signal();

}  // namespace scx::scxstat
