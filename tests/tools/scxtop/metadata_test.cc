// SPDX-License-Identifier: GPL-2.0-only
//
// Statistics of schedulers that nobody here has heard of.
#include "metadata.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace scx::scxtop::test {
namespace {

constexpr char kMetadata[] = R"({
  "Inner": {"name": "Inner", "fields": {"z": {"datum": "u64"}, "a": {"datum": "float"},
            "n": {"datum": "u64", "user": {"_kind": "counter", "_column": "NR"}}}},
  "Old": {"name": "Old", "top": "true", "fields": {"x": {"datum": "u64"}}},
  "Top": {"name": "Top", "top": "true", "fields": {
     "zulu": {"datum": "u64", "user": {"_kind": "counter"}},
     "alpha": {"datum": "float", "user": {"_unit": "%"}},
     "mode": {"datum": "string"},
     "queued": {"array": "u64"},
     "one": {"datum": {"struct": "Inner"}},
     "doms": {"dict": {"key": "u64", "datum": {"struct": "Inner"}}}}}})";

constexpr char kBefore[] = R"({"zulu": 100, "alpha": 1.5, "mode": "eco", "queued": [1, 2],
  "one": {"z": 1, "a": 2, "n": 10},
  "doms": {"9": {"z": 9, "a": 0.5, "n": 5}, "10": {"z": 10, "a": 1.5, "n": 500}}})";
constexpr char kNow[] =
    R"({"zulu": 150, "alpha": 2.5, "mode": "fast", "queued": [3, 4], "untold": 1,
  "one": {"z": 1, "a": 2, "n": 30},
  "doms": {"9": {"z": 9, "a": 0.5, "n": 10}, "10": {"z": 10, "a": 1.5, "n": 100}}})";

Stats stats_of(const char* metadata, const char* now, const char* before) {
  const Metadata known = Metadata::read({metadata});
  return read_stats(known, known.top(), parse({now}), parse({before}), 2);
}

std::vector<std::string> names(const Stats& stats) {
  std::vector<std::string> found;
  for (const Metric& metric : stats.metrics) found.push_back(metric.name);
  return found;
}

TEST(Metadata, TheLastStructWithTopIsShownInTheAuthorsOrder) {
  const Stats stats = stats_of(kMetadata, kNow, kBefore);
  EXPECT_EQ(names(stats),
            (std::vector<std::string>{"zulu", "alpha", "mode", "one.z", "one.a", "one.n"}));
}

TEST(Metadata, CountersAreRatesAndLevelsAreLevels) {
  const Stats stats = stats_of(kMetadata, kNow, kBefore);
  EXPECT_EQ(stats.metrics[0].value.number, 25);
  EXPECT_EQ(stats.metrics[0].value.unit, "/s");
  EXPECT_EQ(stats.metrics[1].value.number, 2.5);
  EXPECT_EQ(stats.metrics[1].value.unit, "%");
  EXPECT_EQ(stats.metrics[2].value.text, "fast");
  EXPECT_EQ(stats.metrics[5].value.number, 10);
}

TEST(Metadata, ACounterHasNoRateAtFirstAndNoneAfterARestart) {
  EXPECT_EQ(stats_of(kMetadata, kNow, "null").metrics[0].value.number, std::nullopt);
  EXPECT_EQ(stats_of(kMetadata, kBefore, kNow).metrics[0].value.number, std::nullopt);
}

TEST(Metadata, ListsAndDictionariesAreTables) {
  const Stats stats = stats_of(kMetadata, kNow, kBefore);
  ASSERT_EQ(stats.tables.size(), 2u);
  EXPECT_EQ(stats.tables[0].title, "queued");
  EXPECT_EQ(stats.tables[0].headings, (std::vector<std::string>{"", "0", "1"}));
  ASSERT_EQ(stats.tables[0].rows.size(), 1u);
  EXPECT_EQ(stats.tables[0].rows[0].values[1].text, "4");
  const Table& doms = stats.tables[1];
  EXPECT_EQ(doms.headings, (std::vector<std::string>{"", "z", "a", "NR"}));
  ASSERT_EQ(doms.rows.size(), 2u);
  EXPECT_EQ(doms.rows[0].name, "9");  // by number, not by letter
  EXPECT_EQ(doms.rows[0].values[2].number, 2.5);
  EXPECT_EQ(doms.rows[1].name, "10");
  EXPECT_EQ(doms.rows[1].values[2].number, std::nullopt);  // went backwards
}

TEST(Metadata, ValuesAreShownWhereMetadataTellNothing) {
  for (const char* metadata : {"null", "[]", "{}", "no JSON", R"({"Top": 3})", R"({"Top": {}})",
                               R"({"Top": {"fields": []}})"}) {
    const Stats stats = stats_of(metadata, R"({"b": 2, "a": 1})", "null");
    EXPECT_EQ(names(stats), (std::vector<std::string>{"a", "b"})) << metadata;
  }
}

TEST(Metadata, MisshapenMetadataAndAnswersDoNoHarm) {
  const char* const odd[] = {
      "null",
      "[]",
      "3",
      "\"x\"",
      R"({"zulu": "text", "alpha": [], "mode": {}, "queued": 3})",
      R"({"zulu": null, "doms": [1, 2], "queued": {"a": {"b": 1}}, "one": [{"z": 1}, 2]})",
      R"({"doms": {"1": 2, "x": [1], "y": {"z": {}}}, "queued": [[], {}, "a", null]})"};
  for (const char* now : odd)
    for (const char* before : odd) stats_of(kMetadata, now, before);
  for (const char* field :
       {"3", "null", "[]", R"({"datum": 3})", R"({"dict": 3})", R"({"user": []})",
        R"({"user": {"_kind": 3}})", R"({"dict": {"datum": {"struct": {}}}})"}) {
    const std::string metadata =
        std::string(R"({"T": {"top": "true", "fields": {"a": )") + field + "}}}";
    EXPECT_LE(stats_of(metadata.c_str(), R"({"a": 1})", "null").metrics.size(), 1u) << field;
  }
}

TEST(Metadata, StructsInsideThemselvesEnd) {
  const char* metadata =
      R"({"T": {"top": "true", "fields": {"t": {"datum": {"struct": "T"}}, "n": {"datum": "u64"}}}})";
  std::string value = R"({"n": 1})";
  for (int i = 0; i < 100; ++i) value = R"({"n": 1, "t": )" + value + "}";
  EXPECT_LT(names(stats_of(metadata, value.c_str(), "null")).size(), 10u);
}

}  // namespace
}  // namespace scx::scxtop::test
