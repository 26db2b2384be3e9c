// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <array>
#include <functional>

#include "evidence.h"

namespace scx {
namespace {

using Value = std::int64_t;

constexpr std::array kSources = {TierSource::prefcore, TierSource::cppc, TierSource::max_freq};

// Ranks `members` by `values`, both of one tier, and says whether the values tell any apart.
bool rank_tier(const std::vector<std::size_t>& members, const std::vector<Value>& by_core,
               Ranks& ranks) {
  std::vector<Value> distinct;
  for (std::size_t core : members) distinct.push_back(by_core[core]);
  std::sort(distinct.begin(), distinct.end(), std::greater<>{});
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  if (distinct.size() < 2 || distinct.back() <= 0) return false;  // 0: nothing is said of a core
  for (std::size_t core : members) {
    const auto at =
        std::lower_bound(distinct.begin(), distinct.end(), by_core[core], std::greater<>{});
    ranks.rank[core] = static_cast<int>(at - distinct.begin());
    ranks.turbo[core] = by_core[core] > distinct.back();
  }
  return true;
}

}  // namespace

Ranks rank_cores(std::span<const CoreUnit> cores, std::span<const int> tier,
                 const RawByCpu& by_cpu) {
  Ranks ranks;
  ranks.rank.assign(cores.size(), 0);
  ranks.turbo.assign(cores.size(), false);
  std::vector<std::vector<std::size_t>> members;
  for (std::size_t c = 0; c < cores.size(); ++c) {
    const auto t = static_cast<std::size_t>(tier[c]);
    if (t >= members.size()) members.resize(t + 1);
    members[t].push_back(c);
  }
  for (TierSource source : kSources) {
    const Reading reading = read_source(source, cores, by_cpu);
    for (std::vector<std::size_t>& of_tier : members) {
      if (rank_tier(of_tier, reading.by_core, ranks)) of_tier.clear();  // settled
    }
  }
  return ranks;
}

}  // namespace scx
