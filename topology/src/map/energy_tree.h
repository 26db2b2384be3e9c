// SPDX-License-Identifier: GPL-2.0-only
//
// The search by pairs: fronts of single domains, combined two by two up a binary tree over all
// domains. Near the optimum where domains are few; energy_order.h has the bound and the error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "energy_front.h"

namespace scx {

class EnergyTree {
 public:
  // Requires: at least one domain.
  explicit EnergyTree(const Shapes& shapes);

  // Of all domains together.
  const Front& front() const { return nodes_[root_].front; }
  // By domain, how many of its CPUs the pair front()[index] uses.
  std::vector<std::uint32_t> nr_cpus(std::size_t index) const;

 private:
  // Pair::pick: of one domain, the number of its CPUs; of several, the pair pick >> 16 of the left
  // front and the pair pick & 0xffff of the right one.
  struct Node {
    Front front;
    std::size_t nr_leaves = 1;
    std::size_t left = 0, right = 0;  // in nodes_, when there are several leaves
  };

  std::size_t buckets(std::size_t nr_fronts) const;
  std::vector<std::size_t> make_leaves(const Shapes& shapes);
  std::vector<std::size_t> pair_up(const std::vector<std::size_t>& level);
  void follow(std::size_t at, std::size_t index, std::size_t first_place,
              std::vector<std::uint32_t>& nr_cpus) const;

  std::vector<std::size_t> place_;  // domains in the order of the leaves
  std::vector<Node> nodes_;
  std::size_t levels_ = 0;
  std::size_t root_ = 0;
};

}  // namespace scx
