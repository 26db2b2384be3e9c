// SPDX-License-Identifier: GPL-2.0-only
//
// What one would do if CPUs and states were to be had in fractions: raise the domain that gives the
// most capacity for the least power next. Each stop is a real choice; what is lost against the
// optimum is no more than the last raise, which is little where there are many domains.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "energy_front.h"

namespace scx {

// Refers to the shapes, which have to live as long.
class EnergyWalk {
 public:
  EnergyWalk(const Shapes& shapes, std::size_t nr_domains);

  // The stops, some 1 % of capacity apart; Pair::pick is the number of the stop.
  const Front& front() const { return front_; }
  // By domain, how many of its CPUs are used at that stop. Requires: stop > 0, which is the start.
  std::vector<std::uint32_t> nr_cpus(std::size_t stop) const;

 private:
  // Of a domain to a state: from the one before with all CPUs, or from no CPU, one after the other.
  struct Raise {
    double slope = 0;
    std::uint32_t domain = 0;
    std::uint16_t from = 0, to = 0;  // states; equal: from no CPU
    const Shape* shape = nullptr;
  };
  struct Stop {
    std::size_t raise = 0;
    std::uint32_t nr_cpus = 0;  // of the raise's domain
  };

  void add_raises(const Shape& shape, const std::vector<std::size_t>& domains);
  void walk();
  void stop(const Stop& stop, const Pair& at, bool last);

  std::size_t nr_domains_;
  std::vector<Raise> raises_;
  std::vector<Stop> stops_;
  Front front_;
};

}  // namespace scx
