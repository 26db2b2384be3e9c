// SPDX-License-Identifier: GPL-2.0-only
//
// The command line that all schedulers share, on CLI11.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "scx/framework/object.h"
#include "scx/stats/server.h"

namespace scx {

struct CommonOptions {
  std::string log_level = "info";
  std::optional<double> stats;    // seconds between two views beside the scheduler
  std::optional<double> monitor;  // the same, watching another process
  std::optional<double> run_for;  // seconds
  std::string stats_path = stats::kDefaultPath;
  std::string form = "auto";
  std::string topology;  // a Source as text; empty: this machine
  std::optional<std::string> big_cpus, virt_llc;
  bool version = false;
  bool help_stats = false;
  OpenOptions open;

  std::optional<Form> wanted_form() const;
  // Errors: those of Source::parse(), parse_cpu_list() and VirtLlc::parse(), naming the option.
  Result<MachineOptions> machine_options() const;
};

// Whole numbers from `min` to `max`; the message says so.
CLI::Validator whole_number(std::uint64_t min, std::uint64_t max);

// Adds the common options to `app`; they are parsed into `options`.
void add_common_options(CLI::App& app, CommonOptions& options);

}  // namespace scx
