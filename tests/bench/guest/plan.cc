// SPDX-License-Identifier: GPL-2.0-only
#include "plan.h"

#include <nlohmann/json.hpp>

#include "scx/base/file.h"

namespace scx::bench {

namespace {

Plan plan_of(const nlohmann::json& json) {
  Plan plan;
  plan.repeat = json.at("repeat");
  for (const auto& scheduler : json.at("schedulers"))
    plan.schedulers.push_back({scheduler.at("name"), scheduler.at("command")});
  plan.workloads = json.at("workloads");
  plan.round_trips = json.at("round_trips");
  plan.messaging.loops = json.at("messaging_loops");
  plan.timers.duration_ms = json.at("timers_ms");
  plan.mix_nice = json.at("mix_nice").get<std::vector<int>>();
  plan.mix_ms = json.at("mix_ms");
  plan.forks.jobs = json.at("jobs");
  plan.disturbed.duration_ms = json.at("disturbed_ms");
  plan.frames.duration_ms = json.at("frames_ms");
  plan.pinned.duration_ms = json.at("pinned_ms");
  plan.bursts.duration_ms = json.at("bursts_ms");
  plan.handover.duration_ms = json.at("handover_ms");
  plan.light.duration_ms = json.at("light_ms");
  plan.spread.duration_ms = json.at("spread_ms");
  return plan;
}

}  // namespace

Result<Plan> read_plan(const std::string& path) {
  const std::string text = SCX_TRY(read_file(path));
  try {
    return plan_of(nlohmann::json::parse(text));
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorKind::invalid, path + ": " + error.what());
  }
}

}  // namespace scx::bench
