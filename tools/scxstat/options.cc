// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <map>
#include <vector>

#include "command.h"

namespace scx::scxstat {
namespace {

const std::map<std::string, Command> kCommands{{"show", Command::show},
                                               {"list", Command::list},
                                               {"describe", Command::describe},
                                               {"openmetrics", Command::openmetrics}};

constexpr char kFooter[] =
    "Commands:\n"
    "  show          the statistics of one scheduler; without a command it is this one\n"
    "  list          the schedulers that run here, and whether they answer\n"
    "  describe      what the statistics mean\n"
    "  openmetrics   the statistics as OpenMetrics text, once or for Prometheus\n";

// As they were typed; what they mean follows.
struct Typed {
  std::string command;
  std::string target;
  std::vector<std::string> args;
  double timeout_s = 5;
  std::optional<double> watch_s;
  std::optional<double> over_s;
};

void add_options(CLI::App& cli, Options& options, Typed& typed) {
  cli.add_option("command", typed.command, "What to do (below)")->type_name("COMMAND");
  cli.add_option("--socket", options.socket,
                 "Where the scheduler serves, '@NAME' for an abstract socket; without: " +
                     std::string(stats::kDefaultPath))
      ->type_name("PATH");
  cli.add_option("--timeout", typed.timeout_s, "How long to wait for an answer; without: 5")
      ->type_name("SECONDS");
  cli.add_flag("--json", options.json, "What comes, as JSON, for programs");
  cli.add_option("--target", typed.target, "Which of its statistics; without: top")
      ->type_name("TARGET");
  cli.add_option("--arg", typed.args, "An argument for the target; more than one is fine")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  cli.add_option_function<double>(
         "--watch", [&typed](double seconds) { typed.watch_s = seconds; },
         "Show them every so often, 1 s without a value, across restarts of the scheduler")
      ->type_name("[SECONDS]")
      ->expected(0, 1)
      ->default_str("1");
  cli.add_option("--over", typed.over_s,
                 "What one answer is about: the scheduler is asked twice, so far apart; 0: only "
                 "once, so that nothing has a rate; without: 0.5")
      ->type_name("SECONDS");
  cli.add_option("--listen", options.listen,
                 "Serve OpenMetrics at http://ADDRESS:PORT/metrics; without an address: 127.0.0.1; "
                 "port 0: one that is free")
      ->type_name("[ADDRESS:]PORT");
  cli.add_option("--prefix", options.prefix, "Before the names of all metrics")->type_name("TEXT");
  cli.footer(kFooter);
}

// Why this goes with no such command; empty where all is well.
std::string conflict(const Options& options, const std::string& command, bool over) {
  const auto only = [&](bool used, const char* option, std::initializer_list<Command> with) {
    if (!used || std::ranges::find(with, options.command) != with.end()) return std::string();
    return fmt::format("{} does not go with the command {}", option, command);
  };
  using enum Command;
  for (const std::string& why :
       {only(options.watch.has_value(), "--watch", {show}), only(over, "--over", {show}),
        only(options.args.contains("target"), "--target", {show, openmetrics}),
        only(!options.args.empty(), "--arg", {show, openmetrics}),
        only(options.listen.has_value(), "--listen", {openmetrics}),
        only(!options.prefix.empty(), "--prefix", {openmetrics}),
        only(options.json, "--json", {show, list, describe})}) {
    if (!why.empty()) return why;
  }
  return {};
}

// Empty where all is well.
std::string understand(const Typed& typed, Options& options) {
  const std::string command = typed.command.empty() ? "show" : typed.command;
  const auto known = kCommands.find(command);
  if (known == kCommands.end())
    return fmt::format("there is no command '{}': show, list, describe, openmetrics", command);
  options.command = known->second;
  const auto milliseconds = [](double seconds) {
    return std::chrono::milliseconds(std::llround(seconds * 1000));
  };
  const auto is_time = [](double seconds) { return seconds >= 0.001 && seconds <= 1e6; };
  if (!is_time(typed.timeout_s)) return "--timeout: not between 0.001 and 1000000 seconds";
  options.timeout = milliseconds(typed.timeout_s);
  if (typed.watch_s) {
    if (!is_time(*typed.watch_s)) return "--watch: not between 0.001 and 1000000 seconds";
    options.watch = milliseconds(*typed.watch_s);
  }
  if (typed.over_s) {
    if (*typed.over_s != 0 && !is_time(*typed.over_s))
      return "--over: neither 0 nor between 0.001 and 1000000 seconds";
    if (typed.watch_s) return "--over is for one answer: it does not go with --watch";
    options.over = milliseconds(*typed.over_s);
  }
  if (!typed.target.empty()) options.args["target"] = typed.target;
  for (const std::string& arg : typed.args) {
    const auto equals = arg.find('=');
    if (equals == 0 || equals == std::string::npos)
      return fmt::format("--arg: '{}' is not NAME=VALUE", arg);
    if (!options.args.emplace(arg.substr(0, equals), arg.substr(equals + 1)).second)
      return fmt::format("--arg: '{}' is given twice", arg.substr(0, equals));
  }
  return conflict(options, command, typed.over_s.has_value());
}

}  // namespace

Parsed parse_options(int argc, char** argv) {
  Parsed parsed;
  Typed typed;
  CLI::App cli("Shows the statistics of sched_ext schedulers that speak scx_stats", "scxstat");
  add_options(cli, parsed.options, typed);
  parsed.exit_status = tools::parse(cli, argc, argv);
  if (parsed.exit_status) return parsed;
  if (const std::string why = understand(typed, parsed.options); !why.empty())
    parsed.exit_status = tools::wrong_usage("scxstat", why);
  return parsed;
}

}  // namespace scx::scxstat
