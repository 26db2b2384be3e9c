// SPDX-License-Identifier: GPL-2.0-only
//
// What scxtop's tests share.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "draw.h"
#include "metadata.h"
#include "model.h"
#include "read.h"
#include "scx/stats/service.h"

namespace scx::scxtop::test {

// Two rounds of a service, two seconds apart, without a socket and without a clock.
inline Model model_of(const stats::Service& service) {
  Model model;
  model.socket = "/run/test";
  model.seen = true;
  model.connected_s = 75;
  const Metadata metadata = Metadata::read(service.metadata());
  const auto ask = [&](const char* target, int rounds) {
    std::vector<Tree> answers(2);
    const auto found = service.targets().find(target);
    if (found == service.targets().end()) {
      model.lacking[target] = "unknown target";
      return answers;
    }
    stats::Handler handler = found->second();
    for (int i = 2 - rounds; i < 2; ++i) {
      const auto answer = handler({});
      EXPECT_TRUE(answer.has_value());
      if (answer) answers[static_cast<std::size_t>(i)] = parse(*answer);
    }
    return answers;
  };
  const auto ask_stats = [&](const char* target, std::string_view name) {
    const std::vector<Tree> answers = ask(target, 2);
    return answers[1].is_null()
               ? std::nullopt
               : std::optional(read_stats(metadata, name, answers[1], answers[0], 2));
  };
  model.machine = read_machine(ask("machine", 1)[1]);
  model.top = ask_stats("top", metadata.top());
  model.domains = ask_stats("domains", "Domains");
  model.cids = read_cids(ask("cids", 1)[1]);
  model.latency = read_latency(ask("latency", 1)[1]);
  model.tasks = read_tasks(ask("sched_samples", 1)[1]);
  return model;
}

// The lines as text, without the spaces at their ends.
inline std::string text_of(const Lines& lines) {
  std::string text;
  for (const Line& line : lines) {
    std::string one = line.text();
    one.erase(one.find_last_not_of(' ') + 1);
    text += one + "\n";
  }
  return text;
}

// Whether a terminal can be given the lines: as many and as long as the size allows, and no
// character in them that a terminal would obey.
inline void expect_fits(const Lines& lines, Size size) {
  EXPECT_LE(lines.size(), size.rows);
  for (const Line& line : lines) {
    EXPECT_LE(line.columns(), size.columns) << line.text();
    for (const char c : line.text()) {
      EXPECT_GE(static_cast<unsigned char>(c), 0x20) << line.text();
      EXPECT_NE(c, 0x7f) << line.text();
    }
    EXPECT_EQ(line.text().find("\xc2\x9b"), std::string::npos);  // CSI as one character
  }
}

inline constexpr Size kSizes[] = {{24, 80}, {60, 200}, {10, 40}, {3, 12}, {4, 20}, {1, 1},
                                  {2, 3},   {0, 0},    {1, 80},  {80, 1}, {5, 7}};

}  // namespace scx::scxtop::test
