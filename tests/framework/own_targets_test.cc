// SPDX-License-Identifier: GPL-2.0-only
//
// The targets that the framework serves for every scheduler, with a made-up one.
#include "own_targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "cids_target.h"
#include "latency_target.h"
#include "machine_target.h"
#include "support.h"

namespace scx::test {

struct Counters {
  std::uint64_t local = 0;
};
SCX_METRICS(Counters, "what a scheduler did", counter(&Counters::local, "local", "tasks"));

// A scheduler's own, by the name of one of ours.
struct Cids {
  std::uint64_t mine = 0;
};
SCX_METRICS(Cids, "another struct of this name", gauge(&Cids::mine, "mine", "a number"));

namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsNan;
using Clock = CurrentSession::Clock;
using Times = std::vector<std::optional<CpuTimes>>;

class FakeSession : public Session {
 public:
  explicit FakeSession(const Machine& machine) : machine_(machine) {}
  int events_fd() const override { return -1; }
  std::optional<ExitReport> ended() const override { return {}; }
  const LoadReport& report() const override { return report_; }
  void detach() override {}
  Tick tick() override { return Tick::go_on; }
  const Machine& machine() const override { return machine_; }
  std::vector<std::uint64_t> schedules() const override { return counts; }
  std::span<const scx_latency> latency() const override { return waits; }
  void count_latency(bool wanted) override { counting = wanted; }

  std::vector<std::uint64_t> counts;
  std::vector<scx_latency> waits = std::vector<scx_latency>(2);
  bool counting = false;

 private:
  const Machine& machine_;
  LoadReport report_;
};

TEST(MachineTarget, TellsOfEachCid) {
  RawTopology raw = test::machine({{.cpus = {0, 2}}, {.cpus = {1, 3}}});
  offline(raw, CpuSet::of({1}));
  const auto told = targets::describe(whole(raw), "scx_some", "7.3.4");
  EXPECT_EQ(
      stats::to_json(told).text,
      R"({"scheduler":"scx_some","kernel":"7.3.4","nr_cids":4,"nr_online":3,"cids":[)"
      R"({"cid":0,"cpu":0,"core":0,"llc":0,"node":0,"domain":0,"tier":0,"smt":0,"capacity":1024},)"
      R"({"cid":1,"cpu":2,"core":0,"llc":0,"node":0,"domain":0,"tier":0,"smt":1,"capacity":1024},)"
      R"({"cid":2,"cpu":3,"core":1,"llc":0,"node":0,"domain":0,"tier":0,"smt":0,"capacity":1024},)"
      R"({"cid":3,"cpu":1,"core":-1,"llc":-1,"node":-1,"domain":-1,"tier":-1,"smt":-1,"capacity":0}]})");
}

TEST(MachineTarget, BigCoresAreOfTheFirstTier) {
  auto big = cores(1, 1, 1), little = cores(1, 1, 0);
  for (CoreSpec& core : big) core.capacity = 1024;
  for (CoreSpec& core : little) core.capacity = 512;
  const auto told = targets::describe(whole(test::machine(little + big)), "", "");
  EXPECT_EQ(told.cids.at(0).cpu, 1);
  EXPECT_EQ(told.cids[0].tier, 0);
  EXPECT_EQ(told.cids.at(1).tier, 1);
  EXPECT_EQ(told.cids[1].capacity, 512U);
}

// Two CPUs, of which CPU 1 has cid 0.
class CidsTarget : public ::testing::Test {
 protected:
  targets::Cids read(Clock::duration at, const Times& times, std::vector<std::uint64_t> counts,
                     std::uint64_t run = 1, Clock::duration run_since = 0s) {
    return reader_.read({run, Clock::time_point(run_since), Clock::time_point(at), cpus_, times,
                         std::move(counts)});
  }

 private:
  std::vector<CpuId> cpus_{CpuId{1}, CpuId{0}};
  targets::CidsReader reader_;
};

TEST_F(CidsTarget, TheFirstAnswerIsSinceBootAndStart) {
  const auto first = read(3s, {CpuTimes{20, 200}, CpuTimes{150, 200}}, {7, 9});
  EXPECT_EQ(first.interval_ms, 3000U);
  EXPECT_THAT(first.util, ElementsAre(75, 10));
  EXPECT_THAT(first.nr_sched, ElementsAre(7, 9));
}

TEST_F(CidsTarget, LaterAnswersAreSinceTheOneBefore) {
  read(3s, {CpuTimes{20, 200}, CpuTimes{150, 200}}, {7, 9});
  const auto next = read(4500ms, {CpuTimes{70, 300}, CpuTimes{150, 300}}, {7, 19});
  EXPECT_EQ(next.interval_ms, 1500U);
  EXPECT_THAT(next.util, ElementsAre(0, 50));
  EXPECT_THAT(next.nr_sched, ElementsAre(0, 10));
}

TEST_F(CidsTarget, WithinATickTheLastUtilisationHolds) {
  read(3s, {CpuTimes{20, 200}, CpuTimes{150, 200}}, {});
  EXPECT_THAT(read(3001ms, {CpuTimes{20, 200}, CpuTimes{151, 201}}, {}).util, ElementsAre(100, 10));
  EXPECT_THAT(read(3002ms, {CpuTimes{20, 200}, CpuTimes{151, 201}}, {}).util, ElementsAre(100, 10));
}

TEST_F(CidsTarget, AnOfflineCpuHasNoUtilisation) {
  read(1s, {CpuTimes{20, 200}, CpuTimes{150, 200}}, {});
  EXPECT_THAT(read(2s, {CpuTimes{30, 300}, std::nullopt}, {}).util, ElementsAre(IsNan(), 10));
  EXPECT_EQ(stats::to_json(read(3s, {CpuTimes{30, 400}, std::nullopt}, {})).text,
            R"({"interval_ms":1000,"util":[null,0.0],"nr_sched":[]})");
  // and after it came back one of the time since it was seen
  EXPECT_THAT(read(4s, {CpuTimes{30, 500}, CpuTimes{160, 220}}, {}).util, ElementsAre(50, 0));
}

// What the kernel has for idle time may go back a little.
TEST_F(CidsTarget, CountersThatGoBackAreNoWorkAndNoHugeNumber) {
  read(1s, {CpuTimes{20, 200}, CpuTimes{150, 200}}, {5, 5});
  const auto next = read(2s, {CpuTimes{30, 190}, CpuTimes{140, 201}}, {4, 5});
  EXPECT_THAT(next.util, ElementsAre(0, 10));
  EXPECT_THAT(next.nr_sched, ElementsAre(0, 0));
}

TEST_F(CidsTarget, ANewRunCountsAnewWhileUtilisationGoesOn) {
  read(3s, {CpuTimes{20, 200}, CpuTimes{150, 200}}, {700, 900});
  const auto next = read(5s, {CpuTimes{120, 300}, CpuTimes{150, 300}}, {1, 800}, 2, 4s);
  EXPECT_EQ(next.interval_ms, 1000U);
  EXPECT_THAT(next.util, ElementsAre(0, 100));
  EXPECT_THAT(next.nr_sched, ElementsAre(1, 800));
}

TEST(LatencyTarget, BucketsArePowersOfTwo) {
  const auto latency = targets::LatencyReader().read(1, {}, {}, {});
  EXPECT_EQ(latency.upper_us[0], 1U);
  EXPECT_EQ(latency.upper_us[1], 2U);
  EXPECT_EQ(latency.upper_us[30], 1U << 30);
  EXPECT_EQ(latency.upper_us[31], 0U);
}

TEST(LatencyTarget, TellsWhatWasCountedSinceTheLastAnswer) {
  targets::LatencyReader reader;
  std::vector<scx_latency> cids(2);
  cids[0].count[4] = 1000;  // of whoever watched before
  const auto at = [](int seconds) { return Clock::time_point(std::chrono::seconds(seconds)); };
  const auto first = reader.read(1, at(1), at(10), cids);
  EXPECT_EQ(first.interval_ms, 0U);
  EXPECT_THAT(first.count, ::testing::Each(0));
  cids[0].count[4] += 5;
  cids[1].count[4] += 2;
  cids[1].count[31] += 1;
  const auto next = reader.read(1, at(1), at(12), cids);
  EXPECT_EQ(next.interval_ms, 2000U);
  EXPECT_EQ(next.count[4], 7U);
  EXPECT_EQ(next.count[31], 1U);
  EXPECT_THAT(reader.read(1, at(1), at(13), cids).count, ::testing::Each(0));
  // The scheduler started again, with counters of its own, and counted from there on.
  cids = std::vector<scx_latency>(2);
  cids[0].count[3] = 6;
  const auto after = reader.read(2, at(14), at(15), cids);
  EXPECT_EQ(after.interval_ms, 1000U);
  EXPECT_EQ(after.count[3], 6U);
  EXPECT_EQ(after.count[4], 0U);
}

// A service with a scheduler behind it.
class OwnTargets : public ::testing::Test {
 protected:
  void serve(bool measures_latency = true) {
    add_own_targets(service_, current_, "scx_some", measures_latency);
    ASSERT_TRUE(service_.status());
  }
  stats::Handler open(const std::string& target) { return service_.targets().at(target)(); }
  bool has(const std::string& structure) {
    return service_.metadata().text.find("{\"name\":\"" + structure + "\"") != std::string::npos;
  }

  const Machine machine_ = whole(test::machine(cores(2, 1, 0)));
  CurrentSession current_;
  stats::Service service_;
};

TEST_F(OwnTargets, AreThereWithoutTheSchedulerDoingAnything) {
  service_.add<Counters>("top", [] { return Counters{}; });
  serve();
  for (const auto* name : {"Machine", "MachineCid", "Cids", "Latency"}) EXPECT_TRUE(has(name));
  // old clients start from the last struct with `top`
  const std::string metadata = service_.metadata().text;
  const auto top = metadata.find("\"top\"");
  EXPECT_EQ(top, metadata.rfind("\"top\""));
  EXPECT_LT(metadata.find("\"Counters\""), top);
  EXPECT_LT(top, metadata.find("\"Latency\""));
}

TEST_F(OwnTargets, LatencyIsThereOnlyWhereItIsMeasured) {
  serve(false);
  EXPECT_FALSE(service_.targets().contains("latency"));
  EXPECT_FALSE(has("Latency"));
  EXPECT_TRUE(has("Cids"));
}

TEST_F(OwnTargets, WhatTheSchedulerHasUnderTheirNamesGoesBefore) {
  service_.add<Counters>("machine", [] { return Counters{7}; });
  service_.add<Cids>("top", [] { return Cids{8}; });
  serve();
  EXPECT_EQ(open("machine")({})->text, R"({"local":7})");
  EXPECT_EQ(open("top")({})->text, R"({"mine":8})");
  EXPECT_FALSE(service_.targets().contains("cids"));
  EXPECT_TRUE(service_.targets().contains("latency"));
}

TEST_F(OwnTargets, AnswerBusyWhileThereIsNoScheduler) {
  serve();
  for (const auto* name : {"machine", "cids", "latency"}) {
    auto handler = open(name);
    EXPECT_EQ(handler({}).error().kind, ErrorKind::busy);
    FakeSession session(machine_);
    current_.begin(session);
    EXPECT_TRUE(handler({})) << name;
    current_.end();
    EXPECT_EQ(handler({}).error().kind, ErrorKind::busy);
  }
}

TEST_F(OwnTargets, CidsAreThoseOfThisMachine) {
  serve();
  FakeSession session(machine_);
  session.counts = {3, 4};
  current_.begin(session);
  const auto answer = open("cids")({});
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_THAT(answer->text, ::testing::HasSubstr(R"("nr_sched":[3,4])"));
}

TEST_F(OwnTargets, LatencyIsCountedAsLongAsAConnectionIsThereThatAsked) {
  serve();
  FakeSession session(machine_);
  current_.begin(session);
  auto machine = open("machine"), cids = open("cids");
  ASSERT_TRUE(machine({}) && cids({}));
  EXPECT_FALSE(session.counting);
  {
    auto one = open("latency");
    EXPECT_TRUE(session.counting);
    {
      auto two = open("latency");
      ASSERT_TRUE(two({}));
    }
    EXPECT_TRUE(session.counting);
  }
  EXPECT_FALSE(session.counting);
}

TEST_F(OwnTargets, ASchedulerThatStartsAgainIsToldThatSomebodyWatches) {
  serve();
  FakeSession before(machine_), after(machine_), last(machine_);
  current_.begin(before);
  {
    auto handler = open("latency");
    ASSERT_TRUE(handler({}));
    current_.end();
    current_.begin(after);
    EXPECT_TRUE(after.counting);
    after.waits[1].count[5] = 3;
    EXPECT_THAT(handler({})->text, ::testing::HasSubstr("\"count\":[0,0,0,0,0,3,0"));
    current_.end();
  }
  // gone while there was none
  current_.begin(last);
  EXPECT_FALSE(last.counting);
}

}  // namespace
}  // namespace scx::test
