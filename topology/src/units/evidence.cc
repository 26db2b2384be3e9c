// SPDX-License-Identifier: GPL-2.0-only
#include "evidence.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>

namespace scx {
namespace {

using Value = std::int64_t;

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

bool has_gap(Value above, Value below) {
  return static_cast<double>(below) <= 0.9 * static_cast<double>(above);
}

struct Group {
  Value greatest = 0, least = 0;
};

// The groups of values, greatest first.
std::vector<Group> group(std::vector<Value> values, bool has_scale) {
  std::sort(values.begin(), values.end(), std::greater<>{});
  std::vector<Group> groups;
  for (Value value : values) {
    const bool same = !groups.empty() && (has_scale ? !has_gap(groups.back().least, value)
                                                    : value == groups.back().least);
    if (same) {
      groups.back().least = value;
    } else {
      groups.push_back({value, value});
    }
  }
  return groups;
}

int group_of(const std::vector<Group>& groups, Value value) {
  const auto found = std::partition_point(groups.begin(), groups.end(),
                                          [&](const Group& group) { return group.least > value; });
  return static_cast<int>(found - groups.begin());
}

std::string text(const Group& g) {
  if (g.greatest == g.least) return fmt::format("{}", g.greatest);
  return fmt::format("{}-{}", g.least, g.greatest);
}

std::string why_flat(const Group& only) {
  if (only.greatest == only.least) return fmt::format("the same on every CPU ({})", only.greatest);
  return fmt::format("no gap of 10 % between its values ({})", text(only));
}

// Whether the groups of one source are core types, by what the others say of the same cores.
class Witnesses {
 public:
  Witnesses(const Units& units, const RawByCpu& by_cpu)
      : units_(units),
        kinds_(read_source(TierSource::core_kinds, units.cores, by_cpu)),
        max_freq_(read_source(TierSource::max_freq, units.cores, by_cpu)),
        figures_differ_(tells_apart(read_source(TierSource::cppc, units.cores, by_cpu)) ||
                        tells_apart(max_freq_)) {}

  // Makes one of neighbouring groups that are of one type. Returns why, where any were.
  std::string merge(const SourceRule& rule, const Reading& reading, std::vector<Group>& groups) {
    const std::vector<Group> all = groups;
    spans_.assign(all.size(), {});
    for (std::size_t c = 0; c < reading.by_core.size(); ++c)
      spans_[static_cast<std::size_t>(group_of(all, reading.by_core[c]))].add(*this, c);
    std::string reason;
    groups = {all.front()};
    for (std::size_t g = 1; g < all.size(); ++g) {
      const std::string why_one = why_one_type(rule.source, spans_[g - 1], spans_[g]);
      if (why_one.empty()) {
        groups.push_back(all[g]);
      } else {
        groups.back().least = all[g].least;
        if (reason.empty()) reason = why_one;
      }
    }
    return reason;
  }

 private:
  // The extremes of one group.
  struct Span {
    Group kind{0, INT64_MAX}, max_freq{0, INT64_MAX};
    std::uint64_t cache_kb = 0;  // the largest last-level cache; 0: unknown

    void add(const Witnesses& all, std::size_t core) {
      const auto widen = [core](Group& group, const Reading& reading) {
        group.greatest = std::max(group.greatest, reading.by_core[core]);
        group.least = std::min(group.least, reading.by_core[core]);
      };
      widen(kind, all.kinds_);
      widen(max_freq, all.max_freq_);
      const auto llc = static_cast<std::size_t>(all.units_.cores[core].llc);
      cache_kb = std::max(cache_kb, all.units_.llcs[llc].size_kb);
    }
  };

  static bool tells_apart(const Reading& reading) { return reading.speaks() && reading.differs(); }

  std::string why_one_type(TierSource source, const Span& above, const Span& below) const {
    const bool kinds = kinds_.speaks() && above.kind.least > below.kind.greatest;
    const bool clocks =
        max_freq_.speaks() && has_gap(above.max_freq.least, below.max_freq.greatest);
    if (source == TierSource::cpu_capacity) return "";
    if (above.cache_kb > 0 && below.cache_kb > above.cache_kb)
      return "the cores with less have the larger cache: other cores, not smaller ones";
    if (source == TierSource::prefcore || source == TierSource::cppc) {
      if (!kinds_.speaks() && !max_freq_.speaks()) return "";
      if (kinds || clocks) return "";
      return "its gaps are none of the core kinds or the maximum frequency: favoured cores";
    }
    if (source == TierSource::core_kinds) {
      // A gap of CPPC that kinds share would have decided.
      if (!figures_differ_ || clocks) return "";
      return "neither CPPC highest_perf nor the maximum frequency has a gap of 10 % between them";
    }
    return "";
  }

  const Units& units_;
  const Reading kinds_, max_freq_;
  const bool figures_differ_;  // whether CPPC or maximum frequency can tell cores apart at all
  std::vector<Span> spans_;    // by group
};

}  // namespace

std::string_view name(TierSource source) {
  switch (source) {
    case TierSource::none:
      break;
    case TierSource::big_cpus:
      return "--big-cpus";
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

bool Reading::differs() const {
  return std::adjacent_find(by_core.begin(), by_core.end(), std::not_equal_to<>{}) != by_core.end();
}

Reading read_source(TierSource source, std::span<const CoreUnit> cores, const RawByCpu& by_cpu) {
  const auto rule = std::ranges::find(kRules, source, &SourceRule::source);
  Reading reading;
  reading.by_core.assign(cores.size(), 0);
  if (rule == kRules.end()) {
    reading.problem = "not there";
    return reading;
  }
  std::vector<CpuId> silent, negative;
  const Value least = rule->has_scale ? 1 : 0;
  bool any = false;
  for (std::size_t c = 0; c < cores.size(); ++c) {
    std::optional<Value> best;
    for (CpuId cpu : cores[c].cpus) {
      const RawCpu* said = by_cpu[cpu.index()];
      if (said != nullptr)
        best = std::max(best, said->*rule->field);  // nothing is the least of all
    }
    any |= best.has_value();
    std::vector<CpuId>& odd = best ? negative : silent;
    if (!best || *best < least) odd.insert(odd.end(), cores[c].cpus.begin(), cores[c].cpus.end());
    reading.by_core[c] = std::max(best.value_or(0), Value{0});
  }
  if (!any) {
    reading.problem = "not there";
  } else if (!silent.empty()) {
    reading.problem = fmt::format("missing on CPUs {}", to_cpu_list(set_of(std::move(silent))));
  } else if (!negative.empty()) {
    reading.problem =
        fmt::format("not above {} on CPUs {}", least - 1, to_cpu_list(set_of(std::move(negative))));
  }
  return reading;
}

Tiers decide_tiers(const Units& units, const RawByCpu& by_cpu) {
  Tiers tiers;
  tiers.tier.assign(units.cores.size(), 0);
  Witnesses witnesses(units, by_cpu);
  const auto reject = [&](TierSource source, std::string why) {
    tiers.evidence.rejected.push_back({source, std::move(why)});
  };
  for (const SourceRule& rule : kRules) {
    const Reading reading = read_source(rule.source, units.cores, by_cpu);
    if (!reading.speaks()) {
      reject(rule.source, reading.problem);
      continue;
    }
    std::vector<Group> groups = group(reading.by_core, rule.has_scale);
    const std::string why_one =
        groups.size() < 2 ? why_flat(groups.front()) : witnesses.merge(rule, reading, groups);
    if (groups.size() < 2) {
      // The kernel's own figure, where it was filled in, is an answer; the same everywhere is what
      // it holds where nobody filled it in.
      const bool settled = rule.source == TierSource::cpu_capacity && reading.differs();
      reject(rule.source, why_one + (settled ? ": one core type" : ""));
      if (settled) break;
      continue;
    }
    tiers.count = static_cast<int>(groups.size());
    tiers.evidence.source = rule.source;
    for (const Group& g : groups) tiers.evidence.tiers.push_back(text(g));
    for (std::size_t c = 0; c < units.cores.size(); ++c)
      tiers.tier[c] = group_of(groups, reading.by_core[c]);
    break;
  }
  set_capacity(tiers, units.cores, by_cpu);
  return tiers;
}

}  // namespace scx
