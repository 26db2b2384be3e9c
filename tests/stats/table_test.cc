// SPDX-License-Identifier: GPL-2.0-only
#include "scx/stats/table.h"

#include <gtest/gtest.h>

#include "scx/stats/metrics.h"

namespace scx::stats::test {

struct Inside {
  int n = 0;
};
SCX_METRICS(Inside, "", gauge(&Inside::n, "n", ""));

struct Row {
  std::int32_t pid = 0;
  std::string comm;
  std::uint32_t cpu_id = 0;
  std::uint64_t slice = 0;
  Inside inside;
  std::vector<int> list;
};
SCX_METRICS(Row, "", gauge(&Row::pid, "pid", "").attribute("_column", "PID"),
            field(&Row::comm, "comm", "").attribute("_column", "COMM"),
            gauge(&Row::cpu_id, "cpu_id", "").attribute("_column", "CPU"),
            gauge(&Row::slice, "slice", ""), field(&Row::inside, "inside", ""),
            gauge(&Row::list, "list", ""));

struct Rows {
  std::vector<Row> rows;
};
SCX_METRICS(Rows, "", field(&Rows::rows, "rows", ""));

namespace {

Row row(std::int32_t pid, std::string comm, std::uint32_t cpu = 1, std::uint64_t slice = 500) {
  return {pid, std::move(comm), cpu, slice, {}, {}};
}

Table table() { return {Schema::of<Row>(), "rows"}; }

TEST(Table, TextsToTheLeftAndNumbersToTheRight) {
  Table shown = table();
  EXPECT_EQ(shown.render(to_json(Rows{{row(7, "make"), row(12345, "sh", 10)}}), 80).value(),
            "  PID  COMM  CPU  slice\n"
            "    7  make    1    500\n"
            "12345  sh     10    500\n");
}

TEST(Table, LeavesOutWhatDoesNotFitAndSaysSo) {
  Table shown = table();
  const Json answer = to_json(Rows{{row(12345, "make")}});
  EXPECT_EQ(shown.render(answer, 23).value(), "  PID  COMM  CPU  slice\n12345  make    1    500\n");
  EXPECT_EQ(shown.render(answer, 22).value(), "  PID  COMM  CPU …\n12345  make    1\n");
  EXPECT_EQ(shown.render(answer, 18).value(), "  PID  COMM  CPU …\n12345  make    1\n");
  EXPECT_EQ(shown.render(answer, 17).value(), "  PID  COMM …\n12345  make\n");
  EXPECT_EQ(shown.render(answer, 1).value(), "  PID …\n12345\n");
}

TEST(Table, WithoutATerminalHeadingsStandAtTheTopOnly) {
  Table shown = table();
  EXPECT_EQ(shown.render(to_json(Rows{}), 0).value(), "");
  EXPECT_EQ(shown.render(to_json(Rows{{row(1, "init")}}), 0).value(),
            "PID  COMM  CPU  slice\n  1  init    1    500\n");
  EXPECT_EQ(shown.render(to_json(Rows{{row(2, "kthreadd")}}), 0).value(),
            "  2  kthreadd    1    500\n");
}

TEST(Table, ColumnsStayAsWideAsTheyWere) {
  Table shown = table();
  ASSERT_TRUE(shown.render(to_json(Rows{{row(12345, "kthreadd")}}), 80));
  EXPECT_EQ(shown.render(to_json(Rows{{row(1, "init")}}), 80).value(),
            "  PID  COMM      CPU  slice\n    1  init        1    500\n");
}

TEST(Table, NothingForAnEmptyList) { EXPECT_EQ(table().render(to_json(Rows{}), 80).value(), ""); }

TEST(Table, ShowsWhatAnotherServerLeavesOutAsNotThere) {
  EXPECT_EQ(table().render({R"({"rows":[{"pid":1,"more":2},3]})"}, 0).value(),
            "PID  COMM  CPU  slice\n  1  -       -      -\n  -  -       -      -\n");
}

TEST(Table, ControlCharactersDoNotReachTheTerminal) {
  const std::string text = table().render(to_json(Rows{{row(1, "a\x1b[2Jb")}}), 0).value();
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(Table, RefusesAnAnswerWithoutTheList) {
  for (const char* answer : {"{}", "[]", R"({"rows":{}})", "nonsense"})
    EXPECT_EQ(table().render({answer}, 0).error().kind, ErrorKind::invalid) << answer;
}

}  // namespace
}  // namespace scx::stats::test
