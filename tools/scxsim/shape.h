// SPDX-License-Identifier: GPL-2.0-only
//
// Shape: a machine in which every unit is like every other, as hwloc's descriptions have it, and
// the step from one such machine to a smaller one: each CPU keeps its place where that is there.
#pragma once

#include <string>

#include "scx/base/cpu_set.h"
#include "scx/topology/topology.h"

namespace scx::scxsim {

// How many of each there are in the one before.
struct Shape {
  int nodes = 1, llcs = 1, cores = 1, threads = 1;

  int nr_cpus() const { return nodes * llcs * cores * threads; }
  bool operator==(const Shape&) const = default;
};

// For --topology: "pack:2 [numa] l3:2 core:4 pu:2".
std::string text_of(const Shape& shape);

// The least that has a place for each online CPU.
Shape shape_of(const Topology& topology);

// The CPUs at the same places; those without one are left out.
CpuSet moved(const CpuSet& cpus, const Topology& from, const Shape& to);
// The same, where the first units of `from` remain, or the last ones.
enum class Remain { first, last };
CpuSet moved(const CpuSet& cpus, const Shape& from, const Shape& to, Remain remain = Remain::first);

}  // namespace scx::scxsim
