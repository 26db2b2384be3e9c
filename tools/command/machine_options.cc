// SPDX-License-Identifier: GPL-2.0-only
#include "machine_options.h"

#include <CLI/CLI.hpp>

namespace scx::tools {

void add_machine_options(CLI::App& cli, const std::string& group, MachineWords& words) {
  cli.add_option("--topology", words.topology,
                 "The machine, in place of this one: a directory that stands for its /, a file of "
                 "hwloc's XML or a bundle, or a description such as \"pack:2 [numa] core:4 pu:2\"")
      ->type_name("SOURCE")
      ->group(group);
  cli.add_option("--big-cpus", words.big_cpus,
                 "These CPUs are the big ones, all others little, whatever the machine says")
      ->type_name("LIST")
      ->group(group);
  cli.add_option("--virt-llc", words.virt_llc,
                 "Split domains of more than MAX cores evenly into domains of MIN to MAX cores; "
                 "2-8 without a value")
      ->type_name("[MIN-MAX]")
      ->expected(0, 1)
      ->group(group);
}

}  // namespace scx::tools
