// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <grp.h>

#include <charconv>

namespace scx {

std::string CommonOptions::wanted_log_level() const {
  return verbose && log_level != "trace" ? "debug" : log_level;
}

std::optional<Form> CommonOptions::wanted_form() const {
  if (form == "cpu") return Form::cpu;
  if (form == "cid") return Form::cid;
  return std::nullopt;
}

CLI::Validator whole_number(std::uint64_t min, std::uint64_t max) {
  return {[min, max](std::string& text) {
            std::uint64_t value = 0;
            const bool digits = text.find_first_not_of("0123456789") == text.npos;
            const bool fits =
                digits && CLI::detail::lexical_cast(text, value) && value >= min && value <= max;
            return fits ? std::string()
                        : "'" + text + "' is no whole number from " + std::to_string(min) + " to " +
                              std::to_string(max);
          },
          ""};
}

namespace {

// An octal mode; execution has no meaning for a socket.
CLI::Validator socket_mode(mode_t& mode) {
  return {[&mode](std::string& text) {
            unsigned value = 0;
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), value, 8);
            const bool fits =
                error == std::errc{} && end == text.data() + text.size() && (value & ~0666U) == 0;
            if (!fits) return "'" + text + "' is no mode of a socket such as 0600 or 0660";
            mode = value;
            return std::string();
          },
          ""};
}

// A group's name or number.
CLI::Validator group(std::optional<gid_t>& group) {
  return {[&group](std::string& text) {
            gid_t number = 0;
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), number);
            if (const ::group* named = ::getgrnam(text.c_str())) {
              group = named->gr_gid;
            } else if (error == std::errc{} && end == text.data() + text.size()) {
              group = number;
            } else {
              return "there is no group '" + text + "'";
            }
            return std::string();
          },
          ""};
}

}  // namespace

void add_common_options(CLI::App& app, CommonOptions& options) {
  // Longer than any interval that makes sense, shorter than what a timer can hold.
  const CLI::Validator seconds(
      [](std::string& text) {
        double value = 0;
        const bool fits = CLI::detail::lexical_cast(text, value) && value >= 0.01 && value <= 1e9;
        return fits ? std::string() : "'" + text + "' is no number of seconds from 0.01 to 1e9";
      },
      "");

  const std::string running = "Running";
  app.add_option("-i,--stats", options.stats,
                 "Show statistics every S seconds beside the scheduler")
      ->type_name("S")
      ->check(seconds)
      ->group(running);
  auto* monitor =
      app.add_option("--monitor", options.monitor,
                     "Show the statistics of a scheduler that runs in another process, every S "
                     "seconds; waits until there is one, and schedules nothing itself")
          ->type_name("S")
          ->check(seconds)
          ->group(running);
  app.add_option("--run-for", options.run_for, "End after S seconds")
      ->type_name("S")
      ->check(seconds)
      ->group(running)
      ->excludes(monitor);
  app.add_option("--stats-path", options.stats_path,
                 "Socket that serves the statistics; @NAME for an abstract one")
      ->type_name("PATH")
      ->capture_default_str()
      ->group(running);
  const auto add_for_socket = [&](const char* name, const char* type, const char* help,
                                  CLI::Validator check) {
    app.add_option_function<std::string>(
           name, [](const std::string&) {}, help)
        ->type_name(type)
        ->check(std::move(check))
        ->excludes(monitor)
        ->group(running);
  };
  add_for_socket("--stats-mode", "MODE",
                 "Mode of that socket, which says who may connect (default 0600)",
                 socket_mode(options.stats_mode));
  add_for_socket("--stats-group", "GROUP", "Group of that socket, by name or number",
                 group(options.stats_group));
  app.add_option("--form", options.form,
                 "How to talk to the kernel: in CPU numbers (cpu), in cids (cid, from 7.2 on), or "
                 "as fits it (auto)")
      ->type_name("FORM")
      ->check(CLI::IsMember({"auto", "cpu", "cid"}))
      ->capture_default_str()
      ->group(running);
  app.add_option("--log-level", options.log_level, "What to report on stderr")
      ->type_name("LEVEL")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->capture_default_str()
      ->group(running);
  app.add_flag("-v,--verbose", options.verbose, "As --log-level debug")->group(running);

  const std::string topology = "Topology";
  app.add_option(
         "--big-cpus", options.big_cpus,
         "The CPUs with big cores, as a list such as 0-3,8; all others are little, whatever "
         "the machine says")
      ->type_name("LIST")
      ->group(topology);
  app.add_option("--virt-llc", options.virt_llc,
                 "Split the domains of large LLCs evenly into domains of MIN to MAX cores")
      ->type_name("[MIN-MAX]")
      ->expected(0, 1)
      ->group(topology);
  app.add_option("--topology", options.topology,
                 "Take the topology from a directory, hwloc XML file, bundle or synthetic "
                 "description instead; it must have this machine's CPUs")
      ->type_name("SOURCE")
      ->group(topology);

  const std::string libbpf = "libbpf";
  app.add_option("--pin-root-path", options.open.pin_root_path, "Where pinned maps lie")
      ->type_name("PATH")
      ->group(libbpf);
  app.add_option("--kconfig", options.open.kconfig, "More kernel configuration, as libbpf reads it")
      ->type_name("TEXT")
      ->group(libbpf);
  app.add_option("--btf-custom-path", options.open.btf_custom_path,
                 "The kernel's type information, where the kernel itself has none")
      ->type_name("FILE")
      ->check(CLI::Validator([](std::string& path) { return CLI::ExistingFile(path); }, ""))
      ->group(libbpf);
  app.add_option("--bpf-token-path", options.open.bpf_token_path, "bpffs to take a BPF token from")
      ->type_name("PATH")
      ->group(libbpf);
  app.add_flag("--relaxed-maps", options.open.relaxed_maps, "Take maps whose definition differs")
      ->group(libbpf);

  const std::string about = "About";
  app.set_help_flag("-h,--help", "Show this help")->group(about);
  app.add_flag("-V,--version", options.version, "Show the version")->group(about);
  app.add_flag("--help-stats", options.help_stats, "Describe the statistics")->group(about);
  auto* check =
      app.add_flag("--check", options.check,
                   "Say whether this scheduler can run here and now, and what is missing; "
                   "needs no root for most of it")
          ->group(about)
          ->excludes(monitor);
  app.add_flag("--json", options.json, "With --check: as JSON")->group(about)->needs(check);
  auto* report =
      app.add_option("--report", options.report,
                     "Write all that a report of a fault needs into one archive when the "
                     "scheduler ends, or with --check at once")
          ->type_name("FILE")
          ->group(about)
          ->excludes(monitor);
  app.add_flag("--report-processes", options.report_processes,
               "With --report: leave the names of processes in")
      ->group(about)
      ->needs(report);
}

}  // namespace scx
