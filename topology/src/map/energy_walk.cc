// SPDX-License-Identifier: GPL-2.0-only
#include "energy_walk.h"

#include <algorithm>
#include <tuple>

namespace scx {
namespace {

// Power for performance, of one CPU; from == to: from nothing.
double slope(const Shape& shape, std::uint16_t from, std::uint16_t to) {
  const auto [base, base_power] =
      from == to ? decltype(shape.states)::value_type{} : shape.states[from];
  return (static_cast<double>(shape.states[to].second) - static_cast<double>(base_power)) /
         static_cast<double>(shape.states[to].first - base);
}

// The corners of the lower convex hull of no CPU and all CPUs at each state.
std::vector<std::uint16_t> corner_states(const Shape& shape) {
  std::vector<std::uint16_t> hull;
  for (std::size_t s = 0; s < shape.states.size(); ++s) {
    const auto state = static_cast<std::uint16_t>(s);
    while (!hull.empty()) {
      const std::uint16_t before = hull.size() > 1 ? hull[hull.size() - 2] : hull.back();
      if (slope(shape, before, hull.back()) < slope(shape, hull.back(), state)) break;
      hull.pop_back();
    }
    hull.push_back(state);
  }
  return hull;
}

}  // namespace

EnergyWalk::EnergyWalk(const Shapes& shapes, std::size_t nr_domains) : nr_domains_(nr_domains) {
  for (const auto& [shape, domains] : shapes) add_raises(shape, domains);
  std::stable_sort(raises_.begin(), raises_.end(), [](const Raise& a, const Raise& b) {
    return std::tie(a.slope, a.domain) < std::tie(b.slope, b.domain);
  });
  walk();
}

std::vector<std::uint32_t> EnergyWalk::nr_cpus(std::size_t stop) const {
  std::vector<std::uint32_t> nr_cpus(nr_domains_);
  const Stop& at = stops_[stop];
  for (std::size_t r = 0; r <= at.raise; ++r) {
    const Raise& raise = raises_[r];
    const auto all = static_cast<std::uint32_t>(raise.shape->capacities.size());
    nr_cpus[raise.domain] = r == at.raise ? at.nr_cpus : all;
  }
  return nr_cpus;
}

void EnergyWalk::add_raises(const Shape& shape, const std::vector<std::size_t>& domains) {
  std::vector<std::uint16_t> hull = corner_states(shape);
  // Performances to capacities, which compare across domains.
  const double scale =
      static_cast<double>(shape.states.back().first) / static_cast<double>(shape.capacities[0]);
  for (std::size_t at = 0; at < hull.size(); ++at) {
    const std::uint16_t from = hull[at == 0 ? 0 : at - 1];
    for (std::size_t domain : domains)
      raises_.push_back({slope(shape, from, hull[at]) * scale, static_cast<std::uint32_t>(domain),
                         from, hull[at], &shape});
  }
}

void EnergyWalk::walk() {
  Pair at{.power = 0};
  front_.push_back(at);
  stops_.emplace_back();
  for (std::size_t r = 0; r < raises_.size(); ++r) {
    const Raise& raise = raises_[r];
    const Shape& shape = *raise.shape;
    const auto all = static_cast<std::uint32_t>(shape.capacities.size());
    const bool fresh = raise.from == raise.to;
    std::uint64_t sum = 0;
    for (std::uint32_t n = 1; n <= all; ++n) {
      sum += shape.capacities[n - 1];
      if (!fresh && n < all) continue;
      const Pair after = at_state(shape, raise.to, n, sum);
      const Pair before = !fresh ? at_state(shape, raise.from, n, sum)
                                 : at_state(shape, raise.to, n - 1, sum - shape.capacities[n - 1]);
      at.capacity += after.capacity - before.capacity;
      at.power += after.power - before.power;
      const bool last = r + 1 == raises_.size() && n == all;
      stop({r, n}, at, last);
    }
  }
}

void EnergyWalk::stop(const Stop& stop, const Pair& at, bool last) {
  const Pair before = front_.back();
  const bool far = at.capacity - before.capacity >= std::max(at.capacity / 128, 1U);
  if (!far && !(last && at.capacity > before.capacity)) return;
  // Powers of very different sizes may sum up to the same.
  if (at.power <= before.power) front_.pop_back();
  front_.push_back({at.power, at.capacity, static_cast<std::uint32_t>(stops_.size())});
  stops_.push_back(stop);
}

}  // namespace scx
