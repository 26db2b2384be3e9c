// SPDX-License-Identifier: GPL-2.0-only
//
// How the CPU time is divided among hogs of different nice values.
#include <chrono>
#include <cmath>
#include <numeric>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "hog.h"
#include "load.h"

namespace load {
namespace {

using std::chrono::duration;
using std::chrono::nanoseconds;
using std::chrono::seconds;

struct Group {
  int nice = 0;
  int parts = 0;  // of the CPU time, among the parts of all
  Hogs hogs;
  nanoseconds time{};
};

// NICE:PARTS
Group parse_group(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) wrong_usage(fmt::format("'{}' is not NICE:PARTS", text));
  return {number(text.substr(0, colon)), number(text.substr(colon + 1)), {}, {}};
}

// The time that each gets from now on, for so long.
void measure(std::vector<Group>& groups, seconds length) {
  for (Group& group : groups) group.time = -cpu_time(group.hogs);
  std::this_thread::sleep_for(length);
  for (Group& group : groups) group.time += cpu_time(group.hogs);
}

bool near(double seen, double wanted, int tolerance) {
  return std::abs(seen - wanted) <= wanted * tolerance / 100;
}

}  // namespace

// guest_load shares [ext] [one] SECONDS TOLERANCE NICE:PARTS…: saturating hogs of each nice value,
// or one of each, get CPU time in these parts, each within TOLERANCE per cent of it.
int shares(Arguments arguments) {
  const bool ext = take(arguments, "ext");
  const int each = take(arguments, "one") ? 1 : saturating_hogs();
  if (arguments.size() < 4)
    wrong_usage("shares [ext] [one] SECONDS TOLERANCE NICE:PARTS NICE:PARTS…");
  const seconds length(number(arguments[0]));
  const int tolerance = number(arguments[1]);
  std::vector<Group> groups;
  for (const std::string& text : arguments.subspan(2)) groups.push_back(parse_group(text));
  for (Group& group : groups) group.hogs = make_hogs(each, {.nice = group.nice, .ext = ext});
  std::this_thread::sleep_for(seconds(1));  // until all have had a turn
  measure(groups, length);

  duration<double> all{};
  int parts = 0;
  for (const Group& group : groups) all += group.time, parts += group.parts;
  int status = 0;
  for (const Group& group : groups) {
    const double seen = duration<double>(group.time) / all;
    const double wanted = static_cast<double>(group.parts) / parts;
    const bool good = near(seen, wanted, tolerance);
    fmt::print("nice {:3}: {:6.2f} % of {:.1f} s, {:6.2f} % wanted{}\n", group.nice, 100 * seen,
               all.count(), 100 * wanted, good ? "" : ": WRONG");
    if (!good) status = 1;
  }
  return status;
}

// guest_load renice [ext] SECONDS TOLERANCE NICE NICE: among saturating hogs of each nice value,
// one more changes from one value to the other and back. Each time it gets, from then on, what a
// hog of its new value gets.
int renice(Arguments arguments) {
  const bool ext = take(arguments, "ext");
  if (arguments.size() != 4) wrong_usage("renice [ext] SECONDS TOLERANCE NICE NICE");
  const seconds length(number(arguments[0]));
  const int tolerance = number(arguments[1]);
  std::vector<Group> groups;
  for (const std::string& nice : arguments.subspan(2)) {
    groups.push_back({number(nice), 0, {}, {}});
    groups.back().hogs = make_hogs(saturating_hogs(), {.nice = number(nice), .ext = ext});
  }
  groups.push_back({0, 0, make_hogs(1, {.nice = groups[0].nice, .ext = ext}), {}});
  const Group& mover = groups.back();
  std::this_thread::sleep_for(seconds(1));
  int status = 0;
  for (const int at : {0, 1, 0, 1}) {
    mover.hogs.front()->set_nice(groups[at].nice);
    measure(groups, length);
    const duration<double> seen = mover.time;
    const auto wanted = duration<double>(groups[at].time) / saturating_hogs();
    const bool good = near(seen.count(), wanted.count(), tolerance);
    fmt::print("at nice {:3} it got {:.3f} s; others there {:.3f} s, elsewhere {:.3f} s{}\n",
               groups[at].nice, seen.count(), wanted.count(),
               (duration<double>(groups[1 - at].time) / saturating_hogs()).count(),
               good ? "" : ": WRONG");
    if (!good) status = 1;
  }
  return status;
}

}  // namespace load
