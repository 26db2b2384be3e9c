// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>

#include "clients.h"
#include "support.h"

namespace scx::stats::load {

Outcome passers(const std::string& path, int visits, Clock::time_point until) {
  Outcome outcome;
  const auto start = Clock::now();
  for (int i = 0; i < visits && outcome.trouble.empty(); ++i) {
    std::this_thread::sleep_until(start + (until - start) * i / visits);
    test::RawClient client(path);
    if (!client.connected()) outcome.trouble = "a visitor cannot connect";
    if (i % 3 == 0) continue;
    if (!client.send("{\"req\":\"stats\"}\n")) outcome.trouble = "a visitor's request is not taken";
    if (i % 3 == 1) continue;
    ++outcome.asked;
    const auto asked_at = Clock::now();
    const std::string answer = client.line();
    outcome.longest = std::max(outcome.longest, Clock::now() - asked_at);
    if (!answer.starts_with(R"({"errno":0,"args":{"resp":{"n":1,)"))
      outcome.trouble = "a visitor was answered " + answer;
    else
      ++outcome.answered;
  }
  return outcome;
}

}  // namespace scx::stats::load
