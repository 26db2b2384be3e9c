// SPDX-License-Identifier: GPL-2.0-only
#include "energy_order.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>
#include <utility>

#include "energy_tree.h"
#include "energy_walk.h"

namespace scx {
namespace {

constexpr std::size_t kMostShapes = 1024;  // of domains, for the tree; see the header
constexpr std::size_t kMostStates = 64, kLeastStates = 8;  // of a domain
constexpr std::size_t kAllStates = 65536;                  // of the domains together
constexpr std::uint32_t kMostCapacity = 1024;

Shape shape_of(const EnergyDomain& domain, std::size_t most_states) {
  Shape shape;
  for (std::uint32_t capacity : domain.capacities)
    shape.capacities.push_back(std::clamp(capacity, std::uint32_t{1}, kMostCapacity));
  const std::vector<PerfState> states = usable_states(domain.states, most_states);
  if (states.empty()) return shape;
  // Keeps the products below in 64 bits: performances in 32, sums of capacities in 26.
  const int excess = std::max(0, static_cast<int>(std::bit_width(states.back().performance)) - 32);
  for (const PerfState& state : states) {
    const std::uint64_t performance = state.performance >> excess;
    const std::uint64_t before = shape.states.empty() ? 0 : shape.states.back().first;
    if (performance > before) shape.states.emplace_back(performance, state.power);
  }
  return shape;
}

struct Candidate {
  std::uint64_t capacity = 0;
  double power = 0;
  bool by_tree = false;
  std::size_t index = 0;  // in the tree's front, or number of the stop
};

// Without the choice of no CPU; strictly ascending by capacity and by power.
std::vector<Candidate> better_of(const Front& tree, const Front& walk) {
  std::vector<Candidate> all;
  for (std::size_t at = 1; at < tree.size(); ++at)
    all.push_back({tree[at].capacity, tree[at].power, true, at});
  for (std::size_t at = 1; at < walk.size(); ++at)
    all.push_back({walk[at].capacity, walk[at].power, false, walk[at].pick});
  std::stable_sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
    return std::pair(b.capacity, a.power) < std::pair(a.capacity, b.power);
  });
  std::vector<Candidate> front;
  for (const Candidate& candidate : all) {
    if (front.empty() || candidate.power < front.back().power) front.push_back(candidate);
  }
  std::reverse(front.begin(), front.end());
  return front;
}

}  // namespace

std::vector<PerfState> usable_states(std::span<const PerfState> states, std::size_t most) {
  std::vector<PerfState> sorted;
  std::uint64_t fastest = 0;
  for (const PerfState& state : states) {
    if (state.performance == 0 || state.power == 0) continue;
    fastest = std::max(fastest, state.performance);
    sorted.push_back(state);
  }
  std::erase_if(sorted, [&](const PerfState& state) {
    return state.inefficient && state.performance < fastest;
  });
  // Fastest first, and of equally fast ones the cheapest.
  std::stable_sort(sorted.begin(), sorted.end(), [](const PerfState& a, const PerfState& b) {
    return std::pair(b.performance, a.power) < std::pair(a.performance, b.power);
  });
  std::vector<PerfState> front;
  for (const PerfState& state : sorted) {
    if (front.empty() || state.power < front.back().power) front.push_back(state);
  }
  std::reverse(front.begin(), front.end());
  if (front.size() <= most) return front;
  std::vector<PerfState> thinned;
  for (std::size_t at = 0; at < most; ++at)
    thinned.push_back(front[at * (front.size() - 1) / (most - 1)]);
  return thinned;
}

std::vector<std::size_t> spread_steps(std::span<const std::uint64_t> capacities,
                                      std::size_t max_steps) {
  std::vector<std::size_t> steps;
  if (capacities.size() <= max_steps) {
    steps.resize(capacities.size());
    std::iota(steps.begin(), steps.end(), std::size_t{0});
    return steps;
  }
  std::uint64_t target = capacities.back();
  while (steps.size() < max_steps) {
    const auto at = std::lower_bound(capacities.begin(), capacities.end(), target);
    steps.push_back(static_cast<std::size_t>(at - capacities.begin()));
    if (at == capacities.begin()) break;
    target = std::min(target - target / 8, *std::prev(at));
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

std::vector<EnergyChoice> cheapest_choices(std::span<const EnergyDomain> domains,
                                           std::size_t max_choices) {
  if (domains.empty()) return {};
  // Fewer states where there are many domains: their mixtures make up for the finer steps.
  const std::size_t most_states =
      std::clamp(kAllStates / domains.size(), kLeastStates, kMostStates);
  Shapes shapes;
  for (std::size_t d = 0; d < domains.size(); ++d) {
    Shape shape = shape_of(domains[d], most_states);
    if (shape.capacities.empty() || shape.states.empty()) return {};
    shapes[std::move(shape)].push_back(d);
  }
  const EnergyWalk walk(shapes, domains.size());
  std::optional<EnergyTree> tree;
  if (shapes.size() <= kMostShapes) tree.emplace(shapes);

  const std::vector<Candidate> front = better_of(tree ? tree->front() : Front{}, walk.front());
  std::vector<std::uint64_t> capacities;
  for (const Candidate& candidate : front) capacities.push_back(candidate.capacity);
  std::vector<EnergyChoice> choices;
  for (std::size_t at : spread_steps(capacities, max_choices)) {
    const auto& [capacity, power, by_tree, index] = front[at];
    choices.push_back({capacity, power, by_tree ? tree->nr_cpus(index) : walk.nr_cpus(index)});
  }
  return choices;
}

}  // namespace scx
