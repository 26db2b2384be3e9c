// SPDX-License-Identifier: GPL-2.0-only
#include "compare.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace scx::scxsim {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

Run run(const char* scheduler, std::uint64_t latency_ns, std::uint64_t preemptions,
        std::vector<std::string> set = {}) {
  Run made{{scheduler, "2 CPUs", "test", 3, 2, std::move(set)}, {}};
  sim::Outcome& outcome = made.outcome;
  outcome.end_ns = outcome.measured_ns = 10'000'000;
  outcome.idle_ns = 5'000'000;
  sim::Counts counts;
  counts.run_ns = counts.least_run_ns = counts.most_run_ns = 15'000'000;
  counts.preemptions = preemptions;
  counts.migrations = {1, 2, 3, 4};
  counts.latency.add(latency_ns);
  outcome.kinds.push_back({"kind", 1, 100, counts});
  outcome.all.add(counts);
  return made;
}

TEST(Compare, ShowsBothValuesAndTheRatio) {
  const std::string text =
      compare_text(run("lavd", 20'000, 8), run("lavd", 50'000, 2, {"slice_max_ns=1", "x=2"}));
  EXPECT_THAT(text, HasSubstr("2 CPUs\nworkload test, seed 3: 10.0 ms\n"));
  EXPECT_THAT(text, HasSubstr("lavd  lavd slice_max_ns=1 x=2  ratio"));
  EXPECT_THAT(text, ContainsRegex("kind +latency us: mean +20\\.0 +50\\.0 +2\\.50\n"));
  EXPECT_THAT(text, ContainsRegex("all +preempted +8 +2 +0\\.25\n"));
  EXPECT_THAT(text, ContainsRegex("all +moves +10 +10 +1\\.00\n"));
  EXPECT_THAT(text, ContainsRegex("machine +idle % +25\\.00 +25\\.00 +1\\.00\n"));
}

TEST(Compare, HasNoRatioToNothingAndNoLinesOfNothing) {
  const std::string text = compare_text(run("lavd", 20'000, 0), run("simple", 20'000, 2));
  EXPECT_THAT(text, ContainsRegex("all +preempted +0 +2 +-\n"));
  EXPECT_THAT(text, Not(HasSubstr("rounds")));
}

TEST(Compare, JsonHasBothRunsAndTheRatios) {
  const auto json = nlohmann::json::parse(
      compare_json(run("lavd", 20'000, 0), run("simple", 50'000, 2, {"fifo=1"})).text);
  EXPECT_EQ(json["version"], SCXX_VERSION);
  EXPECT_EQ(json["runs"][0]["scheduler"], "lavd");
  EXPECT_EQ(json["runs"][1]["scheduler"], "simple");
  EXPECT_EQ(json["runs"][1]["set"], nlohmann::json({"fifo=1"}));
  EXPECT_EQ(json["runs"][1]["tasks"][0]["latency_ns"]["max"], 50'000);
  EXPECT_DOUBLE_EQ(json["ratios"]["all"]["latency_mean_ns"], 2.5);
  EXPECT_DOUBLE_EQ(json["ratios"]["tasks"][0]["run_ns"], 1);
  EXPECT_EQ(json["ratios"]["tasks"][0]["name"], "kind");
  EXPECT_TRUE(json["ratios"]["all"]["preemptions"].is_null());
  EXPECT_DOUBLE_EQ(json["ratios"]["idle_ns"], 1);
}

}  // namespace
}  // namespace scx::scxsim
