// SPDX-License-Identifier: GPL-2.0-only
#include "forks.h"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "children.h"

namespace scx::bench {

namespace {

constexpr int compiler_rounds = 200'000, assembler_rounds = 50'000;

void compute(int rounds) {
  for (volatile int i = 0; i < rounds;) i = i + 1;
}

bool ended_well(int pid) {
  int status;
  return pid > 0 && ::waitpid(pid, &status, 0) == pid && !status;
}

// A job's own process.
[[noreturn]] void drive() {
  const int compiler = ::fork();
  if (!compiler) {
    ::execl("/proc/self/exe", "compiler", compiler_argument, nullptr);
    ::_exit(127);
  }
  if (!ended_well(compiler)) ::_exit(1);
  const int assembler = ::fork();
  if (!assembler) {
    compute(assembler_rounds);
    ::_exit(0);
  }
  ::_exit(ended_well(assembler) ? 0 : 1);
}

// The make.
bool run_jobs(const Forks& spec) {
  bool well = true;
  for (int begun = 0, ended = 0; ended < spec.jobs;) {
    if (begun < spec.jobs && begun - ended < spec.at_once) {
      const int pid = ::fork();
      if (pid < 0) return false;
      if (!pid) drive();
      begun++;
    } else {
      int status;
      if (::wait(&status) < 0) return false;
      well &= status == 0;
      ended++;
    }
  }
  return well;
}

}  // namespace

Result<std::int64_t> time_forks(const Forks& spec) {
  Children make = SCX_TRY(Children::make());
  SCX_TRY(make.add([&] { return run_jobs(spec); }));
  const auto start = std::chrono::steady_clock::now();
  SCX_TRY(make.go());
  SCX_TRY(make.wait());
  return std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count();
}

int be_the_compiler() {
  compute(compiler_rounds);
  return 0;
}

}  // namespace scx::bench
