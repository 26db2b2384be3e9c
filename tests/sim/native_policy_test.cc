// SPDX-License-Identifier: GPL-2.0-only
//
// Loading the shared object of a policy.
#include "scx/sim/native_policy.h"

#include <gmock/gmock.h>

#include "support.h"

namespace scx::sim::test {
namespace {

using testing::HasSubstr;

const Machine& small() {
  static const Machine four = whole(machine(cores(4, 1, 0)));
  return four;
}
std::filesystem::path file(const char* name) {
  return std::filesystem::path(SCXX_POLICIES) / (std::string(name) + ".sim.so");
}

TEST(NativePolicy, SaysWhatIsNotOne) {
  EXPECT_EQ(NativePolicy::load("/nonexistent.so", small()).error().kind, ErrorKind::missing);
  EXPECT_THAT(NativePolicy::load("/proc/self/exe", small()).error().message(),
              HasSubstr("cannot load the policy"));
  EXPECT_THAT(NativePolicy::load("/etc/passwd", small()).error().message(),
              HasSubstr("is no shared object"));
  EXPECT_FALSE(NativePolicy::load("/etc", small()));
}

TEST(NativePolicy, HasOneArenaAtATime) {
  const auto first = NativePolicy::load(file("simple"), small());
  ASSERT_TRUE(first) << first.error().message();
  const auto second = NativePolicy::load(file("lavd"), small());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::busy);
}

TEST(NativePolicy, KnowsItsKnobs) {
  const auto policy = NativePolicy::load(file("lavd"), small());
  ASSERT_TRUE(policy) << policy.error().message();
  EXPECT_TRUE((*policy)->set_knob("slice_max_ns", "2000000"));
  EXPECT_TRUE((*policy)->set_knob("no_preemption", "true"));
  const Status unknown = (*policy)->set_knob("slice_max", "1");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::usage);
  EXPECT_THAT(unknown.error().message(), HasSubstr("slice_max_ns"));
  for (const char* value : {"x", "", "256", "-129"})
    EXPECT_EQ((*policy)->set_knob("no_preemption", value).error().kind, ErrorKind::invalid)
        << value;
}

TEST(NativePolicy, IsFreshAtEachLoad) {
  const Workload work = workload(200 * kMs, {tasks("a", 6, {run(kMs), sleep(kMs)})});
  std::vector<u64> events;
  for (int i = 0; i < 3; ++i) {
    const auto policy = NativePolicy::load(file("lavd"), small());
    ASSERT_TRUE(policy) << policy.error().message();
    events.push_back(simulated(small(), **policy, work).nr_events);
  }
  EXPECT_EQ(events[0], events[1]);
  EXPECT_EQ(events[0], events[2]);
}

TEST(NativePolicy, IsFreshAfterAReloadAndKeepsItsKnobs) {
  const Workload work = workload(200 * kMs, {tasks("a", 6, {run(kMs), sleep(kMs)})});
  const auto events_of = [&](NativePolicy& policy) {
    return simulated(small(), policy, work).nr_events;
  };
  const auto fresh = [&](const char* slice_ns) {
    const auto policy = NativePolicy::load(file("lavd"), small());
    EXPECT_TRUE((*policy)->set_knob("slice_max_ns", slice_ns));
    return events_of(**policy);
  };
  const u64 expected = fresh("600000");
  EXPECT_NE(expected, fresh("5000000"));
  const auto policy = NativePolicy::load(file("lavd"), small());
  ASSERT_TRUE((*policy)->set_knob("slice_max_ns", "600000"));
  events_of(**policy);
  ASSERT_TRUE((*policy)->reload(small()));
  EXPECT_EQ(events_of(**policy), expected);
}

}  // namespace
}  // namespace scx::sim::test
