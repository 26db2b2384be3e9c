// SPDX-License-Identifier: GPL-2.0-only
#include "scx/stats/view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scx/stats/service.h"

namespace scx::stats::test {

struct Power {
  double watts = 12.345;
};
SCX_METRICS(Power, "", gauge(&Power::watts, "watts", "what the package draws").unit("W"));

struct Domain {
  std::uint64_t moved = 0;
  double load = 0;
  Power power = {};
  std::vector<std::uint32_t> cpus = {};
};
SCX_METRICS(Domain, "one domain", counter(&Domain::moved, "moved", "tasks moved here"),
            gauge(&Domain::load, "load", "its load").unit("%"), field(&Domain::power, "power", ""),
            gauge(&Domain::cpus, "cpus", "its CPUs"));

struct System {
  std::uint64_t sched = 0;
  std::uint64_t wait = 0;
  std::int32_t active = 0;
  double big = 0;
  std::string mode = {};
  Power power = {};
  std::map<std::uint32_t, Domain> doms = {};
  std::vector<std::uint64_t> queued = {};
  std::map<std::string, std::uint64_t> exits = {};
  std::vector<std::uint64_t> nothing = {};
};
SCX_METRICS(System, "the whole machine", top(),
            counter(&System::sched, "sched", "context switches"),
            counter(&System::wait, "wait", "time that tasks waited").unit("ns"),
            gauge(&System::active, "active", "CPUs in use"),
            gauge(&System::big, "big", "on big cores").unit("%"),
            field(&System::mode, "mode", "power mode"), field(&System::power, "power", "energy"),
            field(&System::doms, "doms", "by domain"), gauge(&System::queued, "queued", "queues"),
            counter(&System::exits, "exits", "ends"), gauge(&System::nothing, "nothing", ""));

struct Times {
  std::uint64_t interval_ms = 20;
  std::vector<std::uint64_t> wait_us = {1, 2};
  std::uint64_t alarms = 3;
};
SCX_METRICS(Times, "", top(), gauge(&Times::interval_ms, "interval_ms", "").unit("ms"),
            gauge(&Times::wait_us, "wait_us", "").unit("us"),
            gauge(&Times::alarms, "alarms", "").unit("ms"));

namespace {

System sample() {
  System now{.sched = 1000, .wait = 5000, .active = 7, .big = 43.214, .mode = "balanced"};
  now.doms[10] = {.moved = 5, .load = 99.5, .power = {1}, .cpus = {4, 5}};
  now.doms[9] = {.moved = 1000, .load = 0.25, .power = {2.5}, .cpus = {}};
  now.queued = {1, 22, 333};
  now.exits = {{"dead", 3}, {"idle", 40}};
  return now;
}

View make_view() { return View::make(Schema::of<System>().json()).value(); }

TEST(View, AUnitThatTheNameSaysIsNotSaidAgain) {
  EXPECT_EQ(
      View::make(Schema::of<Times>().json()).value().render(to_json(Times{}), Seconds(0)).value(),
      "  interval_ms  20\n"
      "  wait_us\n"
      "    1  2\n"
      "  alarms        3 ms\n");
}

TEST(View, TheFirstViewShowsTotals) {
  EXPECT_EQ(make_view().render(to_json(sample()), Seconds(0)).value(),
            "  sched        1000\n"
            "  wait         5000 ns\n"
            "  active          7\n"
            "  big         43.21 %\n"
            "  mode     balanced\n"
            "  power\n"
            "    watts  12.35 W\n"
            "  doms\n"
            "        moved  load(%)  power.watts(W)  cpus\n"
            "    9    1000     0.25            2.50     -\n"
            "    10      5    99.50            1.00   4,5\n"
            "  queued\n"
            "    1  22  333\n"
            "  exits\n"
            "    dead=3  idle=40\n"
            "  nothing      none\n");
}

TEST(View, LaterOnesShowRatesOfCounters) {
  View view = make_view();
  System now = sample();
  ASSERT_TRUE(view.render(to_json(now), Seconds(0)));
  now.sched += 5;
  now.wait += 12'345'678;
  now.doms[9].moved += 10;
  now.doms[11] = {};
  now.exits["idle"] += 2;
  now.exits["new"] = 1;
  EXPECT_EQ(view.render(to_json(now), Seconds(2)).value(),
            "  sched        1005         2.5/s\n"
            "  wait     12350678 ns  6172839/s\n"
            "  active          7\n"
            "  big         43.21 %\n"
            "  mode     balanced\n"
            "  power\n"
            "    watts  12.35 W\n"
            "  doms\n"
            "        moved/s  load(%)  power.watts(W)  cpus\n"
            "    9       5.0     0.25            2.50     -\n"
            "    10      0.0    99.50            1.00   4,5\n"
            "    11        -     0.00           12.35     -\n"
            "  queued\n"
            "    1  22  333\n"
            "  exits\n"
            "    dead=0.0/s  idle=1.0/s  new=1\n"
            "  nothing      none\n");
}

TEST(View, ACounterThatStartedAnewHasNoRate) {
  View view = make_view();
  System now = sample();
  ASSERT_TRUE(view.render(to_json(now), Seconds(0)));
  now.sched = 3;
  const std::string text = view.render(to_json(now), Seconds(1)).value();
  EXPECT_TRUE(text.starts_with("  sched           3\n")) << text;
}

TEST(View, LargeCountersKeepTheirDifference) {
  View view = make_view();
  ASSERT_TRUE(view.render(Json{R"({"sched":18446744073709551000})"}, Seconds(0)));
  EXPECT_EQ(view.render(Json{R"({"sched":18446744073709551003})"}, Seconds(1)).value(),
            "  sched  18446744073709551003  3.0/s\n");
}

TEST(View, LongListsAreBroken) {
  System now;
  for (std::uint64_t i = 0; i < 100; ++i) now.queued.push_back(i * 1000);
  const std::string text = make_view().render(to_json(now), Seconds(0)).value();
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    EXPECT_LE(end - begin, 80U);
    begin = end + 1;
  }
}

TEST(View, WhatDoesNotFitTheMetadataHarmsNothing) {
  View view = make_view();
  EXPECT_EQ(view.render(Json{R"({"sched":"x","active":[1],"power":7,"doms":[1],"queued":{"a":1},)"
                             R"("mode":null,"unknown":1})"},
                        Seconds(0))
                .value(),
            "  sched      x\n"
            "  active     -\n"
            "  mode       -\n"
            "  power   none\n"
            "  doms    none\n"
            "  queued  none\n");
  EXPECT_EQ(view.render(Json{"[]"}, Seconds(0)).error().kind, ErrorKind::invalid);
  EXPECT_EQ(view.render(Json{"{"}, Seconds(0)).error().kind, ErrorKind::invalid);
}

TEST(View, TextsCannotReachTheTerminal) {
  EXPECT_EQ(
      make_view().render(Json{R"({"mode":"a\u001b[2J\u009b\nb \u00e9"})"}, Seconds(0)).value(),
      "  mode  a?[2J??b é\n");
}

TEST(View, MetadataOfOthersChooseTheLastTop) {
  const Json metadata{
      R"({"A":{"name":"A","top":"true","fields":{"a":{"datum":"u64"}}},)"
      R"("B":{"name":"B","top":"true","fields":{"z":{"datum":"u64"},"b":{"datum":"float"},)"
      R"("future":{"tensor":"u64"}}},)"
      R"("C":{"name":"C","fields":{"c":{"datum":{"struct":"C"}}}}})"};
  EXPECT_EQ(View::make(metadata)->render(Json{R"({"a":1,"b":2.0,"z":3})"}, Seconds(0)).value(),
            "  z     3\n  b  2.00\n");
  EXPECT_EQ(View::make(metadata, "A")->render(Json{R"({"a":1})"}, Seconds(0)).value(), "  a  1\n");
  EXPECT_EQ(View::make(metadata, "D").error().kind, ErrorKind::missing);
}

TEST(View, StructsInACircleEnd) {
  const Json metadata{R"({"C":{"name":"C","top":"true","fields":{"c":{"datum":{"struct":"C"}},)"
                      R"("d":{"dict":{"key":"string","datum":{"struct":"C"}}}}}})"};
  View view = View::make(metadata).value();
  std::string value;
  for (int i = 0; i < 20; ++i) value += i % 2 == 0 ? R"({"c":)" : R"({"d":{"k":)";
  value += "{}";
  for (int i = 0; i < 20; ++i) value += i % 2 == 0 ? "}" : "}}";
  EXPECT_TRUE(view.render(Json{value}, Seconds(0)));
}

TEST(View, MetadataThatAreNoneAreRefused) {
  for (const char* text :
       {"", "{}", "[]", "{", R"({"A":1})", R"({"A":{}})", R"({"A":{"fields":[]}})"})
    EXPECT_EQ(View::make(Json{text}).error().kind, ErrorKind::invalid) << text;
  EXPECT_EQ(View::make(Json{"{}"}, "A").error().kind, ErrorKind::missing);
}

TEST(Describe, PrintsEachStructTopFirst) {
  EXPECT_EQ(describe(Schema::of<System>().json()).value(),
            "System: the whole machine\n"
            "  sched    u64, counter            context switches\n"
            "  wait     u64, counter, ns        time that tasks waited\n"
            "  active   i64                     CPUs in use\n"
            "  big      float, %                on big cores\n"
            "  mode     string                  power mode\n"
            "  power    Power                   energy\n"
            "  doms     Domain by u64           by domain\n"
            "  queued   array of u64            queues\n"
            "  exits    u64 by string, counter  ends\n"
            "  nothing  array of u64\n"
            "\n"
            "Domain: one domain\n"
            "  moved  u64, counter  tasks moved here\n"
            "  load   float, %      its load\n"
            "  power  Power\n"
            "  cpus   array of u64  its CPUs\n"
            "\n"
            "Power\n"
            "  watts  float, W  what the package draws\n");
}

}  // namespace
}  // namespace scx::stats::test
