// SPDX-License-Identifier: GPL-2.0-only
//
// --shrink: from a simulation that went wrong to a small one that goes wrong in the same way. A
// greedy search (delta debugging; Zeller and Hildebrandt, 2002): it leaves something out, runs what
// remains, and keeps that if the violation is still there, until nothing more can go. What it finds
// cannot be made smaller by one step; it need not be the smallest that there is.
//
// Nothing here looks at a clock: the same input gives the same result.
//
//   Shrunk small = shrink(given, seen, machine.topology, run);
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scx/base/cpu_set.h"
#include "scx/framework/machine.h"
#include "scx/sim/simulation.h"
#include "shape.h"

namespace scx::scxsim {

// What a simulation is made of, as far as it can become less.
struct Case {
  std::optional<Shape> shape = {};  // none: the machine as it was given
  CpuSet big = {};                  // of the shape, for --big-cpus; empty: all cores are alike
  std::vector<std::string> set = {}, cost = {};  // knobs and costs, NAME=VALUE
  bool audit = false;
  std::uint64_t seed = 1;
  sim::Workload workload;
};

// The machine of a case that has a shape. Errors: as parse_machine_options() and
// discover_machine().
Result<MachineOptions> machine_options_of(const Case& one);
Result<Machine> machine_of(const Case& one);

// What a run came to. Two runs went wrong in the same way where `violation` is the same: the
// message without the names of tasks and without numbers. Empty: nothing was wrong.
struct Seen {
  std::string violation;
  std::uint64_t end_ns = 0, nr_events = 0;
};
Seen seen_in(const sim::Outcome& outcome, const sim::Workload& workload);

struct Effort {
  int runs = 2000;
  std::uint64_t events = 200'000'000;  // of all runs together
};

struct Shrunk {
  Case least;
  Seen seen;  // of `least`
  int runs = 0;
  bool gave_up = false;  // the effort was spent before the end
};

// `given` showed `seen` on a machine of the topology `on`. `run` simulates a case; what cannot be
// run has no violation. `tell` hears of each run that was made, and of the least case so far.
Shrunk shrink(const Case& given, const Seen& seen, const Topology& on,
              const std::function<Seen(const Case&)>& run, const Effort& effort = {},
              const std::function<void(int runs, const Case& least)>& tell = {});

// "2 CPUs, 3 tasks of 2 kinds", for people; the machine as given has `nr_cpus`.
std::string size_of(const Case& one, int nr_cpus);

}  // namespace scx::scxsim
