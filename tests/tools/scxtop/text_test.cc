// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include <gtest/gtest.h>

#include <limits>

#include "line.h"

namespace scx::scxtop::test {
namespace {

TEST(Text, NothingThatATerminalObeysIsLeft) {
  EXPECT_EQ(clean("\x1b[31mred\x1b]0;title\x07"), "?[31mred?]0;title?");
  EXPECT_EQ(clean("a\tb\nc\rd\x7f"), "a?b?c?d?");
  EXPECT_EQ(clean("\xc2\x9b[2J"), "?[2J");  // U+009B, CSI as one character
  EXPECT_EQ(clean(std::string_view("a\0b", 3)), "a?b");
}

TEST(Text, BytesThatAreNoUtf8AreQuestionMarks) {
  EXPECT_EQ(clean("\xff\xfe"), "??");
  EXPECT_EQ(clean("ab\xe2\x96"), "ab??");   // cut in the middle, as the kernel cuts comm
  EXPECT_EQ(clean("\xc0\xaf"), "??");       // a longer form of '/'
  EXPECT_EQ(clean("\xed\xa0\x80"), "???");  // half of a surrogate pair
}

TEST(Text, CharactersWithoutWidthAreLeftOut) {
  EXPECT_EQ(clean("e\xcc\x81x"), "ex");                // a combining accent
  EXPECT_EQ(clean("\xe2\x80\xaegnp.exe"), "gnp.exe");  // from right to left
}

TEST(Text, WidthIsInColumns) {
  EXPECT_EQ(width("abc"), 3u);
  EXPECT_EQ(width("▁█×…"), 4u);
  EXPECT_EQ(width("日本"), 4u);
  EXPECT_EQ(clean("日本"), "日本");
}

TEST(Text, FitsIntoColumns) {
  EXPECT_EQ(fit("abcdef", 6), "abcdef");
  EXPECT_EQ(fit("abcdef", 5), "abcd…");
  EXPECT_EQ(fit("abcdef", 1), "…");
  EXPECT_EQ(fit("abcdef", 0), "");
  EXPECT_EQ(fit("日本語", 4), "日…");  // half a character does not fit
  EXPECT_EQ(left("日本語", 4), "日… ");
  EXPECT_EQ(left("ab", 4), "ab  ");
  EXPECT_EQ(right("ab", 4), "  ab");
}

TEST(Text, AsciiIsAsWide) {
  const std::string text = "· ▁▂▃▄▅▆▇█ × … ≥ 8 µs 日本 é";
  EXPECT_EQ(to_ascii(text), ". 12345678 x ~ > 8 us ???? ?");
  EXPECT_EQ(to_ascii(text).size(), width(text));
}

TEST(Text, NumbersAreShort) {
  EXPECT_EQ(short_number(0), "0");
  EXPECT_EQ(short_number(7480), "7480");
  EXPECT_EQ(short_number(12.34), "12.3");
  EXPECT_EQ(short_number(0.25), "0.250");
  EXPECT_EQ(short_number(12345), "12.3k");
  EXPECT_EQ(short_number(999999), "1.00M");
  EXPECT_EQ(short_number(-1234567), "-1.23M");
  EXPECT_EQ(short_number(18446744073709551615.0), "18.4E");
  EXPECT_EQ(short_number(1e300), "1e+300");
  EXPECT_EQ(short_number(std::numeric_limits<double>::infinity()), "-");
  EXPECT_EQ(short_number(std::numeric_limits<double>::quiet_NaN()), "-");
  for (double number = 1e-9; number < 1e40; number *= 1.37)
    EXPECT_LE(short_number(number).size(), 7u) << number;
}

TEST(Text, ClockTimes) {
  EXPECT_EQ(clock_text(0), "0:00");
  EXPECT_EQ(clock_text(75.9), "1:15");
  EXPECT_EQ(clock_text(3600 * 25 + 61), "25:01:01");
  EXPECT_EQ(clock_text(-1), "-");
  EXPECT_EQ(clock_text(1e300), "-");
}

TEST(Lines, AreCutAtAColumnAndKeepTheirStyles) {
  Line line("ab");
  line.add("cd", Style::high).add("ef", Style::high).add("\x1b", Style::dim);
  EXPECT_EQ(line.columns(), 7u);
  ASSERT_EQ(line.spans().size(), 3u);
  EXPECT_EQ(line.spans()[1].text, "cdef");
  EXPECT_EQ(line.spans()[2].text, "?");
  line.cut(4);
  EXPECT_EQ(line.text(), "abc…");
  EXPECT_EQ(line.spans()[1].style, Style::high);
  EXPECT_EQ(line.columns(), 4u);
}

}  // namespace
}  // namespace scx::scxtop::test
