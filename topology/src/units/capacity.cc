// SPDX-License-Identifier: GPL-2.0-only
//
// Capacities of cores, and the tiers that a user names.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>

#include "evidence.h"

namespace scx {
namespace {

using Value = std::int64_t;
constexpr std::uint32_t kFullCapacity = 1024;

std::uint32_t scaled(Value value, Value greatest) {
  const double part = static_cast<double>(value) / static_cast<double>(greatest) * kFullCapacity;
  return std::clamp(static_cast<std::uint32_t>(part + 0.5), 1U, kFullCapacity);
}

// Whoever decided the types, a core has no more than any of a bigger type.
std::vector<Value> bounded_by_tier(const Tiers& tiers, std::vector<Value> values) {
  std::vector<Value> least(static_cast<std::size_t>(tiers.count),
                           std::numeric_limits<Value>::max());
  for (std::size_t c = 0; c < values.size(); ++c) {
    Value& of_tier = least[static_cast<std::size_t>(tiers.tier[c])];
    of_tier = std::min(of_tier, values[c]);
  }
  for (std::size_t t = 1; t < least.size(); ++t) least[t] = std::min(least[t], least[t - 1]);
  for (std::size_t c = 0; c < values.size(); ++c) {
    const auto t = static_cast<std::size_t>(tiers.tier[c]);
    if (t > 0) values[c] = std::min(values[c], least[t - 1]);
  }
  return values;
}

// Each core has the value of the best of its tier, so that favoured cores make no difference.
std::vector<Value> best_of_tier(const Tiers& tiers, std::vector<Value> values) {
  std::vector<Value> best(static_cast<std::size_t>(tiers.count), 0);
  for (std::size_t c = 0; c < values.size(); ++c) {
    Value& of_tier = best[static_cast<std::size_t>(tiers.tier[c])];
    of_tier = std::max(of_tier, values[c]);
  }
  for (std::size_t c = 0; c < values.size(); ++c)
    values[c] = best[static_cast<std::size_t>(tiers.tier[c])];
  return values;
}

// Where the sizes of the tiers relative to each other are taken from, best first. Rankings and
// kinds order the cores and do not measure them; their clocks do.
std::array<TierSource, 2> scales_for(TierSource decided_by) {
  if (decided_by == TierSource::cppc) return {TierSource::cppc, TierSource::max_freq};
  if (decided_by == TierSource::prefcore) return {TierSource::max_freq, TierSource::prefcore};
  return {TierSource::max_freq, TierSource::max_freq};
}

}  // namespace

void set_capacity(Tiers& tiers, std::span<const CoreUnit> cores, const RawByCpu& by_cpu) {
  tiers.capacity.assign(cores.size(), kFullCapacity);
  const auto take = [&](std::vector<Value> values) {
    values = bounded_by_tier(tiers, std::move(values));
    const Value greatest = *std::max_element(values.begin(), values.end());
    for (std::size_t c = 0; c < values.size(); ++c) tiers.capacity[c] = scaled(values[c], greatest);
  };
  Reading reading = read_source(TierSource::cpu_capacity, cores, by_cpu);
  if (reading.speaks()) {  // the kernel's own figure counts whoever decided the types
    take(std::move(reading.by_core));
    return;
  }
  if (tiers.count == 1) return;
  for (TierSource source : scales_for(tiers.evidence.source)) {
    reading = read_source(source, cores, by_cpu);
    if (!reading.speaks()) continue;
    take(best_of_tier(tiers, std::move(reading.by_core)));
    return;
  }
}

Result<Tiers> tiers_by_user(const CpuSet& big, const CpuSet& possible, const CpuSet& online,
                            const Units& units, const RawByCpu& by_cpu) {
  const CpuSet stray = big - possible;
  if (!stray.empty())
    return fail(ErrorKind::usage,
                fmt::format("--big-cpus names CPUs {}, which this machine does not have",
                            to_cpu_list(stray)),
                fmt::format("its CPUs are {}", to_cpu_list(possible)));
  Tiers tiers;
  tiers.count = 2;
  std::vector<bool> named(by_cpu.size(), false);
  for (CpuId cpu : big) named[cpu.index()] = true;
  std::array<std::vector<CpuId>, 2> members;
  for (const CoreUnit& core : units.cores) {
    const bool is_big = std::any_of(core.cpus.begin(), core.cpus.end(),
                                    [&](CpuId cpu) { return named[cpu.index()]; });
    tiers.tier.push_back(is_big ? 0 : 1);
    auto& list = members[is_big ? 0 : 1];
    list.insert(list.end(), core.cpus.begin(), core.cpus.end());
  }
  const std::string list = to_cpu_list(big);
  if (members[0].empty())
    return fail(ErrorKind::usage, fmt::format("--big-cpus '{}' names no CPU that is online", list),
                fmt::format("online are {}", to_cpu_list(online)));
  if (members[1].empty())
    return fail(ErrorKind::usage,
                fmt::format("--big-cpus '{}' names every core that is online ({})", list,
                            to_cpu_list(online)),
                "leave out the smaller cores; where all are of one size, leave out the option");
  tiers.evidence.source = TierSource::big_cpus;
  for (auto& cpus : members)
    tiers.evidence.tiers.push_back("CPUs " + to_cpu_list(set_of(std::move(cpus))));
  set_capacity(tiers, units.cores, by_cpu);
  return tiers;
}

}  // namespace scx
