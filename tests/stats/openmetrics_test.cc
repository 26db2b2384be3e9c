// SPDX-License-Identifier: GPL-2.0-only
//
// The text as embedders make it. What scxstat prints of all kinds of metadata, and whether that is
// OpenMetrics, tests/tools/scxstat looks at.
#include "scx/stats/openmetrics.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "scx/stats/match.h"
#include "scx/stats/service.h"
#include "scx/stats/table.h"

namespace scx::stats::test {
namespace {

struct Queue {
  std::uint64_t length = 0;
};
SCX_METRICS(Queue, "one queue", attribute("_om_prefix", "queue_"),
            scx::gauge(&Queue::length, "length", "tasks in it"));

struct Counters {
  std::uint64_t local = 1204;
  double busy = 12.5;
  std::string mode = "idle";
  std::map<std::string, Queue> queues{{"a", {3}}, {"b", {0}}};
};
SCX_METRICS(Counters, "what it did", top(),
            scx::counter(&Counters::local, "local", "tasks dispatched straight to a CPU"),
            scx::gauge(&Counters::busy, "busy", "time that CPUs were running").unit("%"),
            scx::field(&Counters::mode, "mode", "what it does"),
            scx::field(&Counters::queues, "queues", "by name").attribute("_om_label", "queue"));

struct Task {
  std::int64_t pid = 1;
  std::string comm = "init";
};
SCX_METRICS(Task, "one task", scx::gauge(&Task::pid, "pid", "its number"),
            scx::field(&Task::comm, "comm", "its name"));

struct Tasks {
  std::vector<Task> list{{1, "init"}, {2, "kthreadd"}};
};
SCX_METRICS(Tasks, "tasks", scx::field(&Tasks::list, "list", ""));

Json metadata() {
  Schema schema = Schema::of<Counters>();
  EXPECT_TRUE(schema.merge(Schema::of<Task>()));
  return schema.json();
}

constexpr char kCounters[] =
    "# TYPE scx_up gauge\n"
    "# HELP scx_up Whether the scheduler answers.\n"
    "scx_up 1\n"
    "# TYPE local counter\n"
    "# HELP local tasks dispatched straight to a CPU\n"
    "local_total 1204\n"
    "# TYPE busy gauge\n"
    "# HELP busy time that CPUs were running (%)\n"
    "busy 12.5\n"
    "# TYPE mode info\n"
    "# HELP mode what it does\n"
    "mode_info{mode=\"idle\"} 1\n"
    "# TYPE queue_length gauge\n"
    "# HELP queue_length tasks in it\n"
    "queue_length{queue=\"a\"} 3\n"
    "queue_length{queue=\"b\"} 0\n"
    "# EOF\n";

TEST(OpenMetrics, IsMadeOfMetadataAndAnswer) {
  const auto metrics = OpenMetrics::make(metadata());
  ASSERT_TRUE(metrics) << metrics.error().message();
  EXPECT_EQ(metrics->render(to_json(Counters{})).value(), kCounters);
  EXPECT_EQ(metrics->render(to_json(Counters{})).value(), kCounters) << "it remembers nothing";
}

TEST(OpenMetrics, WhileThereIsNoScheduler) {
  EXPECT_EQ(OpenMetrics::down(),
            "# TYPE scx_up gauge\n"
            "# HELP scx_up Whether the scheduler answers.\n"
            "scx_up 0\n"
            "# EOF\n");
}

TEST(OpenMetrics, OfAList) {
  const auto metrics =
      OpenMetrics::make(metadata(), {.prefix = "task_", .root = "Task", .list = "list"});
  ASSERT_TRUE(metrics) << metrics.error().message();
  const std::string text = metrics->render(to_json(Tasks{})).value();
  EXPECT_NE(text.find("\ntask_list_pid{index=\"1\"} 2\n"), std::string::npos) << text;
  EXPECT_NE(text.find("{index=\"0\",comm=\"init\"} 1\n"), std::string::npos) << text;
}

TEST(OpenMetrics, WrongOnesAreRefused) {
  EXPECT_EQ(OpenMetrics::make(Json{"{"}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(OpenMetrics::make(Json{"{}"}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(OpenMetrics::make(metadata(), {.root = "None"}).error().kind, ErrorKind::missing);
  const auto metrics = OpenMetrics::make(metadata());
  for (const char* value : {"", "[]", "1", "{", "{\"local\":1e999}"})
    EXPECT_EQ(metrics->render(Json{value}).error().kind, ErrorKind::invalid) << value;
}

TEST(Match, FindsTheStructOfAnAnswer) {
  const Json counters = to_json(Counters{});
  EXPECT_EQ(match(metadata(), "top", Json{"{}"}).value(), (Match{"Counters", ""}));
  EXPECT_EQ(match(metadata(), "any", counters).value(), (Match{"Counters", ""}));
  EXPECT_EQ(match(metadata(), "any", Json{R"({"length":1})"}).value(), (Match{"Queue", ""}));
  EXPECT_EQ(match(metadata(), "any", to_json(Tasks{})).value(), (Match{"Task", "list"}));
}

TEST(Match, TheNameDecidesBetweenStructsThatFit) {
  const Json alike{
      R"({"A":{"fields":{"x":{"datum":"u64"}}},"SomeThings":{"fields":{"x":{"datum":"u64"},)"
      R"("y":{"datum":"u64"}}},"Z":{"fields":{"x":{"datum":"u64"}}}})"};
  const Json answer{R"({"x":1})"};
  EXPECT_EQ(match(alike, "other", answer).value(), (Match{"A", ""}));
  EXPECT_EQ(match(alike, "some_things", answer).value(), (Match{"SomeThings", ""}));
  EXPECT_EQ(match(alike, "some_things", Json{"{}"}).value(), (Match{"SomeThings", ""}));
  EXPECT_EQ(match(alike, "zs", Json{R"({"list":[]})"}).value(), (Match{"Z", "list"}));
}

TEST(Match, WhatIsDescribedNowhereIsMissing) {
  for (const char* answer :
       {"{}", R"({"odd":1})", R"({"odd":[]})", R"({"odd":[1]})", R"({"odd":[{"odd":1}]})",
        R"({"pid":1,"odd":1})", "[]", "1", "null", ""})
    EXPECT_EQ(match(metadata(), "any", Json{answer}).error().kind, ErrorKind::missing) << answer;
  EXPECT_EQ(match(Json{"1"}, "any", Json{"{}"}).error().kind, ErrorKind::invalid);
}

TEST(Table, OfAnotherSchedulersMetadata) {
  auto table = Table::make(metadata(), "Task", "list");
  ASSERT_TRUE(table) << table.error().message();
  EXPECT_EQ(table->render(to_json(Tasks{}), 0).value(),
            "pid  comm\n"
            "  1  init\n"
            "  2  kthreadd\n");
  EXPECT_EQ(Table::make(metadata(), "None", "list").error().kind, ErrorKind::missing);
  EXPECT_EQ(Table::make(Json{"1"}, "Task", "list").error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace scx::stats::test
