// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <CLI/CLI.hpp>

#include "command.h"

namespace scx::scxsim {
namespace {

constexpr std::uint64_t kMostMs = 86'400'000;

void add_what(CLI::App& cli, Options& options) {
  const std::string group = "What runs where";
  cli.add_option("--scheduler", options.scheduler,
                 "The scheduler: lavd, qmap, simple, or the file of one of your own that "
                 "scxx_add_scheduler() compiled for the simulator")
      ->type_name("NAME")
      ->group(group);
  cli.add_option("--topology", options.topology,
                 "The machine, in place of this one: a directory that stands for its /, a file of "
                 "hwloc's XML or a bundle, or a description such as \"pack:2 [numa] core:4 pu:2\"")
      ->type_name("SOURCE")
      ->group(group);
  cli.add_option("--big-cpus", options.big_cpus,
                 "These CPUs are the big ones, all others little, whatever the machine says")
      ->type_name("LIST")
      ->group(group);
  cli.add_option("--virt-llc", options.virt_llc,
                 "Split domains of more than MAX cores evenly into domains of MIN to MAX cores; "
                 "2-8 without a value")
      ->type_name("[MIN-MAX]")
      ->expected(0, 1)
      ->group(group);
  cli.add_option("--workload", options.workload,
                 "A built-in workload, or a file of rt-app's JSON; hogs if none is named")
      ->type_name("NAME|FILE")
      ->group(group);
  cli.add_flag("--list-workloads", options.list_workloads, "Show the built-in workloads")
      ->group(group);
}

void add_how(CLI::App& cli, Options& options) {
  const std::string group = "How";
  cli.add_option("--seed", options.seed, "Where chance begins; the same seed, the same run; 1")
      ->type_name("N")
      ->group(group);
  cli.add_option("--duration", options.duration_ms,
                 "Simulated time, in place of the workload's own or one second")
      ->type_name("MS")
      ->check(CLI::Range(std::uint64_t{1}, kMostMs))
      ->group(group);
  cli.add_option("--warmup", options.warmup_ms, "Simulated time at the start that does not count")
      ->type_name("MS")
      ->check(CLI::Range(std::uint64_t{0}, kMostMs))
      ->group(group);
  cli.add_option("--set", options.set,
                 "Set a knob of the scheduler, a variable of its BPF source; again for more")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->take_all()
      ->group(group);
  cli.add_option("--cost", options.cost, "Set what something costs on the machine; again for more")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->take_all()
      ->group(group);
  cli.add_option("--starvation", options.starvation_ms,
                 "A task that is ready to run for longer is an error")
      ->type_name("MS")
      ->check(CLI::Range(std::uint64_t{1}, kMostMs))
      ->group(group);
  cli.add_flag("--json", options.json, "The results as JSON, for programs")->group(group);
}

}  // namespace

Parsed parse_options(int argc, char** argv) {
  Parsed parsed;
  Options& options = parsed.options;
  CLI::App cli("Runs a scheduler's own source on a simulated machine, without a kernel", "scxsim");
  add_what(cli, options);
  add_how(cli, options);
  parsed.exit_status = tools::parse(cli, argc, argv);
  if (!parsed.exit_status && options.scheduler.empty() && !options.list_workloads)
    parsed.exit_status =
        tools::wrong_usage("scxsim", "--scheduler is needed: which one is to run?");
  return parsed;
}

}  // namespace scx::scxsim
