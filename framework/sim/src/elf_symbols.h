// SPDX-License-Identifier: GPL-2.0-only
//
// The variables of a shared object, by the names that it exports.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "scx/base/result.h"

namespace scx::sim {

struct ElfVariable {
  std::uint64_t offset;  // from where the object is loaded
  std::uint64_t size;
  bool read_only;
};

// Errors: missing, permission, io; invalid for what is no shared object of this machine.
Result<std::map<std::string, ElfVariable, std::less<>>> read_variables(
    const std::filesystem::path& file);

}  // namespace scx::sim
