// SPDX-License-Identifier: GPL-2.0-only
//
// Small text files, as sysfs and procfs have them, below a root directory. The root is "/" for this
// machine and a directory for a snapshot of another one; nothing in the libraries opens a sysfs
// path without going through it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "scx/base/result.h"

namespace scx {

// The whole file, at most 1 MiB. Errors: missing, permission, io (naming the path), invalid when
// it is larger.
Result<std::string> read_file(const std::filesystem::path& path);

// As read_file(), trimmed of white space at both ends.
Result<std::string> read_line(const std::filesystem::path& path);

// A decimal integer with optional sign, nothing else beside white space. Errors: as read_line(),
// invalid when it is no number or out of range.
Result<std::int64_t> read_int(const std::filesystem::path& path);

// Without white space at both ends. A view of `text`.
std::string_view trim(std::string_view text);

// The number in text, in base 10; nothing when anything but a number is there.
std::optional<std::int64_t> parse_int(std::string_view text);

// The path that `absolute` ("/sys/devices/…") has below `root`.
std::filesystem::path under(const std::filesystem::path& root, std::string_view absolute);

}  // namespace scx
