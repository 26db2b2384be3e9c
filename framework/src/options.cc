// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

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
  app.add_option("--stats-path", options.stats_path, "Socket that serves the statistics")
      ->type_name("PATH")
      ->capture_default_str()
      ->group(running);
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
}

}  // namespace scx
