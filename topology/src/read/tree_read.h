// SPDX-License-Identifier: GPL-2.0-only
//
// Small reads from a FileTree: lines, numbers, CPU sets, numbered directories. Every error names
// the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "file_tree.h"
#include "scx/base/cpu_set.h"
#include "scx/base/result.h"

namespace scx {

// Whether the error says that there is no such file, or none behind its name.
bool is_absent(const Error& error);

// A read that may find no file. Errors: those of `read` but for the file's absence.
template <typename T>
Result<std::optional<T>> if_there(Result<T> read) {
  if (read) return std::optional<T>{*std::move(read)};
  if (is_absent(read.error())) return std::optional<T>{};
  return std::unexpected(std::move(read).error());
}

// Puts the file's name before an error about its content.
template <typename T>
Result<T> in_file(Result<T> parsed, const std::string& name) {
  if (!parsed) parsed.error().what = name + ": " + parsed.error().what;
  return parsed;
}

// The file without white space at both ends. Errors: those of FileTree::read().
Result<std::string> read_line(const FileTree& tree, const std::string& path);

// Errors: as read_line(); invalid when it holds no number.
Result<std::int64_t> read_int(const FileTree& tree, const std::string& path);

// A file with a CPU list. Errors: as read_line(); invalid.
Result<CpuSet> read_cpu_list(const FileTree& tree, const std::string& path);

// The numbers n for which dir has an entry "<prefix>n", ascending. Errors: those of
// FileTree::list(); invalid for a number above kMaxCpu.
Result<std::vector<std::int32_t>> numbered(const FileTree& tree, const std::string& dir,
                                           std::string_view prefix);

}  // namespace scx
