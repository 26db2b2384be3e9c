// SPDX-License-Identifier: GPL-2.0-only
//
// scxsim's command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "machine_options.h"

namespace scx::scxsim {

struct Options : tools::MachineWords {
  std::string scheduler;  // a name, or a file where there is a '/' in it
  std::string workload = "hogs";
  std::uint64_t seed = 1;
  std::optional<std::uint64_t> duration_ms;
  std::uint64_t warmup_ms = 0;
  std::uint64_t starvation_ms = 0, conserve_ms = 0;
  std::vector<std::string> set;   // knob=value
  std::vector<std::string> cost;  // name=value
  bool json = false;
  bool measure = false;
  bool audit = false;
  bool units = false, each_task = false;
  std::optional<std::string> timeline, svg;  // files
  std::optional<std::string> window;
  std::optional<std::string> compare;    // the second scheduler
  std::vector<std::string> compare_set;  // its knobs

  bool compares() const { return compare || !compare_set.empty(); }
  bool list_workloads = false, print_workload = false;
  std::optional<std::string> shrink;  // a file
  int shrink_runs = 2000;
};

// The options, or the exit status of a program that has nothing more to do: help and version were
// printed, or wrong usage was reported.
struct Parsed {
  Options options;
  std::optional<int> exit_status;
};
Parsed parse_options(int argc, char** argv);

}  // namespace scx::scxsim
