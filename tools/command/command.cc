// SPDX-License-Identifier: GPL-2.0-only
#include "command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

namespace scx::tools {

std::optional<int> parse(CLI::App& cli, int argc, char** argv) {
  bool version = false;
  cli.set_help_flag("-h,--help", "Show this help")->group("About");
  cli.add_flag("-V,--version", version, "Show the version")->group("About");
  try {
    cli.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return cli.exit(help);
  } catch (const CLI::ParseError& error) {
    return wrong_usage(cli.get_name(), error.what());
  }
  if (!version) return std::nullopt;
  fmt::print("{} {} {}\n", cli.get_name(), SCXX_VERSION, SCXX_TRIPLE);
  return 0;
}

int wrong_usage(std::string_view program, std::string_view what) {
  fmt::print(stderr, "{0}: {1}\nTry '{0} --help'.\n", program, what);
  return 2;
}

int report(std::string_view program, const Error& error) {
  if (error.kind == ErrorKind::usage) return wrong_usage(program, error.message());
  fmt::print(stderr, "{}: {}\n", program, error.message());
  return 1;
}

}  // namespace scx::tools
