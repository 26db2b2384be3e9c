// SPDX-License-Identifier: GPL-2.0-only
//
// scxtopo's command line.
#pragma once

#include <optional>
#include <string>

#include "machine_options.h"

namespace scx::scxtopo {

struct Options : tools::MachineWords {
  bool full = false;
  bool compare_kernel = false;
  bool cids = false, domains = false, order = false, evidence = false, json = false;
  std::optional<std::string> svg, bundle;  // files, "-" for standard output

  // The tree is what is shown when no view is asked for.
  bool tree() const {
    return !cids && !domains && !order && !evidence && !json && !svg && !bundle && !compare_kernel;
  }
};

// The options, or the exit status of a program that has nothing more to do: help and version were
// printed, or wrong usage was reported.
struct Parsed {
  Options options;
  std::optional<int> exit_status;
};
Parsed parse_options(int argc, char** argv);

}  // namespace scx::scxtopo
