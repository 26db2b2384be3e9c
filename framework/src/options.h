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
  bool verbose = false;
  std::optional<double> stats;    // seconds between two views beside the scheduler
  std::optional<double> monitor;  // the same, watching another process
  std::optional<double> run_for;  // seconds
  std::string stats_path = stats::kDefaultPath;
  mode_t stats_mode = 0600;
  std::optional<gid_t> stats_group;
  std::string form = "auto";
  std::optional<std::string> topology, big_cpus, virt_llc;  // for parse_machine_options()
  bool version = false;
  bool help_stats = false;
  bool check = false;
  bool json = false;                  // of check
  std::optional<std::string> report;  // file
  bool report_processes = false;
  OpenOptions open;

  std::string wanted_log_level() const;
  std::optional<Form> wanted_form() const;
};

// Whole numbers from `min` to `max`; the message says so.
CLI::Validator whole_number(std::uint64_t min, std::uint64_t max);

// Adds the common options to `app`; they are parsed into `options`.
void add_common_options(CLI::App& app, CommonOptions& options);

}  // namespace scx
