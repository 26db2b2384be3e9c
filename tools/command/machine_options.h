// SPDX-License-Identifier: GPL-2.0-only
//
// The options that name a machine, of the programs that look at any.
#pragma once

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace scx::tools {

// As they were given, for parse_machine_options() of scx/framework/machine.h.
struct MachineWords {
  std::optional<std::string> topology;  // as Source::parse() takes it; none: this machine
  std::optional<std::string> big_cpus;  // a CPU list
  std::optional<std::string> virt_llc;  // "" for the defaults
};

// --topology, --big-cpus and --virt-llc, in that group of the help.
void add_machine_options(CLI::App& cli, const std::string& group, MachineWords& words);

}  // namespace scx::tools
