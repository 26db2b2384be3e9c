// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace scx::scxsim {
namespace {

using testing::HasSubstr;
using testing::Not;

sim::Outcome two_kinds() {
  sim::Outcome outcome;
  outcome.end_ns = outcome.measured_ns = 10'000'000;
  outcome.nr_events = 42;
  outcome.idle_ns = 5'000'000;
  outcome.idle_while_waiting_ns = 1'000'000;
  sim::Counts counts;
  counts.run_ns = 6'000'000;
  counts.least_run_ns = 1'000'000;
  counts.most_run_ns = 5'000'000;
  counts.switches = 7;
  counts.migrations = {1, 2, 3, 4};
  counts.latency.add(20'000);
  outcome.kinds.push_back({"first", 2, 100, counts});
  counts.run_ns = 2'000'000;
  outcome.kinds.push_back({"second", 1, 50, counts});
  for (const sim::KindOutcome& kind : outcome.kinds) outcome.all.add(kind.counts);
  return outcome;
}

const Subject kSubject{"lavd", "2 CPUs", "test", 3, 2};

TEST(Report, TextHasSharesAndIdleTime) {
  const std::string text = to_text(kSubject, two_kinds());
  EXPECT_THAT(text, HasSubstr("lavd on 2 CPUs\nworkload test, seed 3: 10.0 ms, 42 events\n"));
  EXPECT_THAT(text, testing::ContainsRegex("first +2 +100 +75\\.00 +80\\.00 +6\\.0 +1\\.0 +5\\.0"));
  EXPECT_THAT(text, testing::ContainsRegex("second +1 +50 +25\\.00 +20\\.00 +2\\.0"));
  EXPECT_THAT(text, HasSubstr("idle 25.00 %, of which while work waited 5.00 % of all CPU time"));
}

TEST(Report, ManyKindsAreShownTogether) {
  sim::Outcome outcome = two_kinds();
  for (int i = 0; i < 30; ++i) outcome.kinds.push_back(outcome.kinds[0]);
  const std::string text = to_text(kSubject, outcome);
  EXPECT_THAT(text, Not(HasSubstr("first")));
  EXPECT_THAT(text, HasSubstr("all"));
}

TEST(Report, JsonIsTheSameInNumbers) {
  sim::Outcome outcome = two_kinds();
  outcome.end = sim::End::stall;
  outcome.message = "a \"task\" stalls";
  const auto json = nlohmann::json::parse(to_json(kSubject, outcome).text);
  EXPECT_EQ(json["end"], "stall");
  EXPECT_EQ(json["message"], "a \"task\" stalls");
  EXPECT_EQ(json["seed"], 3);
  EXPECT_EQ(json["restarts"], 0);
  EXPECT_EQ(json["all"]["run_ns"], 8'000'000);
  EXPECT_EQ(json["all"]["migrations"]["far"], 8);
  EXPECT_EQ(json["tasks"][0]["name"], "first");
  EXPECT_DOUBLE_EQ(json["tasks"][0]["share"], 0.75);
  EXPECT_DOUBLE_EQ(json["tasks"][1]["share_by_weight"], 0.2);
  EXPECT_EQ(json["tasks"][1]["latency_ns"]["max"], 20'000);
  EXPECT_EQ(json["tasks"][0]["least_run_ns"], 1'000'000);
}

TEST(Report, BlocksAreShownOfAPolicyThatCountsThem) {
  sim::Outcome outcome = two_kinds();
  outcome.ops.emplace_back().op = "enqueue";
  outcome.ops[0].host_ns.add(70);
  EXPECT_THAT(to_text(kSubject, outcome), Not(HasSubstr("blocks")));
  EXPECT_FALSE(
      nlohmann::json::parse(to_json(kSubject, outcome).text)["costs"][0].contains("blocks_mean"));
  outcome.ops[0].blocks.add(21);
  const std::string text = to_text(kSubject, outcome);
  EXPECT_THAT(text, HasSubstr("blocks: mean"));
  EXPECT_THAT(text, testing::ContainsRegex("enqueue +1 +0\\.00 +70 .* 21\\.0 +21\n"));
  const auto json = nlohmann::json::parse(to_json(kSubject, outcome).text);
  EXPECT_EQ(json["costs"][0]["blocks_mean"], 21.0);
  EXPECT_EQ(json["costs"][0]["blocks_p99"], 21);
}

}  // namespace
}  // namespace scx::scxsim
