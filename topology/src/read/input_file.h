// SPDX-License-Identifier: GPL-2.0-only
//
// Files that a user names as a machine: hwloc's XML and bundles. A path may turn out to be
// anything; FIFOs and devices are refused before they are opened, because opening one can hang or
// do something.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "scx/base/result.h"

namespace scx {

// A bundle of a machine of 8,192 CPUs has a tenth of this.
inline constexpr std::size_t kMaxInputBytes = std::size_t{256} << 20;

// The first `bytes` of a regular file, all of it when it has fewer. Errors: missing, permission,
// io; invalid for what is no regular file.
Result<std::string> read_head(const std::filesystem::path& path, std::size_t bytes);

// The whole. Errors: also invalid, when it is larger than kMaxInputBytes.
Result<std::string> read_input(const std::filesystem::path& path);

}  // namespace scx
