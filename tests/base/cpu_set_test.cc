// SPDX-License-Identifier: GPL-2.0-only
#include "scx/base/cpu_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

namespace scx {
namespace {

using ::testing::HasSubstr;

CpuSet list(std::string_view text, std::int32_t max_cpu = kMaxCpu) {
  auto set = parse_cpu_list(text, max_cpu);
  EXPECT_TRUE(set) << text << ": " << (set ? "" : set.error().message());
  return set.value_or(CpuSet{});
}

std::string list_error(std::string_view text, std::int32_t max_cpu = kMaxCpu) {
  auto set = parse_cpu_list(text, max_cpu);
  EXPECT_FALSE(set) << text << " gave " << to_cpu_list(set.value_or(CpuSet{}));
  EXPECT_TRUE(set || set.error().kind == ErrorKind::invalid);
  return set ? "" : set.error().what;
}

std::string mask_error(std::string_view text, std::int32_t max_cpu = kMaxCpu) {
  auto set = parse_cpu_mask(text, max_cpu);
  EXPECT_FALSE(set) << text << " gave " << to_cpu_list(set.value_or(CpuSet{}));
  return set ? "" : set.error().what;
}

// Sets of many shapes: empty, dense, sparse, far from 0, in runs.
struct Sample {
  std::set<std::int32_t> plain;
  CpuSet set;
};

Sample random_sample(std::mt19937& random) {
  const auto below = [&](std::int32_t n) {
    return static_cast<std::int32_t>(random() % static_cast<unsigned>(n));
  };
  Sample sample;
  // Near 0, somewhere, or over the whole range with wide gaps.
  const std::int32_t where = below(4);
  const std::int32_t base = where == 1 ? below(kMaxCpu - 300) : 0;
  const std::int32_t width = where == 2 ? kMaxCpu + 1 : 1 + below(300);
  for (std::int32_t n = below(40); n > 0; --n) {
    const std::int32_t first = base + below(width), run = below(3) == 0 ? below(20) : 0;
    for (std::int32_t cpu = first; cpu <= std::min(first + run, kMaxCpu); ++cpu) {
      sample.plain.insert(cpu);
      sample.set.insert(CpuId{cpu});
    }
  }
  if (below(8) == 0) {
    const std::int32_t first = base + below(width), last = std::min(first + below(2000), kMaxCpu);
    for (std::int32_t cpu = first; cpu <= last; ++cpu) sample.plain.insert(cpu);
    sample.set.insert_range(CpuId{first}, CpuId{last});
  }
  for (std::int32_t n = below(8); n > 0; --n) {
    std::int32_t cpu = base + below(width);
    const auto there = sample.plain.lower_bound(cpu);
    if (there != sample.plain.end()) cpu = *there;
    sample.plain.erase(cpu);
    sample.set.erase(CpuId{cpu});
  }
  return sample;
}

std::set<std::int32_t> members(const CpuSet& set) {
  std::set<std::int32_t> plain;
  for (CpuId cpu : set) plain.insert(cpu.value());
  return plain;
}

TEST(CpuSet, HoldsWhatWasInserted) {
  CpuSet set = CpuSet::of({5, 200, 0});
  EXPECT_EQ(set.count(), 3U);
  EXPECT_TRUE(set.contains(CpuId{200}));
  EXPECT_FALSE(set.contains(CpuId{199}));
  EXPECT_FALSE(set.contains(CpuId{}));
  EXPECT_EQ(set.first(), CpuId{0});
  EXPECT_EQ(set.last(), CpuId{200});
  EXPECT_EQ(set.next(CpuId{5}), CpuId{200});
  EXPECT_EQ(set.next(CpuId{200}), CpuId{});
  EXPECT_EQ(set.next(CpuId{INT32_MAX}), CpuId{});
}

TEST(CpuSet, TheEmptySetHasNoFirstAndNoLast) {
  const CpuSet set;
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set.first(), CpuId{});
  EXPECT_EQ(set.last(), CpuId{});
  EXPECT_EQ(set.begin(), set.end());
}

TEST(CpuSet, NoneIsNoMember) {
  CpuSet set;
  set.insert(CpuId{});
  set.insert_range(CpuId{-3}, CpuId{5});
  set.insert_range(CpuId{5}, CpuId{4});
  set.erase(CpuId{});
  EXPECT_TRUE(set.empty());
}

TEST(CpuSet, EqualityDoesNotDependOnHistory) {
  CpuSet set = CpuSet::of({3, 9000});
  set.erase(CpuId{9000});
  EXPECT_EQ(set, CpuSet::of({3}));
  set.erase(CpuId{3});
  EXPECT_EQ(set, CpuSet{});
}

TEST(CpuSet, CopiesAndMovesAreIndependent) {
  std::mt19937 random{4};
  for (int round = 0; round < 2000; ++round) {
    const Sample a = random_sample(random), b = random_sample(random);
    CpuSet copy = a.set;
    copy.insert(CpuId{70000});
    ASSERT_EQ(members(a.set), a.plain);
    copy.erase(CpuId{70000});
    ASSERT_EQ(copy, a.set);
    CpuSet moved = std::move(copy);
    ASSERT_EQ(moved, a.set);
    copy = b.set;
    std::swap(copy, moved);
    ASSERT_EQ(copy, a.set);
    ASSERT_EQ(moved, b.set);
    copy = moved;
    ASSERT_EQ(copy, b.set);
    moved.clear();
    ASSERT_TRUE(moved.empty());
    ASSERT_EQ(moved, CpuSet{});
  }
}

TEST(CpuSet, TakesItselfAsTheOther) {
  std::mt19937 random{5};
  for (int round = 0; round < 500; ++round) {
    const CpuSet set = random_sample(random).set;
    CpuSet joined = set, cut = set, left = set;
    joined |= joined;
    cut &= cut;
    left -= left;
    ASSERT_EQ(joined, set);
    ASSERT_EQ(cut, set);
    ASSERT_TRUE(left.empty());
  }
}

TEST(CpuSet, AgreesWithASetOfNumbers) {
  std::mt19937 random{1};
  for (int round = 0; round < 5000; ++round) {
    const Sample a = random_sample(random), b = random_sample(random);
    ASSERT_EQ(members(a.set), a.plain);
    ASSERT_EQ(a.set.count(), a.plain.size());
    std::set<std::int32_t> both, either = a.plain, left = a.plain;
    either.insert(b.plain.begin(), b.plain.end());
    for (std::int32_t cpu : b.plain) {
      if (left.erase(cpu) == 1) both.insert(cpu);
    }
    ASSERT_EQ(members(a.set | b.set), either);
    ASSERT_EQ(members(a.set & b.set), both);
    ASSERT_EQ(members(a.set - b.set), left);
    ASSERT_EQ(a.set.intersects(b.set), !both.empty());
    ASSERT_EQ(a.set.contains_all(b.set), both.size() == b.plain.size());
    ASSERT_EQ((a.set - b.set) | (a.set & b.set), a.set);
    ASSERT_EQ(a.set == b.set, a.plain == b.plain);
    ASSERT_EQ(a.set.first().value(), a.plain.empty() ? -1 : *a.plain.begin());
    ASSERT_EQ(a.set.last().value(), a.plain.empty() ? -1 : *a.plain.rbegin());
    for (std::int32_t cpu : b.plain) {
      ASSERT_EQ(a.set.contains(CpuId{cpu}), a.plain.contains(cpu));
      const auto above = a.plain.upper_bound(cpu);
      ASSERT_EQ(a.set.next(CpuId{cpu}).value(), above == a.plain.end() ? -1 : *above);
    }
    // The order in which numbers come and go makes no difference.
    std::vector<std::int32_t> order(a.plain.begin(), a.plain.end());
    std::shuffle(order.begin(), order.end(), random);
    CpuSet again;
    for (std::int32_t cpu : order) again.insert(CpuId{cpu});
    ASSERT_EQ(again, a.set);
    for (std::int32_t cpu : order) again.erase(CpuId{cpu});
    ASSERT_EQ(again, CpuSet{});
  }
}

TEST(CpuList, ReadsWhatTheKernelWrites) {
  EXPECT_EQ(list("0-3,8"), CpuSet::of({0, 1, 2, 3, 8}));
  EXPECT_EQ(list(" 0\n"), CpuSet::of({0}));
  EXPECT_EQ(list(""), CpuSet{});
  EXPECT_EQ(list("\n"), CpuSet{});
  EXPECT_EQ(list("8,0-3,2"), list("0-3,8"));
  EXPECT_EQ(list("65535").count(), 1U);
}

TEST(CpuList, ReadsPatterns) {
  EXPECT_EQ(list("0-31:2/4"), list("0-1,4-5,8-9,12-13,16-17,20-21,24-25,28-29"));
  EXPECT_EQ(list("1-6:1/2"), list("1,3,5"));
  EXPECT_EQ(list("0-4:3/4"), list("0-2,4"));
  EXPECT_EQ(list("0-9:4/4"), list("0-9"));
  EXPECT_EQ(list("0-9:0/4"), CpuSet{});
}

TEST(CpuList, TheGreatestLimitIsNoTrap) {
  EXPECT_EQ(to_cpu_list(parse_cpu_list("2147483647", INT32_MAX).value()), "2147483647");
  EXPECT_EQ(parse_cpu_list("2147483640-2147483647:2/4", INT32_MAX).value(),
            list("2147483640-2147483641,2147483644-2147483645", INT32_MAX));
}

TEST(CpuList, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(list_error("3-1,99999999999"),
            "cannot read '3-1,99999999999' as a CPU list: the range 3-1, which runs backwards, at "
            "character 1");
  EXPECT_EQ(list_error("0,99999999999"),
            "cannot read '0,99999999999' as a CPU list: a number above the limit of 65535 at "
            "character 3");
  EXPECT_THAT(list_error("8", 7), HasSubstr("the limit of 7 at character 1"));
  EXPECT_THAT(list_error("0-3,x"), HasSubstr("'x' where a number was expected at character 5"));
  EXPECT_THAT(list_error("0-3,"), HasSubstr("the end where a number was expected at character 5"));
  EXPECT_THAT(list_error("0 1"), HasSubstr("' ' where ',' or the end was expected at character 2"));
  EXPECT_THAT(list_error("0-31:2"), HasSubstr("where '/' was expected at character 7"));
  EXPECT_THAT(list_error("0-31:5/4"), HasSubstr("takes 5 of every 4"));
  EXPECT_THAT(list_error("0-31:0/0"), HasSubstr("at character 6"));
  for (const char* bad :
       {"-1", "-", ",", "1-", "0--3", "0x3", "1:1/2", "0-3:/4", "0-3:1/", "\x01\xff", "1,,2"})
    EXPECT_THAT(list_error(bad), HasSubstr("at character"));
}

TEST(CpuList, NamesTheCure) {
  EXPECT_THAT(parse_cpu_list("x").error().message(), HasSubstr("; expected something like 0-3,8"));
}

TEST(CpuMask, ReadsWhatTheKernelWrites) {
  EXPECT_EQ(parse_cpu_mask("ff,00000000").value(), list("32-39"));
  EXPECT_EQ(parse_cpu_mask("00000000,0000ffff\n").value(), list("0-15"));
  EXPECT_EQ(parse_cpu_mask("0").value(), CpuSet{});
  EXPECT_EQ(parse_cpu_mask("8000000A").value(), list("1,3,31"));
}

TEST(CpuMask, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(mask_error(""),
              HasSubstr("the end where a hexadecimal digit was expected at character 1"));
  EXPECT_THAT(mask_error("ff,0"), HasSubstr("a word of 1 digits, where 8 are, at character 4"));
  EXPECT_THAT(mask_error("123456789"),
              HasSubstr("a word of 9 digits, where at most 8 are, at character 1"));
  EXPECT_THAT(mask_error("ff,"), HasSubstr("at character 4"));
  EXPECT_THAT(mask_error("0xff"),
              HasSubstr("'x' where ',' or the end was expected at character 2"));
  EXPECT_THAT(mask_error("1,00000000", 31), HasSubstr("CPU 32, above the limit of 31,"));
}

TEST(CpuMask, LeadingZerosAboveTheLimitAreFine) {
  EXPECT_EQ(parse_cpu_mask("00000000,00000000,00000003", 1).value(), list("0-1"));
}

TEST(CpuSetText, ReadingWhatWasPrintedGivesTheSet) {
  std::mt19937 random{2};
  for (int round = 0; round < 5000; ++round) {
    const CpuSet set = random_sample(random).set;
    ASSERT_EQ(list(to_cpu_list(set)), set);
    const auto mask = parse_cpu_mask(to_cpu_mask(set));
    ASSERT_TRUE(mask) << mask.error().what;
    ASSERT_EQ(*mask, set);
    ASSERT_EQ(to_cpu_list(*mask), to_cpu_list(set));
  }
}

TEST(CpuMask, TheHighestCpuCounts) {
  EXPECT_THAT(mask_error("00000000,00000005,00000000", 32),
              HasSubstr("CPU 34, above the limit of 32, at character 10"));
  EXPECT_EQ(parse_cpu_mask("00000000,00000001,00000000", 32).value(), list("32"));
}

TEST(CpuSetText, NoTextMakesTheParsersCrash) {
  constexpr std::string_view kAlphabet = "0123456789abf,-:/ \nx";
  std::mt19937 random{3};
  int taken = 0;
  for (int round = 0; round < 50000; ++round) {
    std::string text;
    for (auto length = random() % 12; length > 0; --length)
      text += kAlphabet[random() % kAlphabet.size()];
    if (const auto set = parse_cpu_list(text)) {
      ASSERT_EQ(list(to_cpu_list(*set)), *set) << text;
      ++taken;
    }
    if (const auto set = parse_cpu_mask(text)) {
      ASSERT_EQ(parse_cpu_mask(to_cpu_mask(*set)).value(), *set) << text;
      ++taken;
    }
  }
  EXPECT_GT(taken, 1000);
}

}  // namespace
}  // namespace scx
