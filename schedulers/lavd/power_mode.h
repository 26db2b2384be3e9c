// SPDX-License-Identifier: GPL-2.0-only
//
// --autopower: which power mode the system asks for, from what was read of it. The readers are in
// power_bus.h and power_sysfs.h.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "intf.h"

namespace lavd {

// What a service of the system says.
struct PowerProfile {
  enum class Service { power_profiles_daemon, tuned };
  Service service = Service::power_profiles_daemon;
  std::string profile;  // in the service's own words
};

// How a group of CPUs that change their frequency together is set; empty where the kernel has no
// such file. The words are those of sysfs.
struct CpufreqPolicy {
  std::string driver;
  std::string governor;
  std::string energy_preference;

  auto operator<=>(const CpufreqPolicy&) const = default;
};

struct PowerReadings {
  std::optional<PowerProfile> profile;
  std::string why_no_profile;        // a clause; empty where there is one
  std::set<CpufreqPolicy> policies;  // not looked at where there is a profile
};

struct PowerMode {
  lavd_mode mode = LAVD_BALANCED;
  std::string reason;  // a clause: "tuned says powersave"

  bool operator==(const PowerMode&) const = default;
};

std::string_view name(lavd_mode mode);

// Pure and total: the service's profile decides; without one the energy preference of the CPUs,
// where there is none of it their governor; without that it is balanced.
PowerMode power_mode(const PowerReadings& readings);

}  // namespace lavd
