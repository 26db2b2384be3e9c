// SPDX-License-Identifier: GPL-2.0-only
#include "timeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "builtin.h"
#include "scx/base/file.h"
#include "support.h"

namespace scx::scxsim {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMs = 1'000'000;

// The events of a timeline, parsed, and what the simulation came to.
struct Drawn {
  Json events;
  sim::Outcome outcome;
};

Drawn draw(const char* scheduler, const sim::Workload& workload, const Window& window = {}) {
  const test::TempDir folder;
  const auto name = folder.path() / "t.json";
  const Machine machine = two_nodes();
  auto file = OutputFile::create(name);
  Drawn drawn;
  Timeline timeline(std::move(*file), machine, workload, window);
  drawn.outcome = outcome_of(scheduler, machine, workload, &timeline);
  const Status done = timeline.finish(drawn.outcome);
  EXPECT_TRUE(done) << done.error().message();
  std::ifstream in(name);
  drawn.events = Json::parse(in, nullptr, false);
  EXPECT_TRUE(drawn.events.is_array());
  return drawn;
}

sim::Workload periodic(std::uint64_t duration_ns) {
  sim::Workload workload = find_builtin("periodic")->make(8, 1);
  workload.duration_ns = duration_ns;
  return workload;
}

std::uint64_t ns(const Json& us) {
  return static_cast<std::uint64_t>(std::llround(us.get<double>() * 1000));
}

std::vector<Json> of(const Drawn& drawn, const char* key, const char* value) {
  std::vector<Json> found;
  for (const Json& event : drawn.events)
    if (event.value(key, "") == value) found.push_back(event);
  return found;
}

std::map<std::string, std::uint64_t> run_ns(const Drawn& drawn) {
  std::map<std::string, std::uint64_t> sums;
  for (const Json& slice : of(drawn, "ph", "X")) sums[slice["name"]] += ns(slice["dur"]);
  return sums;
}

TEST(Timeline, SlicesOfACidDoNotOverlapAndAddUpToTheOutcome) {
  for (const char* scheduler : {"simple", "lavd", "qmap"}) {
    const Drawn drawn = draw(scheduler, periodic(200 * kMs));
    std::map<int, std::vector<std::pair<std::uint64_t, std::uint64_t>>> lanes;
    for (const Json& slice : of(drawn, "ph", "X"))
      lanes[slice["tid"]].emplace_back(ns(slice["ts"]), ns(slice["ts"]) + ns(slice["dur"]));
    EXPECT_EQ(lanes.size(), 8u);
    for (auto& [tid, slices] : lanes) {
      std::ranges::sort(slices);
      for (std::size_t at = 1; at < slices.size(); ++at)
        EXPECT_GE(slices[at].first, slices[at - 1].second) << scheduler << ", thread " << tid;
      EXPECT_LE(slices.back().second, 200 * kMs);
    }
    auto sums = run_ns(drawn);
    for (const sim::KindOutcome& kind : drawn.outcome.kinds)
      EXPECT_EQ(sums[kind.name], kind.counts.run_ns) << scheduler << ", " << kind.name;
  }
}

// As ui.perfetto.dev reads them, and others: doubles, cut to nanoseconds.
TEST(Timeline, SlicesDoNotOverlapForReadersThatCut) {
  const auto cut = [](const Json& us) {
    return static_cast<std::int64_t>(us.get<double>() * 1000);
  };
  const Drawn drawn = draw("lavd", periodic(200 * kMs));
  for (const Json& slice : of(drawn, "ph", "X")) {
    EXPECT_EQ(cut(slice["ts"]), static_cast<std::int64_t>(ns(slice["ts"])));
    EXPECT_EQ(cut(slice["dur"]), static_cast<std::int64_t>(ns(slice["dur"])));
  }
}

TEST(Timeline, HasEachWakeUpMoveAndPreemption) {
  const Drawn drawn = draw("lavd", periodic(200 * kMs));
  const sim::Counts& all = drawn.outcome.all;
  std::uint64_t moves = 0;
  for (const std::uint64_t some : all.migrations) moves += some;
  EXPECT_GT(moves, 0u);
  EXPECT_GT(all.preemptions, 0u);
  EXPECT_EQ(of(drawn, "cat", "move").size(), moves);
  EXPECT_EQ(of(drawn, "cat", "preemption").size(), all.preemptions);
  EXPECT_EQ(of(drawn, "cat", "wakeup").size() + of(drawn, "cat", "fork").size(), all.wakeups);
}

// A counter holds its value until its next event: the time that CPUs are idle is an area.
TEST(Timeline, CountersAddUpToTheOutcome) {
  const Drawn drawn = draw("simple", [] {
    sim::Workload workload = find_builtin("phases")->make(2, 1);
    workload.duration_ns = 200 * kMs;
    return workload;
  }());
  std::uint64_t area = 0, since = 0, value = 0;
  for (const Json& event : of(drawn, "name", "idle CPUs")) {
    area += value * (ns(event["ts"]) - since);
    since = ns(event["ts"]);
    value = event["args"]["value"];
  }
  area += value * (200 * kMs - since);
  EXPECT_GT(area, 0u);
  EXPECT_EQ(area, drawn.outcome.idle_ns);
  for (const Json& event : of(drawn, "ph", "C")) EXPECT_GE(event["args"]["value"], 0);
}

TEST(Timeline, NamesLanesAndTheirOrder) {
  const Drawn drawn = draw("simple", periodic(5 * kMs));
  const auto threads = of(drawn, "name", "thread_name");
  ASSERT_EQ(threads.size(), 8u);
  EXPECT_EQ(threads[7]["args"]["name"], "cid 7 (CPU 7)");
  const auto processes = of(drawn, "name", "process_name");
  ASSERT_EQ(processes.size(), 3u);
  EXPECT_EQ(processes[2]["args"]["name"], "node 1, LLC 1");
  EXPECT_EQ(threads[7]["pid"], processes[2]["pid"]);
}

TEST(Timeline, WindowsCutSlicesAndTogetherHaveAll) {
  const sim::Workload workload = periodic(100 * kMs);
  const Drawn all = draw("lavd", workload);
  const std::uint64_t cut = 40 * kMs + 123;
  const Drawn first = draw("lavd", workload, {0, cut}), second = draw("lavd", workload, {cut});
  for (const Json& event : first.events)
    if (event.contains("ts")) {
      EXPECT_LT(ns(event["ts"]), cut);
    }
  for (const Json& event : second.events)
    if (event.contains("ts")) {
      EXPECT_GE(ns(event["ts"]), cut);
    }
  auto left = run_ns(first), right = run_ns(second);
  for (const auto& [name, sum] : run_ns(all)) EXPECT_EQ(sum, left[name] + right[name]) << name;
}

TEST(Timeline, NamesAndMessagesMayHaveAnyCharacter) {
  sim::Workload workload = periodic(20 * kMs);
  workload.kinds[0].name = "a \"task\" \\ of\n\xff";
  Drawn drawn = draw("simple", workload);
  EXPECT_GT(run_ns(drawn)["a \"task\" \\ of\n\xef\xbf\xbd"], 0u);

  const test::TempDir folder;
  const auto name = folder.path() / "t.json";
  Timeline timeline(std::move(*OutputFile::create(name)), two_nodes(), workload, {});
  timeline.ended(5);
  sim::Outcome failed;
  failed.end = sim::End::error;
  failed.end_ns = 5;
  failed.message = "an \"error\"";
  ASSERT_TRUE(timeline.finish(failed));
  const Json events = Json::parse(*read_file(name));
  EXPECT_EQ(events.back()["name"], "an \"error\"");
}

TEST(OutputFile, IsThereWholeOrNotAtAll) {
  const test::TempDir folder;
  const auto name = folder.path() / "x";
  folder.write("x", "before");
  {
    auto file = OutputFile::create(name);
    ASSERT_TRUE(file);
    file->write(std::string(1 << 17, 'x'));
    EXPECT_EQ(*read_file(name), "before");
  }
  EXPECT_EQ(*read_file(name), "before");
  EXPECT_FALSE(std::filesystem::exists(name.string() + ".part"));
  auto file = OutputFile::create(name);
  file->write("after");
  EXPECT_TRUE(file->commit());
  EXPECT_EQ(*read_file(name), "after");
  EXPECT_FALSE(std::filesystem::exists(name.string() + ".part"));
}

TEST(OutputFile, SaysWhatCannotBeWritten) {
  const auto nowhere = OutputFile::create("/nonexistent/x");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().kind, ErrorKind::missing);
  auto full = OutputFile::create("/dev/full");
  ASSERT_TRUE(full);
  full->write("x");
  EXPECT_FALSE(full->commit());
}

TEST(Window, IsTwoNumbersOfMilliseconds) {
  const auto window = parse_window("0.5-20");
  ASSERT_TRUE(window);
  EXPECT_EQ(window->from_ns, 500'000u);
  EXPECT_EQ(window->to_ns, 20'000'000u);
  for (const char* wrong : {"", "-", "5", "5-", "-5", "5-5", "6-5", "1-2-3", "a-b", "1e3-2e3",
                            "nan-inf", "1-99999999999"}) {
    const auto found = parse_window(wrong);
    ASSERT_FALSE(found) << wrong;
    EXPECT_EQ(found.error().kind, ErrorKind::usage);
  }
}

}  // namespace
}  // namespace scx::scxsim
