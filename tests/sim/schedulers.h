// SPDX-License-Identifier: GPL-2.0-only
//
// A scheduler's own source, simulated.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "scx/sim/native_policy.h"
#include "support.h"

namespace scx::sim::test {

using Knobs = std::vector<std::pair<const char*, const char*>>;

inline Outcome outcome_of(const char* name, const Machine& on, const Workload& work,
                          const SimulationOptions& options = {}, const Knobs& knobs = {}) {
  auto policy = NativePolicy::load(
      std::filesystem::path(SCXX_POLICIES) / (std::string(name) + ".sim.so"), on);
  if (!policy) {
    ADD_FAILURE() << policy.error().message();
    return {};
  }
  for (const auto& [knob, value] : knobs) EXPECT_TRUE((*policy)->set_knob(knob, value)) << knob;
  return simulated(on, **policy, work, options);
}

inline TaskKind nice(TaskKind kind, int value) {
  kind.nice = value;
  return kind;
}
inline double share(const Outcome& outcome, std::size_t kind) {
  return static_cast<double>(outcome.kinds[kind].counts.run_ns) /
         static_cast<double>(outcome.all.run_ns);
}

}  // namespace scx::sim::test
