// SPDX-License-Identifier: GPL-2.0-only
//
// This process as /proc/self/status shows it.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "scx/base/file.h"

namespace scx {

// The value of the line "NAME:\tVALUE", without white space around it; nothing where there is none.
inline std::optional<std::string> proc_status(const std::filesystem::path& root,
                                              std::string_view name) {
  const auto text = read_file(under(root, "/proc/self/status"));
  if (!text) return std::nullopt;
  const std::string key = fmt::format("\n{}:", name);
  const std::size_t at = text->find(key);
  if (at == text->npos) return std::nullopt;
  const std::size_t from = at + key.size();
  return std::string(trim(std::string_view(*text).substr(from, text->find('\n', from) - from)));
}

}  // namespace scx
