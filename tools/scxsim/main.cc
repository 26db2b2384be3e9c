// SPDX-License-Identifier: GPL-2.0-only
//
// scxsim: runs a scheduler's own source on a simulated machine.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

#include "builtin.h"
#include "command.h"
#include "compare.h"
#include "options.h"
#include "replay.h"
#include "report.h"
#include "setup.h"
#include "shrink_run.h"
#include "views.h"
#include "workload_text.h"

namespace scx::scxsim {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

int list_workloads() {
  for (const Builtin& one : builtins()) fmt::print("{:<10}  {}\n", one.name, one.about);
  return 0;
}

Status print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (std::fflush(stdout) != 0) return fail_errno(errno, "cannot write the results");
  return {};
}

// The exit status: 1 where the scheduler did what it must not.
int judge(const Run& run, const Options& options, std::span<char* const> arguments) {
  const sim::Outcome& outcome = run.outcome;
  if (outcome.end != sim::End::error && outcome.end != sim::End::stall) return 0;
  fmt::print(stderr, "scxsim: {}, after {:.3f} ms: {}\nto see it again: {}\n", label(run.subject),
             static_cast<double>(outcome.end_ns) / kMs, outcome.message,
             command_to(outcome.end_ns, arguments, options));
  return 1;
}

Result<int> print_workload(const Options& options) {
  const Setup setup = SCX_TRY(make_setup(options));
  const std::string text = SCX_TRY(workload_text(setup.workload));
  SCX_TRY(print(text));
  return 0;
}

Result<int> simulate_one(const Options& options, Setup& setup, std::span<char* const> arguments) {
  Views views = SCX_TRY(Views::make(options, setup.machine, setup.workload));
  setup.simulation.observer = views.observer();
  const Run done = SCX_TRY(run(setup, options.scheduler, options.set));
  SCX_TRY(views.finish(done));
  const Details details = views.details();
  SCX_TRY(print(options.json ? to_json(done.subject, done.outcome, details).text + '\n'
                             : to_text(done.subject, done.outcome, details)));
  const int status = judge(done, options, arguments);
  if (status && options.shrink)
    fmt::print(stderr, "{}", SCX_TRY(shrink_run(options, setup, done.outcome)));
  return status;
}

Result<int> simulate_both(const Options& options, const Setup& setup,
                          std::span<char* const> arguments) {
  const Run first = SCX_TRY(run(setup, options.scheduler, options.set));
  const Run second =
      SCX_TRY(run(setup, options.compare.value_or(options.scheduler), options.compare_set));
  SCX_TRY(
      print(options.json ? compare_json(first, second).text + '\n' : compare_text(first, second)));
  return std::max(judge(first, options, arguments), judge(second, options, arguments));
}

Result<int> simulate_it(const Options& options, std::span<char* const> arguments) {
  if (options.print_workload) return print_workload(options);
  Setup setup = SCX_TRY(make_setup(options));
  return options.compares() ? simulate_both(options, setup, arguments)
                            : simulate_one(options, setup, arguments);
}

#ifndef __SANITIZE_ADDRESS__
// A policy's wrong address: a real kernel reads 0 there and goes on, if it lies in the arena.
[[noreturn]] void wild_address(int) {
  static constexpr char text[] =
      "scxsim: the scheduler used memory that is not its own; a build with "
      "-DSCXX_SANITIZE=address says where\n";
  static_cast<void>(!::write(STDERR_FILENO, text, sizeof(text) - 1));
  ::_exit(1);
}
#endif

}  // namespace
}  // namespace scx::scxsim

int main(int argc, char** argv) {
  // hwloc reports what it finds odd on stderr itself.
  ::setenv("HWLOC_HIDE_ERRORS", "2", 0);
  // A reader that goes away is seen where the text is written.
  std::signal(SIGPIPE, SIG_IGN);
#ifndef __SANITIZE_ADDRESS__
  std::signal(SIGSEGV, scx::scxsim::wild_address);
#endif
  const auto [options, exit_status] = scx::scxsim::parse_options(argc, argv);
  if (exit_status) return *exit_status;
  if (options.list_workloads) return scx::scxsim::list_workloads();
  const auto done = scx::scxsim::simulate_it(options, {argv, static_cast<std::size_t>(argc)});
  return done ? *done : scx::tools::report("scxsim", done.error());
}
