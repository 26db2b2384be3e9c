// SPDX-License-Identifier: GPL-2.0-only
#include "power_follow.h"

#include "power_sysfs.h"

namespace lavd {
namespace {

// Reading them is work for every CPU (power_sysfs.h), and they change when a person changes them.
constexpr int kPollsBetweenSysfs = 5;

}  // namespace

std::optional<PowerMode> PowerFollower::poll() {
  PowerReadings readings = bus_.poll();
  if (readings.profile) {
    polls_since_sysfs_ = 0;
  } else {
    if (polls_since_sysfs_ == 0) policies_ = read_cpufreq(root_);
    polls_since_sysfs_ = (polls_since_sysfs_ + 1) % kPollsBetweenSysfs;
    readings.policies = policies_;
  }
  PowerMode mode = power_mode(readings);
  if (mode == last_) return std::nullopt;
  last_ = mode;
  return mode;
}

}  // namespace lavd
