// SPDX-License-Identifier: GPL-2.0-only
//
// The three kinds of clients. Each function runs on a thread of its own until `until`, and does not
// end the program: it returns what it saw.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace scx::stats::load {

using Clock = std::chrono::steady_clock;

struct Outcome {
  std::uint64_t asked = 0;
  std::uint64_t answered = 0;  // rightly
  Clock::duration longest{};   // from a request until its answer
  std::string trouble;         // the first thing that went wrong
};

// So many connections, each asking once a second, spread evenly over it.
Outcome crowd(const std::string& path, int clients, Clock::time_point until);

// So many connections one after the other, spread over the time: some ask and read, some ask and
// leave, some say nothing.
Outcome passers(const std::string& path, int visits, Clock::time_point until);

// So many clients at once, each of one of five kinds: lines of garbage, half a line, lines of 100
// MB, silence, and requests without end whose answers it does not read. Asked: lines of 100 MB
// begun, of which none was taken whole; answered: those refused.
Outcome rude(const std::string& path, int clients, Clock::time_point until);

}  // namespace scx::stats::load
