// SPDX-License-Identifier: GPL-2.0-only
//
// scxstat's command line.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "scx/base/result.h"
#include "scx/stats/server.h"
#include "scx/stats/service.h"

namespace scx::scxstat {

enum class Command { show, list, describe, openmetrics };

struct Options {
  Command command = Command::show;
  std::string socket = stats::kDefaultPath;
  std::chrono::milliseconds timeout{5000};
  bool json = false;
  stats::Args args;  // of the request; "target" among them where one was named
  std::optional<std::chrono::milliseconds> watch;
  std::chrono::milliseconds over{500};  // what one answer is about; 0: whatever the first says
  std::optional<std::string> listen;    // [ADDRESS:]PORT
  std::string prefix;

  std::string target() const {
    const auto at = args.find("target");
    return at == args.end() ? "top" : at->second;
  }
};

// The options, or the exit status of a program that has nothing more to do: help and version were
// printed, or wrong usage was reported.
struct Parsed {
  Options options;
  std::optional<int> exit_status;
};
Parsed parse_options(int argc, char** argv);

}  // namespace scx::scxstat
