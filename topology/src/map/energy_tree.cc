// SPDX-License-Identifier: GPL-2.0-only
#include "energy_tree.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <utility>

namespace scx {
namespace {

constexpr std::size_t kCombinations = 8'000'000;                // in all, see energy_order.h
constexpr std::size_t kLeastBuckets = 16, kMostBuckets = 1024;  // of a front
constexpr std::size_t kLeafBuckets = 64;   // a single domain's front has as many, where they are
constexpr std::size_t kLeafPairs = 65536;  // no more than this together
static_assert(kMostBuckets + 1 <= 0xffff, "both halves of Node's picks have 16 bits");

class Buckets {
 public:
  // `most_buckets` of equal width over 0 … most_capacity, or one for each capacity if that is
  // fewer.
  Buckets(std::uint64_t most_capacity, std::size_t most_buckets)
      : factor_(std::min((most_buckets << 32) / (most_capacity + 1), std::uint64_t{1} << 32)),
        best_(bucket(most_capacity) + 1) {}

  // Of pairs that are equal in both the first one offered stays.
  void offer(const Pair& pair) {
    Pair& best = best_[bucket(pair.capacity)];
    if (pair.power < best.power || (pair.power == best.power && pair.capacity > best.capacity))
      best = pair;
  }

  // `most` is the pair of the most capacity, which a cheaper one may have pushed out of its bucket.
  Front front(const Pair& most) const {
    Front front = {most};
    for (auto at = best_.rbegin(); at != best_.rend(); ++at) {
      if (at->power < front.back().power) front.push_back(*at);
    }
    std::reverse(front.begin(), front.end());
    front.shrink_to_fit();
    return front;
  }

 private:
  std::size_t bucket(std::uint64_t capacity) const { return capacity * factor_ >> 32; }

  std::uint64_t factor_;  // buckets for each unit of capacity, 2^32 is one
  std::vector<Pair> best_;
};

Front leaf_front(const Shape& shape, std::size_t buckets) {
  const auto total =
      std::accumulate(shape.capacities.begin(), shape.capacities.end(), std::uint64_t{0});
  Buckets best(total, buckets);
  best.offer({.power = 0});
  std::uint32_t nr_cpus = 0;
  std::uint64_t sum = 0;
  for (std::uint32_t capacity : shape.capacities) {
    sum += capacity;
    ++nr_cpus;
    for (std::size_t s = 0; s < shape.states.size(); ++s)
      best.offer(at_state(shape, s, nr_cpus, sum));
  }
  return best.front(at_state(shape, shape.states.size() - 1, nr_cpus, total));
}

Front combine(const Front& left, const Front& right, std::size_t buckets) {
  const auto both = [&](std::size_t l, std::size_t r) {
    return Pair{left[l].power + right[r].power, left[l].capacity + right[r].capacity,
                static_cast<std::uint32_t>(l << 16 | r)};
  };
  const Pair most = both(left.size() - 1, right.size() - 1);
  Buckets best(most.capacity, buckets);
  // The most of the left first: of choices that are as good the one that fills the domains of the
  // left before those of the right stays, so that the next step's CPUs tend to include this one's.
  for (std::size_t l = left.size(); l-- > 0;) {
    for (std::size_t r = 0; r < right.size(); ++r) best.offer(both(l, r));
  }
  return best.front(most);
}

}  // namespace

EnergyTree::EnergyTree(const Shapes& shapes) {
  // Identical domains side by side, so that they make identical pairs.
  for (const auto& [shape, domains] : shapes)
    place_.insert(place_.end(), domains.begin(), domains.end());
  levels_ = static_cast<std::size_t>(std::bit_width(place_.size() - 1));
  std::vector<std::size_t> level = make_leaves(shapes);
  while (level.size() > 1) level = pair_up(level);
  root_ = level.front();
}

std::vector<std::uint32_t> EnergyTree::nr_cpus(std::size_t index) const {
  std::vector<std::uint32_t> nr_cpus(place_.size());
  follow(root_, index, 0, nr_cpus);
  return nr_cpus;
}

std::size_t EnergyTree::buckets(std::size_t nr_fronts) const {
  const double share = static_cast<double>(kCombinations) /
                       static_cast<double>(std::max<std::size_t>(levels_, 1) * nr_fronts);
  return std::clamp(static_cast<std::size_t>(std::sqrt(share)), kLeastBuckets, kMostBuckets);
}

// Each level is the nodes by place, a node several times where domains are identical.
std::vector<std::size_t> EnergyTree::make_leaves(const Shapes& shapes) {
  const std::size_t most =
      std::max(buckets(shapes.size()), std::min(kLeafBuckets, kLeafPairs / shapes.size()));
  std::vector<std::size_t> level;
  for (const auto& [shape, domains] : shapes) {
    nodes_.push_back({leaf_front(shape, most)});
    level.insert(level.end(), domains.size(), nodes_.size() - 1);
  }
  return level;
}

std::vector<std::size_t> EnergyTree::pair_up(const std::vector<std::size_t>& level) {
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> made;
  for (std::size_t at = 0; at + 1 < level.size(); at += 2) made[{level[at], level[at + 1]}] = 0;
  const std::size_t most = buckets(made.size());
  for (auto& [pair, node] : made) {
    const auto [left, right] = pair;
    node = nodes_.size();
    nodes_.push_back({combine(nodes_[left].front, nodes_[right].front, most),
                      nodes_[left].nr_leaves + nodes_[right].nr_leaves, left, right});
  }
  std::vector<std::size_t> above;
  for (std::size_t at = 0; at + 1 < level.size(); at += 2)
    above.push_back(made.at({level[at], level[at + 1]}));
  if (level.size() % 2 == 1) above.push_back(level.back());
  return above;
}

// As deep as the tree, log2 of the domains.
void EnergyTree::follow(std::size_t at, std::size_t index, std::size_t first_place,
                        std::vector<std::uint32_t>& nr_cpus) const {
  const Node& node = nodes_[at];
  const std::uint32_t pick = node.front[index].pick;
  if (node.nr_leaves == 1) {
    nr_cpus[place_[first_place]] = pick;
    return;
  }
  follow(node.left, pick >> 16, first_place, nr_cpus);
  follow(node.right, pick & 0xffff, first_place + nodes_[node.left].nr_leaves, nr_cpus);
}

}  // namespace scx
