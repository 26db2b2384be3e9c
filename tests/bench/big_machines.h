// SPDX-License-Identifier: GPL-2.0-only
//
// Machines of any size for measuring: two threads a core, four cores an LLC, up to eight nodes, and
// a package for each node.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "cost.h"
#include "scx/framework/tables.h"
#include "scx/topology/cpu_order.h"

namespace scx::test {

enum class Family {
  adjacent,  // the threads of a core have numbers next to each other
  apart,     // half the machine apart, as most firmware has them
  hybrid,    // adjacent, and in each LLC two cores of another type
};
inline constexpr std::array kFamilies = {Family::adjacent, Family::apart, Family::hybrid};
std::string_view name(Family family);

inline constexpr int kMostCpus = 8192;

// `cpus`: a power of two from 8 on.
RawTopology big_machine(Family family, int cpus);

// The same machine for hwloc_topology_set_synthetic(), which knows no core types.
std::string synthetic(Family family, int cpus);

// What the steps after hwloc work on.
struct Inputs {
  Inputs(Family family, int cpus);

  RawTopology raw;
  Machine machine;
};

// A step from hwloc's result to the tables; "all" is all of them, one after the other.
struct Step {
  std::string_view name;
  // Runs the step once and drops its result. `raw`: a copy of inputs.raw, which is the input of
  // the steps with consumes_raw, and which the others ignore.
  void (*run)(const Inputs& inputs, RawTopology&& raw);
  bool consumes_raw;
};
extern const std::array<Step, 6> kSteps;

// Of one run, a RawTopology that the step consumes included.
Cost measure(const Inputs& inputs, const Step& step);

}  // namespace scx::test
