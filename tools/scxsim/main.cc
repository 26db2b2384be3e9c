// SPDX-License-Identifier: GPL-2.0-only
//
// scxsim: runs a scheduler's own source on a simulated machine.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "builtin.h"
#include "command.h"
#include "compare.h"
#include "options.h"
#include "report.h"
#include "scx/framework/machine.h"
#include "scx/sim/native_policy.h"
#include "scx/sim/simulation.h"
#include "views.h"
#include "workload_file.h"

namespace scx::scxsim {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

// The schedulers of this project lie in one place as seen from the program, installed or not.
Result<std::filesystem::path> find_policy(const std::string& scheduler) {
  if (scheduler.find('/') != scheduler.npos) return scheduler;
  const std::string name = scheduler.starts_with("scx_") ? scheduler.substr(4) : scheduler;
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto file = (self.parent_path() / SCXX_POLICY_DIR / (name + ".sim.so")).lexically_normal();
  if (std::filesystem::exists(file, error)) return file;
  return fail(ErrorKind::missing,
              fmt::format("there is no scheduler {} in {}", scheduler, file.parent_path().string()),
              "lavd, qmap and simple are there; one of your own is named by its file, with a '/'");
}

Result<sim::Workload> make_workload(const Options& options, int nr_cpus) {
  sim::Workload workload;
  if (const Builtin* builtin = find_builtin(options.workload)) {
    workload = builtin->make(nr_cpus, options.seed);
  } else {
    auto read = read_workload(options.workload);
    if (!read && read.error().kind == ErrorKind::missing)
      read.error().cure = "--list-workloads shows those that need no file";
    workload = SCX_TRY(std::move(read));
  }
  if (options.duration_ms) workload.duration_ns = *options.duration_ms * kMs;
  workload.warmup_ns = options.warmup_ms * kMs;
  if (workload.warmup_ns < workload.duration_ns) return workload;
  return fail(ErrorKind::usage, "the warm-up is as long as the whole simulation",
              "make --duration longer than --warmup");
}

Status set_knobs(sim::NativePolicy& policy, const std::vector<std::string>& assignments) {
  for (const std::string& assignment : assignments) {
    const std::size_t equals = assignment.find('=');
    if (equals == assignment.npos)
      return fail(ErrorKind::usage, "the knob " + assignment, "write NAME=VALUE");
    SCX_TRY(policy.set_knob(assignment.substr(0, equals), assignment.substr(equals + 1)));
  }
  return {};
}

// One word of a command line, as a shell takes it.
std::string quoted(std::string_view word) {
  if (!word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789_-+=./,:") == word.npos)
    return std::string(word);
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  out += '\'';
  return out;
}

// The command that fails the same way, and ends when that has happened: what comes later has no
// part in it.
std::string command_to(std::uint64_t end_ns, std::span<char* const> arguments,
                       const Options& options) {
  const std::uint64_t duration_ms = end_ns / kMs + 1;
  const std::string_view dropped[] = {"--duration", "--seed", "--warmup"};
  std::string line = "scxsim";
  for (std::size_t at = 1; at < arguments.size(); ++at) {
    const std::string_view word = arguments[at];
    const std::string_view name = word.substr(0, word.find('='));
    if (word == "--json") continue;
    if (std::ranges::find(dropped, name) == std::end(dropped)) {
      line.append(" ").append(quoted(word));
    } else if (name == word) {
      ++at;
    }
  }
  if (options.warmup_ms && options.warmup_ms < duration_ms)
    line += fmt::format(" --warmup {}", options.warmup_ms);
  return line + fmt::format(" --seed {} --duration {}", options.seed, duration_ms);
}

int list_workloads() {
  for (const Builtin& one : builtins()) fmt::print("{:<10}  {}\n", one.name, one.about);
  return 0;
}

// What is the same for both runs of a comparison.
struct Setup {
  Machine machine;
  sim::Workload workload;
  sim::SimulationOptions simulation;
};

Result<Setup> make_setup(const Options& options) {
  const MachineOptions machine_options =
      SCX_TRY(parse_machine_options(options.topology, options.big_cpus, options.virt_llc));
  Setup setup{SCX_TRY(discover_machine(machine_options)), {}, {.seed = options.seed}};
  setup.workload = SCX_TRY(make_workload(options, setup.machine.cids.online().count));
  setup.simulation.starvation_ns = options.starvation_ms * kMs;
  setup.simulation.conserve_ns = options.conserve_ms * kMs;
  setup.simulation.audit = options.audit;
  setup.simulation.measure = options.measure;
  for (const std::string& cost : options.cost) SCX_TRY(set_cost(setup.simulation.costs, cost));
  return setup;
}

Result<Run> run(const Setup& setup, const std::string& scheduler,
                const std::vector<std::string>& set) {
  const std::filesystem::path file = SCX_TRY(find_policy(scheduler));
  auto policy = SCX_TRY(sim::NativePolicy::load(file, setup.machine));
  SCX_TRY(set_knobs(*policy, set));
  Run run{{scheduler, summary(setup.machine.topology), setup.workload.name, setup.simulation.seed,
           setup.machine.cids.online().count, set},
          {}};
  run.outcome = SCX_TRY(simulate(setup.machine, *policy, setup.workload, setup.simulation));
  return run;
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

Result<int> simulate_one(const Options& options, Setup& setup, std::span<char* const> arguments) {
  Views views = SCX_TRY(Views::make(options, setup.machine, setup.workload));
  setup.simulation.observer = views.observer();
  const Run done = SCX_TRY(run(setup, options.scheduler, options.set));
  SCX_TRY(views.finish(done));
  const Details details = views.details();
  SCX_TRY(print(options.json ? to_json(done.subject, done.outcome, details).text + '\n'
                             : to_text(done.subject, done.outcome, details)));
  return judge(done, options, arguments);
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
