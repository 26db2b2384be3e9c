// SPDX-License-Identifier: GPL-2.0-only
#include "workloads.h"

#include <numeric>
#include <utility>

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

Result<nlohmann::json> timers_workload(const Plan& plan, Counted&) {
  const std::vector<std::int64_t> late = SCX_TRY(measure_timers(plan.timers));
  const auto sum = std::accumulate(late.begin(), late.end(), std::int64_t{0});
  return nlohmann::json{{"samples", late.size()},
                        {"average_ns", sum / static_cast<std::int64_t>(late.size())},
                        {"p99_ns", percentile(late, 0.99)},
                        {"max_ns", late.back()}};
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

struct Workload {
  const char* name;
  Result<nlohmann::json> (*run)(const Plan&, Counted&);
};

constexpr Workload workloads[] = {{"pipe", pipe_workload},
                                  {"messaging", messaging_workload},
                                  {"timers", timers_workload},
                                  {"mix", mix_workload},
                                  {"forks", forks_workload}};

}  // namespace

Result<nlohmann::json> run_workload(const std::string& name, const Plan& plan, Counted& counted) {
  for (const Workload& workload : workloads)
    if (workload.name == name) return workload.run(plan, counted);
  return fail(ErrorKind::usage, "there is no workload " + name);
}

}  // namespace scx::bench
