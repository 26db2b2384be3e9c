// SPDX-License-Identifier: GPL-2.0-only
#include "tree_read.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>

#include "scx/base/file.h"

namespace scx {

bool is_absent(const Error& error) {
  return error.err == ENOENT || error.err == ENOTDIR || error.err == ENODEV || error.err == ENXIO;
}

Result<std::string> read_line(const FileTree& tree, const std::string& path) {
  return std::string(trim(SCX_TRY(tree.read(path))));
}

Result<std::int64_t> read_int(const FileTree& tree, const std::string& path) {
  const std::string text = SCX_TRY(read_line(tree, path));
  if (const auto value = parse_int(text)) return *value;
  return fail(ErrorKind::invalid, fmt::format("{} holds '{}' where a number was expected",
                                              tree.name(path), text.substr(0, 40)));
}

Result<CpuSet> read_cpu_list(const FileTree& tree, const std::string& path) {
  return in_file(parse_cpu_list(SCX_TRY(read_line(tree, path))), tree.name(path));
}

Result<std::vector<std::int32_t>> numbered(const FileTree& tree, const std::string& dir,
                                           std::string_view prefix) {
  std::vector<std::int32_t> numbers;
  for (const std::string& name : SCX_TRY(tree.list(dir))) {
    const bool digits = name.size() > prefix.size() && name.starts_with(prefix) &&
                        name.find_first_not_of("0123456789", prefix.size()) == std::string::npos;
    if (!digits) continue;
    const auto number = parse_int(std::string_view(name).substr(prefix.size()));
    if (!number || *number > kMaxCpu)
      return fail(ErrorKind::invalid, fmt::format("{} has an entry {}, above the limit of {}",
                                                  tree.name(dir), name, kMaxCpu));
    numbers.push_back(static_cast<std::int32_t>(*number));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace scx
