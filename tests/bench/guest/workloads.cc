// SPDX-License-Identifier: GPL-2.0-only
#include "workloads.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <string_view>
#include <utility>

#include "counters.h"
#include "mix.h"
#include "pipe.h"

namespace scx::bench {

namespace {

constexpr int warm_up = 100;

Result<nlohmann::json> pipe_workload(const Plan& plan, Counted& counted) {
  PipePair pipe = SCX_TRY(PipePair::start());
  SCX_TRY(pipe.trips(warm_up));
  const std::int64_t ns = SCX_TRY(pipe.trips(plan.round_trips));
  SCX_TRY(count_programs(true));
  counted.before = SCX_TRY(read_counts(counted.programs));
  SCX_TRY(pipe.trips(plan.round_trips));
  counted.after = SCX_TRY(read_counts(counted.programs));
  SCX_TRY(count_programs(false));
  return nlohmann::json{{"round_trips", plan.round_trips}, {"ns", ns}};
}

Result<nlohmann::json> messaging_workload(const Plan& plan, Counted&) {
  return nlohmann::json{{"messages", plan.messaging.messages()},
                        {"processes", plan.messaging.processes()},
                        {"ns", SCX_TRY(time_messaging(plan.messaging))}};
}

Result<nlohmann::json> lateness(const Timers& timers) {
  const std::vector<std::int64_t> late = SCX_TRY(measure_timers(timers));
  const auto sum = std::accumulate(late.begin(), late.end(), std::int64_t{0});
  return nlohmann::json{{"samples", late.size()},
                        {"average_ns", sum / static_cast<std::int64_t>(late.size())},
                        {"p99_ns", percentile(late, 0.99)},
                        {"max_ns", late.back()}};
}

Result<nlohmann::json> timers_workload(const Plan& plan, Counted&) { return lateness(plan.timers); }

Result<nlohmann::json> disturbed_workload(const Plan& plan, Counted&) {
  return lateness(plan.disturbed);
}

Result<nlohmann::json> mix_workload(const Plan& plan, Counted&) {
  auto hogs = nlohmann::json::array();
  for (const Hog& hog : SCX_TRY(run_mix(plan.mix_nice, plan.mix_ms)))
    hogs.push_back({{"nice", hog.nice}, {"cpu_ns", hog.cpu_ns}});
  return nlohmann::json{{"hogs", hogs}};
}

Result<nlohmann::json> forks_workload(const Plan& plan, Counted&) {
  return nlohmann::json{{"processes", plan.forks.processes()},
                        {"ns", SCX_TRY(time_forks(plan.forks))}};
}

Result<nlohmann::json> frames_workload(const Plan& plan, Counted&) { return lateness(plan.frames); }

Result<nlohmann::json> pinned_workload(const Plan& plan, Counted&) { return lateness(plan.pinned); }

Result<nlohmann::json> bursts_workload(const Plan& plan, Counted&) { return lateness(plan.bursts); }

Result<nlohmann::json> handover_workload(const Plan& plan, Counted&) {
  return nlohmann::json{{"wait_us", SCX_TRY(lock_wait_us(plan.handover))}};
}

Result<nlohmann::json> light_workload(const Plan& plan, Counted&) {
  return nlohmann::json{{"cpus", SCX_TRY(cpus_of_light_load(plan.light))}};
}

Result<nlohmann::json> spread_workload(const Plan& plan, Counted&) {
  return nlohmann::json{{"unevenness_percent", SCX_TRY(unevenness_of_spread(plan.spread))}};
}

struct Workload {
  std::string_view name;
  Result<nlohmann::json> (*run)(const Plan&, Counted&);
};

constexpr Workload workloads[] = {{"pipe", pipe_workload},     {"messaging", messaging_workload},
                                  {"timers", timers_workload}, {"mix", mix_workload},
                                  {"forks", forks_workload},   {"disturbed", disturbed_workload},
                                  {"frames", frames_workload}, {"pinned", pinned_workload},
                                  {"bursts", bursts_workload}, {"handover", handover_workload},
                                  {"light", light_workload},   {"spread", spread_workload}};

}  // namespace

Result<nlohmann::json> run_workload(const std::string& name, const Plan& plan, Counted& counted) {
  const auto workload = std::ranges::find(workloads, name, &Workload::name);
  if (workload == std::end(workloads))
    return fail(ErrorKind::usage, "there is no workload " + name);
  const MachineCounter counter = SCX_TRY(MachineCounter::start());
  nlohmann::json found = SCX_TRY(workload->run(plan, counted));
  const MachineCount count = SCX_TRY(counter.read());
  found["switches"] = count.switches;
  found["migrations"] = count.migrations;
  return found;
}

}  // namespace scx::bench
