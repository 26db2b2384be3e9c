// SPDX-License-Identifier: GPL-2.0-only
//
// A tree of processes as a build has: a make that keeps some jobs going, each of them a driver that
// runs a compiler (fork, exec, compute) and then an assembler (fork, compute).
#pragma once

#include <cstdint>

#include "scx/base/result.h"

namespace scx::bench {

struct Forks {
  int jobs = 60;
  int at_once = 8;

  int processes() const { return 1 + 3 * jobs; }
};

// The nanoseconds from the first job's start until the last has ended.
Result<std::int64_t> time_forks(const Forks& spec);

// What the program itself does when it is run as the compiler, as its first argument then says.
constexpr const char* compiler_argument = "--be-the-compiler";
int be_the_compiler();

}  // namespace scx::bench
