// SPDX-License-Identifier: GPL-2.0-only
//
// The directory that a socket's file lies in, entered so that nobody else decides where that is.
#pragma once

#include <filesystem>

#include "scx/base/fd.h"
#include "scx/base/result.h"

namespace scx::stats {

// Opens the directory (O_PATH), and makes what is missing of it (0755, whatever the umask).
//
// In a directory where anybody may create files (as /tmp) it uses only what belongs to root or to
// this process's user, and the directory must be sticky, so that others cannot rename that. Errors:
// permission for both, with what is wrong; as errno says otherwise.
Result<Fd> open_directory(const std::filesystem::path& path);

}  // namespace scx::stats
