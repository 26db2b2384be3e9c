// SPDX-License-Identifier: GPL-2.0-only
//
// Lines from somebody who may be anybody: too deep, too many, spelled otherwise, no text at all.
#include "wire.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>

#include "scx/stats/match.h"
#include "scx/stats/openmetrics.h"
#include "scx/stats/table.h"
#include "scx/stats/view.h"

namespace scx::stats::test {
namespace {

using testing::HasSubstr;

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

std::string answer_of(std::string_view value) {
  return fmt::format(R"({{"errno":0,"args":{{"resp":{}}}}})", value);
}

std::string request_with(std::string_view value) {
  return fmt::format(R"({{"req":"stats","x":{}}})", value);
}

std::string value_of(std::string_view line) {
  const auto answer = wire::parse_answer(line);
  if (!answer) return "no answer: " + answer.error().message();
  return answer->err == 0 ? answer->value.text
                          : fmt::format("{}: {}", answer->err, answer->sentence);
}

TEST(Wire, ShallowIsUpToThirtyTwoBracketsOutsideOfStrings) {
  EXPECT_TRUE(is_shallow(nested(32)));
  EXPECT_FALSE(is_shallow(nested(33)));
  EXPECT_FALSE(is_shallow(std::string(33, '{')));
  EXPECT_TRUE(is_shallow(fmt::format("[{}[]]", std::string(500, '"'))));
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += nested(32);
  EXPECT_TRUE(is_shallow(wide));
  const std::string brackets(100, '[');
  EXPECT_TRUE(is_shallow(fmt::format("[\"{}\"]", brackets)));
  EXPECT_TRUE(is_shallow(fmt::format("[\"\\\"{}\"]", brackets)));
  EXPECT_FALSE(is_shallow(fmt::format("[\"\\\\\"{}]", brackets)));
  EXPECT_TRUE(is_shallow("\"\\"));
}

TEST(Wire, AnAnswersValueMayBeAsDeepAsThatAndNoDeeper) {
  EXPECT_EQ(value_of(answer_of(nested(kMaxJsonDepth))), nested(kMaxJsonDepth));
  const std::string refused =
      "no answer: brackets stand in each other more than 32 deep in an answer; is it a scheduler "
      "that listens there?";
  EXPECT_EQ(value_of(answer_of(nested(kMaxJsonDepth + 1))), refused);
  EXPECT_EQ(value_of(answer_of(nested(200'000))), refused);
  EXPECT_EQ(value_of(std::string(200'000, '{')),
            fmt::format("no answer: '{}' is no answer of a scheduler's statistics; is it a "
                        "scheduler that listens there?",
                        std::string(64, '{')));
  std::string objects;
  for (int i = 0; i < 200'000; ++i) objects += R"({"args":)";
  EXPECT_EQ(value_of(objects), refused);
}

TEST(Wire, ARequestTooDeepIsToldSo) {
  for (const std::size_t depth : {33u, 30'000u, 200'000u}) {
    const auto request = wire::parse_request(request_with(nested(depth)));
    ASSERT_FALSE(request);
    EXPECT_EQ(request.error().message(),
              "brackets stand in each other more than 32 deep in the request");
  }
  EXPECT_TRUE(wire::parse_request(request_with(nested(31))));
}

TEST(Wire, WhatIsTooDeepIsNoMetadataAndNoStatistics) {
  const Json deep{fmt::format(R"({{"A":{}}})", nested(200'000))};
  const Json sound{R"({"A":{"top":"true","fields":{"A":{"datum":"u64"}}}})"};
  EXPECT_FALSE(describe(deep));
  EXPECT_FALSE(View::make(deep));
  EXPECT_FALSE(View::make(sound)->render(deep, Seconds(1)));
  EXPECT_FALSE(OpenMetrics::make(sound, {})->render(deep));
  EXPECT_FALSE(Table::make(sound, "A", "A")->render(deep, 80));
  EXPECT_FALSE(match(sound, "a", deep));
  EXPECT_TRUE(View::make(sound)->render({R"({"A":1})"}, Seconds(1)));
}

TEST(Wire, AnAnswerInAnySpellingKeepsTheOrderOfItsMembers) {
  EXPECT_EQ(
      value_of(R"( { "args" : {"other": {"resp": 1}, "resp" : { "z" : [1, -2, 1.50, 1e3],)"
               R"( "a":null,	"m": {"t":true,"f":false},"":"é\u00e9\n\/"} }, "errno": 0 } )"),
      R"({"z":[1,-2,1.50,1e3],"a":null,"m":{"t":true,"f":false},"":"éé\n/"})");
  EXPECT_EQ(value_of(answer_of("18446744073709551615")), "18446744073709551615");
  EXPECT_EQ(value_of(answer_of("-9223372036854775808")), "-9223372036854775808");
  EXPECT_EQ(value_of(answer_of(R"("text")")), R"("text")");
  EXPECT_EQ(value_of(answer_of("[[],{},[{}]]")), "[[],{},[{}]]");
}

TEST(Wire, NamesInErrorsAreExcerpts) {
  EXPECT_EQ(describe({R"({"\u001b[2J":1})"}).error().message(),
            "the statistics' metadata do not say what is in ?[2J");
  EXPECT_LT(describe({fmt::format(R"({{"{}":1}})", std::string(10'000, 'x'))}).error().what.size(),
            200u);
}

TEST(Wire, ControlCharactersOfAValueAreEscaped) {
  EXPECT_EQ(value_of(answer_of("[\"\x7f\xc2\x80\xc2\x9f\xc2\xa0\\u009b\\n\"]")),
            "[\"\\u007f\\u0080\\u009f\xc2\xa0\\u009b\\n\"]");
}

TEST(Wire, OfMembersOfOneNameTheLastCounts) {
  EXPECT_EQ(value_of(R"({"errno":5,"errno":0,"args":{"resp":[1],"resp":2}})"), "2");
  EXPECT_EQ(value_of(R"({"errno":0,"args":{"resp":1},"args":{"resp":{"a":2}}})"), R"({"a":2})");
  EXPECT_THAT(value_of(R"({"errno":0,"args":{"resp":1},"args":{}})"), HasSubstr("is no answer"));
  EXPECT_THAT(value_of(R"({"errno":0,"args":{"resp":1},"errno":"x"})"), HasSubstr("is no answer"));
}

TEST(Wire, AnErrorHasItsNumberAndWhateverWasSaid) {
  EXPECT_EQ(value_of(R"({"errno":2,"args":{"resp":"no \"x\""}})"), R"(2: no "x")");
  EXPECT_EQ(value_of(R"({"errno":2,"args":{"resp":{"b":1,"a":2}}})"), R"(2: {"b":1,"a":2})");
  EXPECT_EQ(value_of(R"({"errno":-5,"args":{"resp":"x"}})"), "22: x");
  EXPECT_EQ(value_of(R"({"errno":18446744073709551615,"args":{"resp":"x"}})"), "22: x");
}

TEST(Wire, LinesThatAreNoAnswer) {
  const std::string_view wrong[] = {
      "",
      "7",
      "[]",
      "{}",
      R"("errno")",
      R"([{"errno":0,"args":{"resp":1}}])",
      R"({"errno":0})",
      R"({"errno":0,"args":1})",
      R"({"errno":0,"args":{}})",
      R"({"errno":0,"args":["resp",1]})",
      R"({"errno":0,"args":{"x":{"resp":1}}})",
      R"({"errno":0,"x":{"args":{"resp":1}}})",
      R"({"errno":0,"args":[{"resp":1}]})",
      R"({"errno":0.5,"args":{"resp":1}})",
      R"({"errno":"0","args":{"resp":1}})",
      R"({"errno":0,"args":{"resp":1}}x)",
      R"({"errno":0,"args":{"resp":1}})"
      R"({"errno":0,"args":{"resp":1}})",
      R"({"errno":0,"args":{"resp":1)",
      R"({"errno":0,"args":{"resp":1e999}})",
      "{\"errno\":0,\"args\":{\"resp\":\"\xff\"}}",
  };
  for (const std::string_view line : wrong)
    EXPECT_THAT(value_of(line), HasSubstr("is no answer")) << line;
}

TEST(Wire, ANulIsNoEnd) {
  using namespace std::string_literals;
  EXPECT_THAT(value_of(answer_of("1") + "\0rest"s), HasSubstr("is no answer"));
  EXPECT_THAT(value_of(answer_of("1\0,"s)), HasSubstr("is no answer"));
  EXPECT_FALSE(wire::parse_request("{\"req\":\"stats\"}\0}"s));
  EXPECT_FALSE(describe({"{}\0"s}));
}

TEST(Wire, WhatIsQuotedIsTextAndKeepsWholeCharacters) {
  EXPECT_EQ(wire::excerpt("a\x1b[2J\tb\x7f"), "a?[2J?b?");
  EXPECT_EQ(wire::excerpt("\xff\xfe\x80 \x9b"
                          "1m \xc2\x9b"
                          "1m"),
            "??? ?1m ?1m");
  // Too long for what they say, half of a pair, beyond the last, cut short.
  EXPECT_EQ(wire::excerpt("\xc0\x8a \xe0\x80\x8a \xf0\x80\x80\x8a"), "?? ??? ????");
  EXPECT_EQ(wire::excerpt("\xed\xa0\x80 \xf4\x90\x80\x80 \xf5\x80\x80\x80 \xe2\x82"),
            "??? ???? ???? ??");
  EXPECT_EQ(wire::excerpt("é € 日本 \xf0\x9f\x98\x80"), "é € 日本 \xf0\x9f\x98\x80");
  EXPECT_EQ(wire::excerpt("aé", 2), "a");
  EXPECT_EQ(wire::excerpt("aé", 3), "aé");
  EXPECT_EQ(wire::excerpt("€€", 5), "€");
  EXPECT_EQ(wire::excerpt("\xf0\x9f\x98\x80", 3), "");
  EXPECT_EQ(wire::excerpt(std::string(100, '\x80')), std::string(64, '?'));
  EXPECT_EQ(value_of("\xff\x1b[31m"),
            "no answer: '??[31m' is no answer of a scheduler's statistics; is it a scheduler that "
            "listens there?");
}

// The least of some runs, of this thread's own time.
template <typename Work>
double cpu_seconds(int runs, const Work& work) {
  const auto now = [] {
    timespec at{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return static_cast<double>(at.tv_sec) + 1e-9 * static_cast<double>(at.tv_nsec);
  };
  double least = 1e9;
  for (int run = 0; run < runs; ++run) {
    const double begin = now();
    work();
    least = std::min(least, now() - begin);
  }
  return least;
}

std::string object_of(int count, std::string_view value) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += fmt::format("{}\"{:06}\":{}", i == 0 ? '{' : ',', i, value);
  return text += '}';
}

// Sixteen times as much may take sixteen times as long, not 256 times.
template <typename Work>
void expect_linear(const Work& work) {
  const double one = cpu_seconds(5, [&] { work(1'000); });
  EXPECT_LT(cpu_seconds(2, [&] { work(16'000); }), 64 * one);
}

Json with_fields(int count) {
  return {fmt::format(R"({{"A":{{"fields":{}}}}})", object_of(count, R"({"datum":""})"))};
}

TEST(Growth, ManyMembersOfAnAnswer) {
  expect_linear([](int count) {
    const std::string all = object_of(count, "1");
    ASSERT_EQ(value_of(fmt::format(R"({{ "errno": 0, "args": {{"resp": {}}}}})", all)), all);
  });
}

TEST(Growth, ManyFieldsAndManyStructs) {
  expect_linear([](int count) { ASSERT_TRUE(describe(with_fields(count))); });
  expect_linear([](int count) { ASSERT_TRUE(describe({object_of(count, R"({"fields":{}})")})); });
}

TEST(Growth, ManyFieldsToMatch) {
  expect_linear(
      [](int count) { ASSERT_TRUE(match(with_fields(count), "a", {object_of(count, "1")})); });
}

}  // namespace
}  // namespace scx::stats::test
