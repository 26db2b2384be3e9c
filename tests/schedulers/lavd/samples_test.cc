// SPDX-License-Identifier: GPL-2.0-only
//
// Samples of scheduled tasks, read from made-up rings.
#include "samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <scx/stats/table.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>

#include "stats.h"

namespace lavd {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kSlots = 8;

// What BPF would write.
class Ring {
 public:
  Ring() : slots_(kSlots) {}

  // Sample n, from 0 on, taken on CPU `cpu`.
  void take(s32 cpu) {
    const std::uint64_t n = sys_.sample_head;
    lavd_sample& slot = slots_[n % kSlots];
    slot = {};
    slot.pid = static_cast<s32>(1000 + n);
    slot.cpu_id = cpu;
    slot.seq = n + 1;
    __atomic_store_n(&sys_.sample_head, n + 1, __ATOMIC_RELEASE);
  }
  void take_many(int count) {
    while (count-- > 0) take(0);
  }

  SampleRing ring() { return {sys_, slots_}; }
  lavd_sys& sys() { return sys_; }
  std::vector<lavd_sample>& slots() { return slots_; }

 private:
  lavd_sys sys_ = {};
  std::vector<lavd_sample> slots_;
};

std::vector<s32> pids(const std::vector<lavd_sample>& samples) {
  std::vector<s32> found;
  for (const lavd_sample& sample : samples) found.push_back(sample.pid);
  return found;
}

// A client, and the pids that it gets.
class Client {
 public:
  explicit Client(std::shared_ptr<Sampling> sampling) : reader_(std::move(sampling)) {}
  std::vector<s32> ask(Ring& ring, int wanted) {
    const auto answer = reader_.read(ring.ring(), {{"nr_samples", std::to_string(wanted)}});
    std::vector<s32> found;
    for (const SchedSample& sample : answer.value().samples) found.push_back(sample.pid);
    return found;
  }

 private:
  SampleReader reader_;
};

TEST(LavdRing, NewestFirst) {
  Ring ring;
  ring.take_many(3);
  EXPECT_THAT(pids(read_slots(ring.slots(), 0, 3)), ElementsAre(1002, 1001, 1000));
  EXPECT_THAT(pids(read_slots(ring.slots(), 2, 3)), ElementsAre(1002));
  EXPECT_THAT(pids(read_slots(ring.slots(), 3, 3)), IsEmpty());
}

TEST(LavdRing, ThatWrappedHasTheLast) {
  Ring ring;
  ring.take_many(21);
  EXPECT_THAT(pids(read_slots(ring.slots(), 0, 21)),
              ElementsAre(1020, 1019, 1018, 1017, 1016, 1015, 1014, 1013));
}

TEST(LavdRing, LeavesOutWhatIsBeingWritten) {
  Ring ring;
  ring.take_many(4);
  ring.slots()[1].seq = 0;               // not yet complete
  ring.slots()[2].seq = 2 + kSlots + 1;  // overwritten since
  EXPECT_THAT(pids(read_slots(ring.slots(), 0, 4)), ElementsAre(1003, 1000));
  // Taken, but nothing of it is there yet.
  EXPECT_THAT(pids(read_slots(ring.slots(), 3, 6)), ElementsAre(1003));
}

// A writer that never rests: what is read is whole, whatever it does.
TEST(LavdRing, NeverGivesHalfASample) {
  std::vector<lavd_sample> slots(2);
  std::atomic<bool> done = false;
  std::atomic<std::uint64_t> head = 0;
  std::thread writer([&] {
    for (std::uint64_t n = 0; !done; ++n) {
      lavd_sample& slot = slots[n % slots.size()];
      __atomic_store_n(&slot.seq, 0, __ATOMIC_SEQ_CST);
      __atomic_store_n(&slot.slice_wall, n, __ATOMIC_RELEASE);
      __atomic_store_n(&slot.dsq_id, n, __ATOMIC_RELEASE);
      __atomic_store_n(&slot.seq, n + 1, __ATOMIC_RELEASE);
      head = n + 1;
    }
  });
  std::size_t seen = 0;
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (seen < 1000 && std::chrono::steady_clock::now() < end) {
    for (const lavd_sample& sample : read_slots(slots, 0, head)) {
      ++seen;
      ASSERT_EQ(sample.slice_wall, sample.seq - 1);
      ASSERT_EQ(sample.dsq_id, sample.seq - 1);
    }
  }
  done = true;
  writer.join();
  EXPECT_GE(seen, 1000U);
}

TEST(LavdSamples, OneOfEachCpuFirstThenTheNewest) {
  Ring ring;
  for (const s32 cpu : {1, 1, 0, 0, 2, 0}) ring.take(cpu);
  const auto all = read_slots(ring.slots(), 0, 6);
  EXPECT_THAT(pids(choose(all, 1)), ElementsAre(1005));
  EXPECT_THAT(pids(choose(all, 3)), ElementsAre(1001, 1004, 1005));
  EXPECT_THAT(pids(choose(all, 4)), ElementsAre(1001, 1003, 1004, 1005));
  EXPECT_THAT(pids(choose(all, 100)), ElementsAre(1000, 1001, 1002, 1003, 1004, 1005));
}

TEST(LavdSamples, ARequestKeepsSamplingUp) {
  Ring ring;
  Client client(std::make_shared<Sampling>());
  ring.take_many(1);
  const std::uint64_t before = monotonic_ns();
  client.ask(ring, 1);
  EXPECT_GE(ring.sys().sampling_until_ns, before + 3'000'000'000);
  EXPECT_LE(ring.sys().sampling_until_ns, monotonic_ns() + 3'000'000'000);
}

TEST(LavdSamples, TheFirstToAskWaitsForSamplesOfNow) {
  Ring ring;
  ring.take_many(3);  // from some time when somebody watched
  std::thread bpf([&] {
    std::this_thread::sleep_for(20ms);
    ring.take_many(2);
  });
  Client client(std::make_shared<Sampling>());
  EXPECT_THAT(client.ask(ring, 2), ElementsAre(1003, 1004));
  bpf.join();
}

TEST(LavdSamples, WhereNothingHappensTheWaitIsShortAndTheFirstOnly) {
  Ring ring;
  const auto sampling = std::make_shared<Sampling>();
  Client first(sampling), second(sampling);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(first.ask(ring, 4), IsEmpty());
  const auto waited = std::chrono::steady_clock::now();
  EXPECT_GE(waited - begin, 100ms);
  EXPECT_LT(waited - begin, 2s);
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(first.ask(ring, 4), IsEmpty());
    EXPECT_THAT(second.ask(ring, 4), IsEmpty());
  }
  EXPECT_LT(std::chrono::steady_clock::now() - waited, 1s);
}

TEST(LavdSamples, ClientsDoNotTakeSamplesFromEachOther) {
  Ring ring;
  const auto sampling = std::make_shared<Sampling>();
  Client first(sampling), second(sampling);
  first.ask(ring, 1);
  ring.take_many(3);
  EXPECT_THAT(first.ask(ring, 5), ElementsAre(1000, 1001, 1002));
  EXPECT_THAT(first.ask(ring, 5), IsEmpty());
  EXPECT_THAT(second.ask(ring, 2), ElementsAre(1001, 1002));
  ring.take_many(2);
  EXPECT_THAT(second.ask(ring, 5), ElementsAre(1003, 1004));
  EXPECT_THAT(first.ask(ring, 1), ElementsAre(1004));
  EXPECT_THAT(first.ask(ring, 5), IsEmpty());  // what it did not want is not kept
}

TEST(LavdSamples, AfterAPauseNothingOldIsTold) {
  Ring ring;
  Client client(std::make_shared<Sampling>());
  client.ask(ring, 1);
  ring.take_many(3);
  ring.sys().sampling_until_ns = monotonic_ns() - 1;  // three seconds have passed
  EXPECT_THAT(client.ask(ring, 5), IsEmpty());
}

TEST(LavdSamples, Argument) {
  EXPECT_EQ(wanted_samples({}).value(), 1U);
  EXPECT_EQ(wanted_samples({{"target", "sched_samples"}}).value(), 1U);
  EXPECT_EQ(wanted_samples({{"nr_samples", "1"}}).value(), 1U);
  EXPECT_EQ(wanted_samples({{"nr_samples", "4096"}}).value(), 4096U);
}

TEST(LavdSamples, ArgumentThatIsNone) {
  for (const char* wrong : {"", "0", "-1", "4097", "1.5", "x", "0x10", "18446744073709551617",
                            "99999999999999999999"}) {
    const auto refused = wanted_samples({{"nr_samples", wrong}});
    ASSERT_FALSE(refused) << wrong;
    // Which the server answers with errno 22.
    EXPECT_EQ(refused.error().kind, scx::ErrorKind::invalid);
    EXPECT_EQ(refused.error().message(), "nr_samples is no whole number; give one from 1 to 4096");
  }
}

// A client is told, and nothing is sampled for it.
TEST(LavdSamples, AWrongRequestStartsNothing) {
  Ring ring;
  SampleReader reader(std::make_shared<Sampling>());
  EXPECT_FALSE(reader.read(ring.ring(), {{"nr_samples", "many"}}));
  EXPECT_EQ(ring.sys().sampling_until_ns, 0U);
}

TEST(LavdSamples, LettersOfStat) {
  lavd_sample sample = {};
  EXPECT_EQ(to_stats(sample).stat, "RITE");
  sample.flags = LAVD_IS_LAT_CRITICAL | LAVD_IS_PERF_CRITICAL | LAVD_ON_BIG | LAVD_IS_GREEDY;
  EXPECT_EQ(to_stats(sample).stat, "LHBG");
  sample.flags = LAVD_IS_LAT_CRITICAL | LAVD_ON_BIG;
  EXPECT_EQ(to_stats(sample).stat, "LIBE");
}

TEST(LavdSamples, UtilisationsAreServedInPercent) {
  lavd_sample sample = {};
  sample.cpu_util_wall = 1024;
  sample.steal_util_invr = 256;
  sample.cpuperf_cur = 512;
  const SchedSample served = to_stats(sample);
  EXPECT_EQ(served.cpu_util_wall, 100U);
  EXPECT_EQ(served.steal_util_invr, 25U);
  EXPECT_EQ(served.cpuperf_cur, 512U);
}

TEST(LavdSamples, ACpuThatIsNoneIsTheOneThatItRanOn) {
  lavd_sample sample = {};
  sample.cpu_id = 3;
  sample.prev_cpu_id = 2;
  sample.suggested_cpu_id = sample.warm_cpu_id = -1;
  const SchedSample served = to_stats(sample);
  EXPECT_EQ(served.prev_cpu_id, 2U);
  EXPECT_EQ(served.suggested_cpu_id, 3U);
  EXPECT_EQ(served.warm_cpu_id, 3U);
}

TEST(LavdSamples, ANameThatFillsItsPlace) {
  lavd_sample sample = {};
  std::memcpy(sample.comm, "0123456789abcdef", LAVD_COMM);
  EXPECT_EQ(to_stats(sample).comm, "0123456789abcdef");
}

TEST(LavdSamples, TableHasTheColumnsThatUsersKnow) {
  lavd_sample sample = {};
  sample.pid = 4321;
  std::strcpy(sample.comm, "make");
  scx::stats::Table table(scx::stats::Schema::of<SchedSample>(), "samples");
  const auto answer = scx::stats::to_json(SchedSamples{{to_stats(sample)}});
  EXPECT_EQ(table.render(answer, 80).value(),
            "MSEQ   PID  COMM  STAT  CPU  PRV_CPU  SUG_CPU  WKER_PID  WKER_COMM  SLC_NS …\n"
            "   0  4321  make  RITE    0        0        0         0                  0\n");
}

}  // namespace
}  // namespace lavd
