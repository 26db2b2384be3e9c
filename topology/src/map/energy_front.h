// SPDX-License-Identifier: GPL-2.0-only
//
// Fronts: the (capacity, power) pairs worth choosing among, of a perf domain or of several. What
// the two ways of energy_order.h share: energy_walk.h and energy_tree.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

namespace scx {

// One pair of a front, and a number by which the front's maker knows how it is made.
struct Pair {
  double power = std::numeric_limits<double>::infinity();
  std::uint32_t capacity = 0;
  std::uint32_t pick = 0;
};

// Strictly ascending by capacity and by power; starts with nothing at no power, ends with the most
// that there is.
using Front = std::vector<Pair>;

// What a domain is to the search: never empty, states ascending in both. Equal ones are
// interchangeable.
struct Shape {
  std::vector<std::uint32_t> capacities;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> states;  // (performance, power)
  auto operator<=>(const Shape&) const = default;
};

// The shapes that occur, each once, with the domains that have it.
using Shapes = std::map<Shape, std::vector<std::size_t>>;

// What the first nr_cpus CPUs, whose capacities add up to `sum`, give and take at a state, an
// index. Performances are below 2^32 and sums below 2^32.
inline Pair at_state(const Shape& shape, std::size_t state, std::uint32_t nr_cpus,
                     std::uint64_t sum) {
  const auto& [performance, power] = shape.states[state];
  return {static_cast<double>(power) * nr_cpus,
          static_cast<std::uint32_t>(sum * performance / shape.states.back().first), nr_cpus};
}

}  // namespace scx
