// SPDX-License-Identifier: GPL-2.0-only
//
// Twice the machine costs about twice as much, in counts that are the same on every run:
// allocations, the most memory held at a time, basic blocks passed. A sort's N log N is a little
// more than twice; anything quadratic is four times.
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "big_machines.h"

namespace scx::test {

// How GoogleTest names them in lists and failures.
static void PrintTo(Family family, std::ostream* out) { *out << name(family); }
static void PrintTo(const Step& step, std::ostream* out) { *out << step.name; }

namespace {

constexpr double kMostGrowth = 2.3;
constexpr int kFrom = 512;  // below, what does not grow with the machine weighs most
constexpr std::int64_t kMostBytes = 64 << 20;

class Growth : public ::testing::TestWithParam<std::tuple<Family, Step>> {};

// `fixed`: what a step may cost whatever the machine, so that small counts may jump.
void expect_growth(const char* what, std::int64_t half, std::int64_t whole, std::int64_t fixed) {
  EXPECT_LE(static_cast<double>(whole), kMostGrowth * static_cast<double>(half + fixed))
      << what << " went from " << half << " to " << whole;
}

TEST_P(Growth, IsLinear) {
  const auto& [family, step] = GetParam();
  Cost half;
  for (int cpus = kFrom; cpus <= kMostCpus; cpus *= 2) {
    SCOPED_TRACE(std::to_string(cpus) + " CPUs");
    const Inputs inputs(family, cpus);
    const Cost cost = measure(inputs, step);
    if (cpus > kFrom) {
      expect_growth("allocations", half.allocations, cost.allocations, 16);
      expect_growth("bytes", half.peak_bytes, cost.peak_bytes, 1024);
      expect_growth("basic blocks", half.blocks, cost.blocks, 1000);
    }
    half = cost;
  }
  RecordProperty("allocations", std::to_string(half.allocations));
  RecordProperty("peak_bytes", std::to_string(half.peak_bytes));
  RecordProperty("basic_blocks", std::to_string(half.blocks));
}

INSTANTIATE_TEST_SUITE_P(Of, Growth,
                         ::testing::Combine(::testing::ValuesIn(kFamilies),
                                            ::testing::ValuesIn(kSteps)),
                         [](const auto& of) {
                           return std::string(std::get<1>(of.param).name) + "_" +
                                  std::string(name(std::get<0>(of.param)));
                         });

TEST(Memory, OfTheLargestMachineIsBounded) {
  for (const Family family : kFamilies) {
    SCOPED_TRACE(name(family));
    const Cost cost = measure(Inputs(family, kMostCpus), kSteps.back());
    EXPECT_GT(cost.peak_bytes, std::int64_t{kMostCpus} * 16);  // it was counted
    EXPECT_LE(cost.peak_bytes, kMostBytes);
  }
}

TEST(Meter, CountsWhatIsTaken) {
  const Meter meter;
  {
    std::vector<char> first(1000), second(500);
    EXPECT_NE(first.data(), second.data());
  }
  EXPECT_EQ(meter.cost().allocations, 2);
  EXPECT_GE(meter.cost().peak_bytes, 1500);
  EXPECT_LE(meter.cost().peak_bytes, 2500);
#ifdef SCXX_COUNTS_BLOCKS
  (void)parse_cpu_list("0-3").value();
  EXPECT_GT(meter.cost().blocks, 10);
#endif
}

}  // namespace
}  // namespace scx::test
