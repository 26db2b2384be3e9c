// SPDX-License-Identifier: GPL-2.0-only
#include "stats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <scx/stats/service.h>
#include <scx/stats/view.h>

namespace qmap::test {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;

constexpr std::uint64_t kSecond = 1'000'000'000;

// Eight cids: 0-2 and 7 the scheduler's own, 3 shared, 4-5 child 1's, 6 held by nobody here.
Reading partitioned() {
  Reading reading;
  reading.owners = {QMAP_SELF, QMAP_SELF, QMAP_SELF, QMAP_POOL, 1, 1, QMAP_NOBODY, QMAP_SELF};
  reading.partition.active = 1;
  reading.partition.at_ns = 100 * kSecond;
  reading.partition.window_ns = 10 * kSecond;
  reading.partition.nr_held = 7;
  reading.partition.nr_pool = 1;
  reading.partition.holder = 1;
  reading.partition.nr_children = 1;
  reading.parts[1].cgroup_id = 77;
  reading.parts[1].weight = 50;
  reading.parts[1].nr_cids = 2;
  reading.parts[1].alloc_ns = 25 * kSecond;
  reading.parts[1].dispatches = 1000;
  reading.parts[QMAP_SELF].weight = 100;
  reading.parts[QMAP_SELF].nr_cids = 4;
  reading.parts[QMAP_SELF].alloc_ns = 45 * kSecond;
  return reading;
}

TEST(QmapStats, CidTimeGoesOnBetweenTheChangesOfThePartition) {
  Reading reading = partitioned();
  bring_up_to_date(reading, 103 * kSecond);
  EXPECT_EQ(reading.parts[1].alloc_ns, (25 + 3 * 3) * kSecond);  // two cids and the shared one
  EXPECT_EQ(reading.parts[QMAP_SELF].alloc_ns, (45 + 3 * 4) * kSecond);
  EXPECT_EQ(reading.parts[0].alloc_ns, 0U);
  EXPECT_EQ(reading.partition.window_ns, 13 * kSecond);
  bring_up_to_date(reading, 103 * kSecond);  // twice at one time is once
  EXPECT_EQ(reading.parts[1].alloc_ns, 34 * kSecond);
}

TEST(QmapStats, NoTimePassesBeforeTheFirstPartitionOrBackwards) {
  Reading early;
  early.parts[QMAP_SELF].nr_cids = 8;
  bring_up_to_date(early, 200 * kSecond);
  EXPECT_EQ(early.parts[QMAP_SELF].alloc_ns, 0U);
  EXPECT_EQ(early.partition.window_ns, 0U);
  // BPF brought it up to date between the reading and the look at the clock.
  Reading late = partitioned();
  bring_up_to_date(late, 99 * kSecond);
  EXPECT_EQ(late.partition.window_ns, 10 * kSecond);
}

TEST(QmapStats, ParticipantsShareTheIntervalsCidTime) {
  Reading before = partitioned();
  Reading now = partitioned();
  now.parts[1].dispatches += 300;
  bring_up_to_date(now, 102 * kSecond);
  const Stats stats = compare(before, now);
  EXPECT_THAT(stats.participants, ElementsAre(Key("self"), Key("sub1")));
  const Participant& self = stats.participants.at("self");
  EXPECT_EQ(self.cgroup, 0U);
  EXPECT_EQ(self.weight, 100U);
  EXPECT_EQ(self.cids, "0-2,7");
  EXPECT_DOUBLE_EQ(self.time, 4);
  const Participant& child = stats.participants.at("sub1");
  EXPECT_EQ(child.cgroup, 77U);
  EXPECT_EQ(child.weight, 50U);
  EXPECT_EQ(child.cids, "4-5");
  EXPECT_DOUBLE_EQ(child.time, 3);
  EXPECT_DOUBLE_EQ(child.dispatches, 150);
  EXPECT_EQ(stats.pool, "3");
  EXPECT_EQ(stats.pool_holder, "sub1");
}

TEST(QmapStats, TheFirstAnswerIsAboutAllTimeSinceTheStart) {
  const Stats stats = compare(Reading{}, partitioned());
  EXPECT_DOUBLE_EQ(stats.participants.at("self").time, 4.5);
  EXPECT_DOUBLE_EQ(stats.participants.at("sub1").time, 2.5);
  EXPECT_DOUBLE_EQ(stats.participants.at("sub1").dispatches, 100);
}

TEST(QmapStats, AnotherChildInTheSamePlaceStartsAnew) {
  const Reading before = partitioned();
  Reading now = partitioned();
  now.partition.window_ns += 2 * kSecond;
  now.parts[1].cgroup_id = 78;
  now.parts[1].alloc_ns = 1 * kSecond;
  now.parts[1].dispatches = 10;
  const Stats stats = compare(before, now);
  EXPECT_DOUBLE_EQ(stats.participants.at("sub1").time, 0.5);
  EXPECT_DOUBLE_EQ(stats.participants.at("sub1").dispatches, 5);
}

// Time without children counts in the window as well, or the first child after a pause would seem
// to have had its cids for the whole pause.
TEST(QmapStats, AChildThatComesAfterAPauseIsMeasuredByTheIntervalAlone) {
  Reading before = partitioned();
  before.partition.active = 0;
  before.partition.nr_pool = 0;
  before.partition.holder = QMAP_SELF;
  before.parts[1] = {};
  before.parts[QMAP_SELF].nr_cids = 7;
  Reading now = before;
  bring_up_to_date(before, 200 * kSecond);  // read 100 s after the last change
  bring_up_to_date(now, 201 * kSecond);     // a second later a child comes
  now.partition.active = 1;
  now.parts[1].cgroup_id = 78;
  now.parts[1].weight = 100;
  now.parts[1].nr_cids = 3;
  now.parts[QMAP_SELF].nr_cids = 4;
  bring_up_to_date(now, 202 * kSecond);
  const Stats stats = compare(before, now);
  EXPECT_DOUBLE_EQ(stats.participants.at("sub1").time, 1.5);
  EXPECT_DOUBLE_EQ(stats.participants.at("self").time, 5.5);
}

TEST(QmapStats, WithoutSubSchedulersThereIsNoTable) {
  Reading now;
  now.owners.assign(4, QMAP_SELF);
  const Stats stats = compare(Reading{}, now);
  EXPECT_THAT(stats.participants, IsEmpty());
  EXPECT_EQ(stats.pool, "-");
  EXPECT_EQ(stats.pool_holder, "-");
}

TEST(QmapStats, QueuesShareWhatWasDispatchedSinceTheLastAnswer) {
  Reading before, now;
  for (std::size_t i = 0; i < QMAP_QUEUES; ++i) {
    before.counts.dispatched[i] = 1000;
    before.counts.enqueued[i] = 1000;
    now.counts.dispatched[i] = 1000 + (10u << i);  // 1:2:4:8:16
    now.counts.enqueued[i] = 1500;
    now.queued[i] = i;
  }
  const Stats stats = compare(before, now);
  EXPECT_EQ(stats.nr_queued, 10U);
  for (std::size_t i = 0; i < QMAP_QUEUES; ++i) {
    EXPECT_THAT(stats.queues[i].share, DoubleNear(100.0 * (1u << i) / 31, 1e-9));
    EXPECT_EQ(stats.queues[i].dispatched, 1000 + (10u << i));
    EXPECT_EQ(stats.queues[i].enqueued, 1500U);
    EXPECT_EQ(stats.queues[i].queued, i);
  }
  EXPECT_EQ(stats.queues[0].weights, "1-25");
  EXPECT_EQ(stats.queues[2].weights, "51-199");
  EXPECT_EQ(compare(now, now).queues[4].share, 0);
}

// Every counter of the BPF side has a number of its own, and it is served under the right name.
TEST(QmapStats, EachCounterIsServedAsItself) {
  Reading now;
  qmap_counts& c = now.counts;
  c.direct = 11;
  c.direct_from_enqueue = 12;
  c.dequeued = 13;
  c.core_sched_execed = 14;
  c.gone = 15;
  for (u32 i = 0; i < QMAP_REENQ_REASONS; ++i) c.reenqueued[i] = 20 + i;
  c.reenqueued_cid0 = 29;
  c.expedited_local = 31;
  c.expedited_remote = 32;
  c.expedited_lost = 33;
  c.expedited_from_timer = 34;
  c.lowpri = 41;
  c.rescued = 42;
  c.injected = 43;
  c.immed_forced = 44;
  c.withheld = 45;
  c.nr_highpri = 46;
  now.nr_tasks = 47;
  now.perf = {51, 52, 53, 54, 55, 56};
  const std::string json = scx::stats::to_json(compare(Reading{}, now)).text;
  for (
      const char* piece :
      {R"("direct":11)", R"("direct_from_enqueue":12)", R"("dequeued":13)", R"("core_sched":14)",
       R"("gone":15)", R"({"unknown":20,"kfunc":21,"immed":22,"preempted":23,"cap":24,"cid0":29})",
       R"("expedited":{"local":31,"remote":32,"lost":33,"timer":34})", R"("lowpri":41)",
       R"("rescued":42)", R"("injected":43)", R"("immed_forced":44)", R"("withheld":45)",
       R"("nr_highpri":46)", R"("nr_tasks":47)",
       R"("cpuperf":{"current":{"min":51,"avg":52,"max":53},"target":{"min":54,"avg":55,"max":56}})"})
    EXPECT_THAT(json, HasSubstr(piece));
}

TEST(QmapStats, PeopleSeeTables) {
  auto view = scx::stats::View::make(scx::stats::Schema::of<Stats>().json(), "Stats").value();
  const std::string text =
      view.render(scx::stats::to_json(compare(Reading{}, partitioned())), scx::stats::Seconds(0))
          .value();
  EXPECT_THAT(text, HasSubstr("  participants\n"
                              "          cgroup  weight  time  dispatches(/s)   cids\n"
                              "    self       0     100  4.50            0.00  0-2,7\n"
                              "    sub1      77      50  2.50          100.00    4-5\n"));
}

}  // namespace
}  // namespace qmap::test
