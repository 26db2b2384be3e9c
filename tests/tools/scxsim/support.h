// SPDX-License-Identifier: GPL-2.0-only
//
// A scheduler of this project, simulated in the test.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "../../framework/support.h"
#include "machine_with.h"
#include "scx/sim/native_policy.h"
#include "scx/sim/simulation.h"

namespace scx::scxsim {

// `raw`: what the machine is made of, where a hotplug is to start the scheduler anew.
inline sim::Outcome outcome_of(const char* scheduler, const Machine& machine,
                               const sim::Workload& workload, sim::SimulationOptions options,
                               const char* knob = nullptr, const RawTopology* raw = nullptr) {
  auto policy = sim::NativePolicy::load(
      std::filesystem::path(SCXX_POLICIES) / (std::string(scheduler) + ".sim.so"), machine);
  if (!policy) {
    ADD_FAILURE() << policy.error().message();
    return {};
  }
  if (knob) {
    EXPECT_TRUE((*policy)->set_knob(knob, "1")) << knob;
  }
  if (raw)
    options.restart = [&](const CpuSet& online) -> Result<Machine> {
      Machine now = SCX_TRY(machine_with(*raw, {}, online));
      SCX_TRY((*policy)->reload(now));
      return now;
    };
  auto outcome = sim::simulate(machine, **policy, workload, options);
  if (!outcome) ADD_FAILURE() << outcome.error().message();
  return outcome.value_or(sim::Outcome{});
}

inline sim::Outcome outcome_of(const char* scheduler, const Machine& machine,
                               const sim::Workload& workload, sim::Observer* observer = nullptr) {
  sim::SimulationOptions options{.starvation_ns = 10'000'000'000};
  options.observer = observer;
  return outcome_of(scheduler, machine, workload, options);
}

// Two nodes of two cores with two threads each.
inline Machine two_nodes() {
  return test::whole(test::machine(test::cores(2, 2, 0, 0, 0) + test::cores(2, 2, 4, 1, 1)));
}

}  // namespace scx::scxsim
