// SPDX-License-Identifier: GPL-2.0-only
//
// The workloads that need no file. Each grows with the number of CPUs.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "scx/base/result.h"
#include "scx/sim/workload.h"

namespace scx::scxsim {

struct Builtin {
  std::string_view name;
  std::string_view about;
  sim::Workload (*make)(int nr_cpus, std::uint64_t seed);
};
std::span<const Builtin> builtins();

// Null where there is none of that name.
const Builtin* find_builtin(std::string_view name);

}  // namespace scx::scxsim
