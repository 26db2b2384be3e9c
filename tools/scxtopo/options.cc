// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <vector>

#include "command.h"

namespace scx::scxtopo {
namespace {

void add_views(CLI::App& cli, Options& options) {
  const std::string group = "Views (none: the tree)";
  cli.add_flag("--full", options.full, "The tree with nothing left out")->group(group);
  cli.add_flag("--cids", options.cids, "A line for each cid: its CPU, units, type, capacity")
      ->group(group);
  cli.add_flag("--domains", options.domains,
               "The compute domains, and who is near whom, nearest first")
      ->group(group);
  cli.add_flag("--order", options.order,
               "Which CPUs to use first, for performance and to save power")
      ->group(group);
  cli.add_flag("--evidence", options.evidence,
               "Why the core types are what they are; nodes and distances; fallbacks taken")
      ->group(group);
  cli.add_flag("--json", options.json, "All of it as JSON, for programs")->group(group);
  cli.add_flag("--compare-kernel", options.compare_kernel,
               "Read the kernel's own numbering back (7.2 on, as root) and say where it differs")
      ->group(group);
  cli.add_option("--svg", options.svg, "Draw a picture into FILE, - for standard output")
      ->type_name("FILE")
      ->group(group);
  cli.add_option("--bundle", options.bundle,
                 "Write what the kernel says of the machine into FILE, - for standard output; "
                 "--topology FILE shows it elsewhere")
      ->type_name("FILE")
      ->group(group);
}

// What cannot be asked for together; empty where all is well. Views that are text can follow each
// other; the others need standard output for themselves.
std::string conflict(const Options& options) {
  std::string text;
  if (options.cids) text = "--cids";
  if (options.domains) text = "--domains";
  if (options.order) text = "--order";
  if (options.evidence) text = "--evidence";
  if (options.full && !options.tree()) return "--full is for the tree: it goes with no view";
  std::vector<std::string> alone;
  if (!text.empty()) alone.push_back(text);
  if (options.json) alone.push_back("--json");
  if (options.compare_kernel) alone.push_back("--compare-kernel");
  if (options.svg == "-") alone.push_back("--svg -");
  if (options.bundle == "-") alone.push_back("--bundle -");
  if (alone.size() < 2) return {};
  return fmt::format("{} and {} cannot both go to standard output: ask for one of them", alone[0],
                     alone[1]);
}

}  // namespace

Parsed parse_options(int argc, char** argv) {
  Parsed parsed;
  Options& options = parsed.options;
  CLI::App cli("Shows a machine as schedulers see it: nodes, caches, core types, cids and domains",
               "scxtopo");
  tools::add_machine_options(cli, "Machine", options);
  add_views(cli, options);
  parsed.exit_status = tools::parse(cli, argc, argv);
  if (parsed.exit_status) return parsed;
  if (const std::string why = conflict(options); !why.empty())
    parsed.exit_status = tools::wrong_usage("scxtopo", why);
  return parsed;
}

}  // namespace scx::scxtopo
