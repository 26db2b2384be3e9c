// SPDX-License-Identifier: GPL-2.0-only
//
// Cgroups as sub-schedulers name them: by the kernel's number. Version 2 only; sched_ext knows no
// other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "scx/base/result.h"

namespace scx {

// The number of the cgroup whose directory `path` is: as it stands, or else below `mount`, so that
// "work", "/work" and "/sys/fs/cgroup/work" are the same. Always above 1, the root's.
// Errors: missing, when there is no such directory; invalid, when it is no cgroup's or the root's;
// usage for "".
Result<std::uint64_t> cgroup_id(const std::string& path,
                                const std::filesystem::path& mount = "/sys/fs/cgroup");

}  // namespace scx
