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
  tools::add_machine_options(cli, group, options);
  cli.add_option("--workload", options.workload,
                 "A built-in workload, or a file of rt-app's JSON; hogs if none is named")
      ->type_name("NAME|FILE")
      ->group(group);
  cli.add_flag("--list-workloads", options.list_workloads, "Show the built-in workloads")
      ->group(group);
  cli.add_flag("--print-workload", options.print_workload,
               "Print the workload as a file, to be changed, in place of running it")
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
  cli.add_option("--conserve", options.conserve_ms,
                 "A task that waits while a CPU that it may use is idle, for longer, is an error")
      ->type_name("MS")
      ->check(CLI::Range(std::uint64_t{1}, kMostMs))
      ->group(group);
  cli.add_flag("--audit", options.audit, "Check the whole state after every event; slow")
      ->group(group);
}

CLI::Option* add_shrink(CLI::App& cli, const std::string& group, Options& options) {
  CLI::Option* const shrink =
      cli.add_option("--shrink", options.shrink,
                     "Where the scheduler fails, look for a smaller machine and workload with "
                     "which it fails the same way; write that workload, and print the command")
          ->type_name("FILE");
  cli.add_option("--shrink-runs", options.shrink_runs, "Simulations that --shrink may take; 2000")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000))
      ->group(group)
      ->needs(shrink);
  return shrink;
}

void add_results(CLI::App& cli, Options& options) {
  const std::string group = "Results";
  cli.add_flag("--measure", options.measure,
               "Also what each callback of the scheduler costs this machine, the engine left out")
      ->group(group);
  cli.add_flag("--json", options.json, "The results as JSON, for programs")->group(group);
  CLI::Option* const alone[] = {
      cli.add_flag("--units", options.units,
                   "Also each core, LLC, node and core type: how busy, switches, moves in and out"),
      cli.add_flag("--each-task", options.each_task, "Also each single task"),
      cli.add_option("--timeline", options.timeline,
                     "Write what ran where and when as JSON that ui.perfetto.dev opens")
          ->type_name("FILE"),
      cli.add_option("--svg", options.svg,
                     "Draw it as a picture; of 50 ms where --window says nothing else")
          ->type_name("FILE"),
      cli.add_option("--window", options.window,
                     "Which part of the simulated time the timeline and the picture show")
          ->type_name("FROM-TO"),
      add_shrink(cli, group, options),
  };
  CLI::Option* const second =
      cli.add_option("--compare", options.compare,
                     "Run this scheduler as well, and show both side by side; the same one as "
                     "--scheduler where only --compare-set is given")
          ->type_name("NAME")
          ->group(group);
  CLI::Option* const knobs =
      cli.add_option("--compare-set", options.compare_set,
                     "Set a knob for the second run only, as --set does for the first only; again "
                     "for more")
          ->type_name("NAME=VALUE")
          ->expected(1)
          ->take_all()
          ->group(group);
  for (CLI::Option* const one : alone) one->group(group)->excludes(second)->excludes(knobs);
}

// What can be told from the options alone.
std::optional<int> contradictions(const Options& options) {
  const auto wrong = [](std::string_view what) { return tools::wrong_usage("scxsim", what); };
  if (options.list_workloads || options.print_workload) return std::nullopt;
  if (options.scheduler.empty()) return wrong("--scheduler is needed: which one is to run?");
  if (options.window && !options.timeline && !options.svg)
    return wrong("--window is of --timeline and --svg, and neither is there");
  if (options.timeline && options.timeline == options.svg)
    return wrong("--timeline and --svg are the same file");
  return std::nullopt;
}

}  // namespace

Parsed parse_options(int argc, char** argv) {
  Parsed parsed;
  Options& options = parsed.options;
  CLI::App cli("Runs a scheduler's own source on a simulated machine, without a kernel", "scxsim");
  add_what(cli, options);
  add_how(cli, options);
  add_results(cli, options);
  parsed.exit_status = tools::parse(cli, argc, argv);
  if (!parsed.exit_status) parsed.exit_status = contradictions(options);
  return parsed;
}

}  // namespace scx::scxsim
