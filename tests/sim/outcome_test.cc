// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>

#include "kernel.h"

namespace scx::sim {
namespace {

TEST(Histogram, IsExactWhereItCanBeAndThreePercentAboveElsewhere) {
  Histogram all;
  EXPECT_EQ(all.percentile(500), 0u);
  for (u64 value = 1; value <= 100'000; ++value) all.add(value);
  EXPECT_EQ(all.count(), 100'000u);
  EXPECT_EQ(all.max(), 100'000u);
  EXPECT_DOUBLE_EQ(all.mean(), 50'000.5);
  for (const int per_mille : {100, 500, 900, 990, 999}) {
    const u64 exact = static_cast<u64>(per_mille) * 100, found = all.percentile(per_mille);
    EXPECT_GE(found, exact);
    EXPECT_LE(found, exact + exact / 31);
  }
  EXPECT_EQ(all.percentile(1000), 100'000u);
  Histogram small;
  for (const u64 value : {3, 7, 7, 31}) small.add(value);
  EXPECT_EQ(small.percentile(250), 3u);
  EXPECT_EQ(small.percentile(750), 7u);
}

TEST(Histogram, HasRoomForEveryValue) {
  Histogram all;
  all.add(~0ull);
  all.add(0);
  EXPECT_EQ(all.percentile(500), 0u);
  EXPECT_EQ(all.percentile(1000), ~0ull);
}

TEST(Format, TakesEachArgumentAsAWord) {
  const u64 words[] = {static_cast<u64>(-5), 1ull << 40, 255, reinterpret_cast<u64>("name")};
  EXPECT_EQ(format_words("%d %llu 0x%016llx %s 100%%", words, sizeof(words)),
            "-5 1099511627776 0x00000000000000ff name 100%");
  EXPECT_EQ(format_words("%d and no more: %d", words, 8), "-5 and no more: ");
  EXPECT_EQ(format_words("%", words, 8), "");
}

TEST(Weights, AreTheKernels) {
  EXPECT_EQ(weight_of(0), 100u);
  EXPECT_EQ(weight_of(-20), 8668u);
  EXPECT_EQ(weight_of(19), 1u);
  EXPECT_EQ(weight_of(5), 33u);
}

}  // namespace
}  // namespace scx::sim
