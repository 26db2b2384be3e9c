// SPDX-License-Identifier: GPL-2.0-only
//
// A scheduler of this project, simulated in the test.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "../../framework/support.h"
#include "scx/sim/native_policy.h"
#include "scx/sim/simulation.h"

namespace scx::scxsim {

inline sim::Outcome outcome_of(const char* scheduler, const Machine& machine,
                               const sim::Workload& workload, const sim::SimulationOptions& options,
                               const char* knob = nullptr) {
  auto policy = sim::NativePolicy::load(
      std::filesystem::path(SCXX_POLICIES) / (std::string(scheduler) + ".sim.so"), machine);
  if (!policy) {
    ADD_FAILURE() << policy.error().message();
    return {};
  }
  if (knob) {
    EXPECT_TRUE((*policy)->set_knob(knob, "1")) << knob;
  }
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
