// SPDX-License-Identifier: GPL-2.0-only
#include "power_mode.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <string_view>

namespace lavd {
namespace {

// power-profiles-daemon has these three and no others.
lavd_mode of_profiles_daemon(std::string_view profile) {
  if (profile == "performance") return LAVD_PERFORMANCE;
  return profile == "power-saver" ? LAVD_POWERSAVE : LAVD_BALANCED;
}

// tuned's profiles are files that anybody may add, and several may be in force at once, separated
// by spaces. Those that tuned brings along are told apart by parts of their names.
lavd_mode of_tuned(std::string_view profiles) {
  const auto has = [profiles](std::string_view part) { return profiles.contains(part); };
  if (has("powersave")) return LAVD_POWERSAVE;
  for (const auto part : {"performance", "latency", "throughput", "realtime", "hpc",
                          "cpu-partitioning", "virtual-guest", "virtual-host"})
    if (has(part)) return LAVD_PERFORMANCE;
  return LAVD_BALANCED;
}

// A word, or a number from 0 (performance) to 255 (power), of which 128 is balance_performance and
// 192 balance_power. A number counts as the nearest of these.
lavd_mode of_energy_preference(std::string_view preference) {
  if (preference == "performance") return LAVD_PERFORMANCE;
  if (preference == "power") return LAVD_POWERSAVE;
  unsigned number = 0;
  const auto end = preference.data() + preference.size();
  const auto [stopped, error] = std::from_chars(preference.data(), end, number);
  if (error != std::errc{} || stopped != end) return LAVD_BALANCED;
  if (number < 64) return LAVD_PERFORMANCE;
  return number >= 224 ? LAVD_POWERSAVE : LAVD_BALANCED;
}

// Drivers that choose the frequency themselves have two governors only, and "powersave" is the one
// for every day: it goes up with the load. With others it is the lowest frequency for ever.
lavd_mode of_governor(const CpufreqPolicy& policy) {
  if (policy.governor == "performance") return LAVD_PERFORMANCE;
  const bool own_choice = policy.driver == "intel_pstate" || policy.driver == "amd-pstate-epp";
  return policy.governor == "powersave" && !own_choice ? LAVD_POWERSAVE : LAVD_BALANCED;
}

// One mode for CPUs that may be set differently.
PowerMode of_policies(const std::set<CpufreqPolicy>& policies, std::string_view what,
                      std::string CpufreqPolicy::*word,
                      lavd_mode (*mode_of)(const CpufreqPolicy&)) {
  std::set<lavd_mode> modes;
  std::set<std::string> words;
  for (const auto& policy : policies) {
    if ((policy.*word).empty()) continue;
    modes.insert(mode_of(policy));
    words.insert(policy.*word);
  }
  return {modes.size() == 1 ? *modes.begin() : LAVD_BALANCED,
          fmt::format("the CPUs' {} is {}", what, fmt::join(words, " or "))};
}

bool any(const std::set<CpufreqPolicy>& policies, std::string CpufreqPolicy::*word) {
  return std::ranges::any_of(policies, [word](const auto& one) { return !(one.*word).empty(); });
}

PowerMode of_service(const PowerProfile& profile) {
  if (profile.service == PowerProfile::Service::tuned)
    return {of_tuned(profile.profile), "tuned says " + profile.profile};
  return {of_profiles_daemon(profile.profile), "power-profiles-daemon says " + profile.profile};
}

}  // namespace

std::string_view name(lavd_mode mode) {
  switch (mode) {
    case LAVD_PERFORMANCE:
      return "performance";
    case LAVD_POWERSAVE:
      return "powersave";
    default:
      return "balanced";
  }
}

PowerMode power_mode(const PowerReadings& readings) {
  if (readings.profile) return of_service(*readings.profile);
  const auto& policies = readings.policies;
  PowerMode mode;
  if (any(policies, &CpufreqPolicy::energy_preference))
    mode = of_policies(
        policies, "energy preference", &CpufreqPolicy::energy_preference,
        [](const CpufreqPolicy& policy) { return of_energy_preference(policy.energy_preference); });
  else if (any(policies, &CpufreqPolicy::governor))
    mode = of_policies(policies, "frequency governor", &CpufreqPolicy::governor, of_governor);
  else
    mode.reason = "nothing says otherwise: no cpufreq in sysfs";
  mode.reason += fmt::format(" ({})", readings.why_no_profile);
  return mode;
}

}  // namespace lavd
