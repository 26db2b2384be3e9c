// SPDX-License-Identifier: GPL-2.0-only
#include "evidence.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>

namespace scx {
namespace {

using Value = std::int64_t;
constexpr std::uint32_t kFullCapacity = 1024;

struct SourceRule {
  TierSource source;
  std::optional<Value> RawCpu::*field;
  bool has_scale;  // whether twice the value means about twice the core
};

constexpr std::array kRules = {
    SourceRule{TierSource::cpu_capacity, &RawCpu::capacity, true},
    SourceRule{TierSource::prefcore, &RawCpu::prefcore, true},
    SourceRule{TierSource::cppc, &RawCpu::cppc, true},
    SourceRule{TierSource::core_kinds, &RawCpu::kind, false},
    SourceRule{TierSource::max_freq, &RawCpu::max_khz, true},
};

// What a source says of each core: that of its best thread. Or why it says nothing useful.
struct Reading {
  std::vector<Value> by_core;
  std::string problem;
};

Reading read(const SourceRule& rule, std::span<const CoreUnit> cores, const RawByCpu& by_cpu) {
  Reading reading;
  CpuSet silent, negative;
  const Value least = rule.has_scale ? 1 : 0;
  for (const CoreUnit& core : cores) {
    std::optional<Value> best;
    for (CpuId cpu : core.cpus) {
      const RawCpu* said = by_cpu[cpu.index()];
      if (said != nullptr) best = std::max(best, said->*rule.field);  // nothing is the least of all
    }
    if (!best) silent |= core.cpus;
    if (best && *best < least) negative |= core.cpus;
    reading.by_core.push_back(best.value_or(0));
  }
  std::size_t all = 0;
  for (const CoreUnit& core : cores) all += core.cpus.count();
  if (silent.count() == all) {
    reading.problem = "not there";
  } else if (!silent.empty()) {
    reading.problem = fmt::format("missing on CPUs {}", to_cpu_list(silent));
  } else if (!negative.empty()) {
    reading.problem = fmt::format("not above {} on CPUs {}", least - 1, to_cpu_list(negative));
  }
  return reading;
}

struct Group {
  Value greatest = 0, least = 0;
};

// The groups of values, greatest first.
std::vector<Group> group(std::vector<Value> values, bool has_scale) {
  std::sort(values.begin(), values.end(), std::greater<>{});
  std::vector<Group> groups;
  for (Value value : values) {
    const bool same =
        !groups.empty() &&
        (has_scale ? static_cast<double>(value) > 0.9 * static_cast<double>(groups.back().least)
                   : value == groups.back().least);
    if (same) {
      groups.back().least = value;
    } else {
      groups.push_back({value, value});
    }
  }
  return groups;
}

std::string text(const Group& g) {
  if (g.greatest == g.least) return fmt::format("{}", g.greatest);
  return fmt::format("{}-{}", g.least, g.greatest);
}

std::string why_flat(const Group& only) {
  if (only.greatest == only.least) return fmt::format("the same on every CPU ({})", only.greatest);
  return fmt::format("no gap of 10 % between its values ({})", text(only));
}

std::uint32_t scaled(Value value, Value greatest) {
  const double part = static_cast<double>(value) / static_cast<double>(greatest) * kFullCapacity;
  return std::clamp(static_cast<std::uint32_t>(part + 0.5), 1U, kFullCapacity);
}

// Each core has the capacity of the best of its tier, so that favoured cores make no difference.
void set_capacity_by_tier(Tiers& tiers, const std::vector<Value>& by_core) {
  std::vector<Value> best(static_cast<std::size_t>(tiers.count), 0);
  for (std::size_t c = 0; c < by_core.size(); ++c) {
    Value& tier_best = best[static_cast<std::size_t>(tiers.tier[c])];
    tier_best = std::max(tier_best, by_core[c]);
  }
  // A smaller kind of core may clock higher; it is not the bigger one for that.
  for (std::size_t t = 1; t < best.size(); ++t) best[t] = std::min(best[t], best[t - 1]);
  for (std::size_t c = 0; c < by_core.size(); ++c)
    tiers.capacity[c] = scaled(best[static_cast<std::size_t>(tiers.tier[c])], best[0]);
}

void set_capacity(Tiers& tiers, std::span<const CoreUnit> cores, const RawByCpu& by_cpu) {
  const Reading capacity = read(kRules.front(), cores, by_cpu);
  if (capacity.problem.empty()) {  // the kernel's own figure counts whoever decided the types
    const Value best = *std::max_element(capacity.by_core.begin(), capacity.by_core.end());
    for (std::size_t c = 0; c < cores.size(); ++c)
      tiers.capacity[c] = scaled(capacity.by_core[c], best);
    return;
  }
  if (tiers.count == 1) return;
  for (const SourceRule& rule : kRules) {
    const bool fits =
        rule.source == tiers.evidence.source ||
        (tiers.evidence.source == TierSource::core_kinds && rule.source == TierSource::max_freq);
    if (!fits || !rule.has_scale) continue;
    const Reading reading = read(rule, cores, by_cpu);
    if (reading.problem.empty()) set_capacity_by_tier(tiers, reading.by_core);
  }
}

}  // namespace

std::string_view name(TierSource source) {
  switch (source) {
    case TierSource::none:
      break;
    case TierSource::cpu_capacity:
      return "cpu_capacity";
    case TierSource::prefcore:
      return "prefcore ranking";
    case TierSource::cppc:
      return "CPPC highest_perf";
    case TierSource::core_kinds:
      return "core kinds";
    case TierSource::max_freq:
      return "maximum frequency";
  }
  return "none";
}

Tiers decide_tiers(std::span<const CoreUnit> cores, const RawByCpu& by_cpu) {
  Tiers tiers;
  tiers.tier.assign(cores.size(), 0);
  tiers.capacity.assign(cores.size(), kFullCapacity);
  for (const SourceRule& rule : kRules) {
    const Reading reading = read(rule, cores, by_cpu);
    if (!reading.problem.empty()) {
      tiers.evidence.rejected.push_back({rule.source, reading.problem});
      continue;
    }
    const std::vector<Group> groups = group(reading.by_core, rule.has_scale);
    if (groups.size() < 2) {
      tiers.evidence.rejected.push_back({rule.source, why_flat(groups.front())});
      continue;
    }
    tiers.count = static_cast<int>(groups.size());
    tiers.evidence.source = rule.source;
    for (const Group& g : groups) tiers.evidence.tiers.push_back(text(g));
    for (std::size_t c = 0; c < cores.size(); ++c) {
      const auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& g) {
        return reading.by_core[c] >= g.least;
      });
      tiers.tier[c] = static_cast<int>(found - groups.begin());
    }
    break;
  }
  set_capacity(tiers, cores, by_cpu);
  return tiers;
}

}  // namespace scx
