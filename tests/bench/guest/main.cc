// SPDX-License-Identifier: GPL-2.0-only
//
// bench_guest PLAN: runs the workloads of a plan (plan.h) under each of its schedulers in turn, as
// often as it says. Prints a line of JSON for each run, which tools/bench makes tables of, and on
// stderr where it is; runs in the lab, as root.
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "forks.h"
#include "memory.h"
#include "plan.h"
#include "programs.h"
#include "quiet.h"
#include "scheduler.h"
#include "workloads.h"

namespace scx::bench {

namespace {

using Json = nlohmann::json;

Json describe(const Counted& counted, const std::vector<Count>& end) {
  auto list = Json::array();
  for (std::size_t i = 0; i < counted.programs.size(); i++) {
    const bool piped = !counted.after.empty();
    const Program& program = counted.programs[i];
    list.push_back({{"name", program.name},
                    {"verified", program.verified},
                    {"calls", piped ? counted.after[i].calls - counted.before[i].calls : 0},
                    {"instructions", piped ? counted.after[i].ns - counted.before[i].ns : 0},
                    {"all_calls", end[i].calls},
                    {"all_instructions", end[i].ns}});
  }
  return list;
}

// What the scheduler keeps after all the work, and its end.
Status finish(Scheduler& scheduler, std::uint32_t newest_map_before, Json& result) {
  const ProcessMemory memory = SCX_TRY(process_memory(scheduler.pid()));
  result["attach_ns"] = scheduler.attach_ns();
  result["memory"] = {{"resident_kib", memory.resident_kib},
                      {"peak_kib", memory.peak_kib},
                      {"anonymous_kib", memory.anonymous_kib},
                      {"maps_bytes", SCX_TRY(map_memory_after(newest_map_before))}};
  return scheduler.stop();
}

std::unexpected<Error> during(const std::string& workload, Error error) {
  error.what = workload + ": " + error.what;
  return std::unexpected(std::move(error));
}

// The counts of the scheduler's whole life have its start and its end in them, and pipe's counted
// round trips, but none of what was measured uncounted.
Result<Json> measure(const Plan& plan, const Candidate& candidate, const std::string& where) {
  SCX_TRY(wait_quiet());
  SCX_TRY(count_programs(true));
  const std::uint32_t newest = newest_program(), map = newest_map();
  std::optional<Scheduler> scheduler;
  if (!candidate.command.empty()) scheduler.emplace(SCX_TRY(Scheduler::start(candidate.command)));
  const std::vector<Program> programs = SCX_TRY(programs_after(newest));
  Counted counted{programs, {}, {}};
  SCX_TRY(count_programs(false));

  SCX_TRY(wait_quiet());
  if (scheduler) SCX_TRY(scheduler->check());
  Json result = {{"workloads", Json::object()}};
  for (const std::string& workload : plan.workloads) {
    std::cerr << where << ": " << workload << std::endl;
    SCX_TRY(wait_quiet());
    auto found = run_workload(workload, plan, counted);
    // A workload may fail because the scheduler did, which then is what there is to tell.
    if (Status alive = scheduler ? scheduler->check() : Status{}; !alive)
      return during(workload, std::move(alive).error());
    if (!found) return during(workload, std::move(found).error());
    result["workloads"][workload] = *found;
  }
  SCX_TRY(count_programs(true));
  if (scheduler) SCX_TRY(finish(*scheduler, map, result));
  result["programs"] = describe(counted, SCX_TRY(read_counts(programs)));
  return result;
}

// All rounds. One that failed is not tried again.
bool run_all(const Plan& plan) {
  std::set<std::string> failed;
  for (int round = 1; round <= plan.repeat; round++) {
    for (const Candidate& candidate : plan.schedulers) {
      if (failed.contains(candidate.name)) continue;
      const std::string where = "bench: round " + std::to_string(round) + " of " +
                                std::to_string(plan.repeat) + ": " + candidate.name;
      auto result = measure(plan, candidate, where);
      if (!result) {
        failed.insert(candidate.name);
        result = Json{{"error", result.error().message()}, {"evidence", result.error().evidence}};
      }
      (*result)["round"] = round;
      (*result)["scheduler"] = candidate.name;
      std::cout << result->dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
    }
  }
  return failed.empty();
}

int run(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: bench_guest PLAN\n";
    return 2;
  }
  if (argv[1] == std::string(compiler_argument)) return be_the_compiler();
  const auto plan = read_plan(argv[1]);
  if (!plan) {
    std::cerr << "bench_guest: error: " << plan.error().message() << "\n";
    return 2;
  }
  return run_all(*plan) ? 0 : 1;
}

}  // namespace

}  // namespace scx::bench

int main(int argc, char** argv) { return scx::bench::run(argc, argv); }
