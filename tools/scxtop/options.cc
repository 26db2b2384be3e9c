// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "command.h"

namespace scx::scxtop {
namespace {

void add_options(CLI::App& cli, Options& options, bool& no_colour) {
  const std::string what = "What to show";
  cli.add_option(
         "--socket", options.socket,
         "The scheduler that serves at PATH, in place of " + std::string(stats::kDefaultPath))
      ->type_name("PATH")
      ->group(what);
  cli.add_option("-i,--interval", options.interval_s,
                 "Seconds between two looks, 0.1 to 3600; 1 without this option")
      ->type_name("S")
      ->check(CLI::Range(0.1, 3600.0))
      ->group(what);
  cli.add_flag("--no-color", no_colour, "No colours; so does NO_COLOR in the environment")
      ->group(what);

  const std::string how = "For scripts and reports";
  auto* once =
      cli.add_flag("--once", options.once, "One view as text, of one interval")->group(how);
  cli.add_flag("--json", options.json, "All that was collected in one interval, as a JSON object")
      ->group(how)
      ->excludes(once);
  cli.add_option("--width", options.width, "Columns of --once; without it the terminal's, or 80")
      ->type_name("N")
      ->check(CLI::Range(20, 10000))
      ->group(how)
      ->needs(once);
}

bool wants_no_colour() {
  const char* value = std::getenv("NO_COLOR");
  return value != nullptr && *value != '\0';
}

}  // namespace

Parsed parse_options(int argc, char** argv) {
  Parsed parsed;
  CLI::App cli("Shows what a scheduler does, live: how busy each CPU is, rates, queues, tasks",
               "scxtop");
  bool no_colour = false;
  add_options(cli, parsed.options, no_colour);
  parsed.exit_status = tools::parse(cli, argc, argv);
  parsed.options.colour = !no_colour && !wants_no_colour();
  return parsed;
}

}  // namespace scx::scxtop
