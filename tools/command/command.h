// SPDX-License-Identifier: GPL-2.0-only
//
// What the programs for people share: --help, --version, and how they say what went wrong.
#pragma once

#include <optional>
#include <string_view>

#include "scx/base/result.h"

namespace CLI {
class App;
}

namespace scx::tools {

// Parses the command line, with -h and -V beside the options that there are already. The exit
// status of a program that has nothing more to do: help or version were printed, or wrong usage was
// reported.
std::optional<int> parse(CLI::App& cli, int argc, char** argv);

// "PROGRAM: what" on stderr, with a pointer to --help; gives the exit status, 2.
int wrong_usage(std::string_view program, std::string_view what);

// The same for any error; for all but wrong usage the line alone, and 1.
int report(std::string_view program, const Error& error);

}  // namespace scx::tools
