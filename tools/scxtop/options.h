// SPDX-License-Identifier: GPL-2.0-only
//
// scxtop's command line.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "scx/base/result.h"
#include "scx/stats/server.h"

namespace scx::scxtop {

struct Options {
  std::string socket = stats::kDefaultPath;
  double interval_s = 1;
  bool once = false, json = false;
  std::optional<std::size_t> width;  // of --once; none: the terminal's, else 80
  bool colour = true;                // not switched off, here or by NO_COLOR
};

// The options, or the exit status of a program that has nothing more to do: help and version were
// printed, or wrong usage was reported.
struct Parsed {
  Options options;
  std::optional<int> exit_status;
};
Parsed parse_options(int argc, char** argv);

}  // namespace scx::scxtop
