// SPDX-License-Identifier: GPL-2.0-only
//
// pipe_cost ROUND_TRIPS [SCHEDULER…]: what round trips over pipes cost under a scheduler, or under
// the kernel's own where none is given. Prints one line of JSON, which tools/bench makes tables of;
// runs in the lab, as root.
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipe.h"
#include "programs.h"
#include "quiet.h"
#include "scheduler.h"
#include "scx/base/file.h"

namespace scx::bench {

namespace {

constexpr int warm_up = 100;

nlohmann::json describe(const std::vector<Program>& programs, const std::vector<Count>& before,
                        const std::vector<Count>& after, const std::vector<Count>& end) {
  auto list = nlohmann::json::array();
  for (std::size_t i = 0; i < programs.size(); i++) {
    list.push_back({{"name", programs[i].name},
                    {"verified", programs[i].verified},
                    {"calls", after[i].calls - before[i].calls},
                    {"instructions", after[i].ns - before[i].ns},
                    {"all_calls", end[i].calls},
                    {"all_instructions", end[i].ns}});
  }
  return list;
}

// Times the round trips twice: uncounted for the time, counted for the programs. The counts of the
// scheduler's whole life have its start and end in them, but not the uncounted trips.
Result<nlohmann::json> measure(int round_trips, const std::vector<std::string>& command) {
  SCX_TRY(wait_quiet());
  SCX_TRY(count_programs(true));
  const std::uint32_t newest = newest_program();
  std::optional<Scheduler> scheduler;
  if (!command.empty()) scheduler.emplace(SCX_TRY(Scheduler::start(command)));
  const std::vector<Program> programs = SCX_TRY(programs_after(newest));

  nlohmann::json result = {{"round_trips", round_trips}};
  std::vector<Count> before, after;
  {
    SCX_TRY(wait_quiet());
    PipePair pipe = SCX_TRY(PipePair::start());
    SCX_TRY(pipe.trips(warm_up));
    SCX_TRY(count_programs(false));
    result["pipe_ns"] = SCX_TRY(pipe.trips(round_trips));
    SCX_TRY(count_programs(true));
    before = SCX_TRY(read_counts(programs));
    SCX_TRY(pipe.trips(round_trips));
    after = SCX_TRY(read_counts(programs));
  }
  if (scheduler) {
    result["attach_ns"] = scheduler->attach_ns();
    if (Status stopped = scheduler->stop(); !stopped) return std::unexpected(stopped.error());
  }
  result["programs"] = describe(programs, before, after, SCX_TRY(read_counts(programs)));
  return result;
}

int run(int argc, char** argv) {
  const auto round_trips = argc > 1 ? parse_int(argv[1]) : std::nullopt;
  if (!round_trips || *round_trips < 1 || *round_trips > 100'000'000) {
    std::cerr << "usage: pipe_cost ROUND_TRIPS [SCHEDULER [OPTION…]]\n";
    return 2;
  }
  auto result = measure(static_cast<int>(*round_trips), {argv + 2, argv + argc});
  if (!result)
    result =
        nlohmann::json{{"error", result.error().message()}, {"evidence", result.error().evidence}};
  using Json = nlohmann::json;
  std::cout << result->dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
  return result->contains("error");
}

}  // namespace

}  // namespace scx::bench

int main(int argc, char** argv) { return scx::bench::run(argc, argv); }
