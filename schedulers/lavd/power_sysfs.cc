// SPDX-License-Identifier: GPL-2.0-only
#include "power_sysfs.h"

#include <scx/base/file.h>

#include <algorithm>
#include <ranges>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace lavd {

namespace {

template <typename Each>
void each_policy(const std::filesystem::path& root, Each each) {
  std::error_code none;
  const auto folder = scx::under(root, "/sys/devices/system/cpu/cpufreq");
  for (const auto& entry : std::filesystem::directory_iterator(folder, none))
    if (entry.path().filename().string().starts_with("policy")) each(entry.path());
}

}  // namespace

std::set<CpufreqPolicy> read_cpufreq(const std::filesystem::path& root) {
  std::set<CpufreqPolicy> policies;
  each_policy(root, [&policies](const std::filesystem::path& policy) {
    const auto word = [&policy](const char* file) {
      return scx::read_line(policy / file).value_or("");
    };
    policies.insert({.driver = word("scaling_driver"),
                     .governor = word("scaling_governor"),
                     .energy_preference = word("energy_performance_preference")});
  });
  return policies;
}

PrefcoreRanking read_prefcore(const std::filesystem::path& root) {
  PrefcoreRanking ranking;
  each_policy(root, [&ranking](const std::filesystem::path& policy) {
    if (const auto rank = scx::read_int(policy / "amd_pstate_prefcore_ranking"))
      ranking.emplace(policy.filename(), *rank);
  });
  return ranking;
}

bool same_order(const PrefcoreRanking& one, const PrefcoreRanking& other) {
  if (!std::ranges::equal(one | std::views::keys, other | std::views::keys)) return false;
  // Each rank of one must stand for one rank of the other, and rise with it.
  std::vector<std::pair<std::int64_t, std::int64_t>> ranks;
  for (const auto& [policy, rank] : one) ranks.emplace_back(rank, other.at(policy));
  std::ranges::sort(ranks);
  return std::ranges::adjacent_find(ranks, [](const auto& low, const auto& high) {
           return (low.first < high.first) != (low.second < high.second) ||
                  low.second > high.second;
         }) == ranks.end();
}

}  // namespace lavd
