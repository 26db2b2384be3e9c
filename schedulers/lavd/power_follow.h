// SPDX-License-Identifier: GPL-2.0-only
//
// --autopower at work: follows the system's power profile, whoever says it.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "power_bus.h"
#include "power_mode.h"

namespace lavd {

// Asked about once a second. One thread at a time.
class PowerFollower {
 public:
  // For tests: where sysfs is, and another bus than the system's.
  explicit PowerFollower(std::filesystem::path root = "/", std::string bus_address = {})
      : root_(std::move(root)), bus_(std::move(bus_address)) {}

  // The mode to be in, where it or its reason is another than the last time; always the first time.
  std::optional<PowerMode> poll();

 private:
  std::filesystem::path root_;
  PowerBus bus_;
  std::set<CpufreqPolicy> policies_;
  int polls_since_sysfs_ = 0;
  std::optional<PowerMode> last_;
};

}  // namespace lavd
