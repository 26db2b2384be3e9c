// SPDX-License-Identifier: GPL-2.0-only
//
// guest_play: plays a workload file of scxsim's on the kernel that runs, or measures what the
// simulator wants to know of it. Writes one line of JSON.
#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "calibrate.h"
#include "player.h"
#include "quiet.h"
#include "scx/base/file.h"
#include "scx/stats/json.h"
#include "workload_file.h"

namespace scx::play {
namespace {

void write_times(stats::JsonWriter& out, const TaskTimes& times) {
  out.member("run_ns", times.run_ns);
  out.member("wait_ns", times.wait_ns);
  out.member("turns", times.turns);
}

std::string to_json(const Calibration& found) {
  stats::JsonWriter out;
  out.begin_object();
  out.member("turns_a_ms", found.turns_a_ms);
  out.member("hz", found.hz);
  out.member("tick_ns", found.tick_ns);
  out.member("context_switch_ns", found.context_switch_ns);
  out.member("wakeup_ns", found.wakeup_ns);
  out.member("interrupt_ns", found.interrupt_ns);
  out.member("kick_ns", found.kick_ns);
  out.end_object();
  return std::move(out).take().text;
}

void write_kind(stats::JsonWriter& out, const KindPlayed& kind) {
  out.begin_object();
  out.member("name", std::string_view(kind.name));
  out.member("tasks", kind.nr_tasks);
  write_times(out, kind.times);
  out.member("rounds", kind.rounds);
  out.key("latency_ns");
  out.begin_object();
  out.member("count", kind.latency.count());
  out.member("mean", kind.latency.mean());
  out.member("p99", kind.latency.percentile(990));
  out.member("max", kind.latency.max());
  out.end_object();
  out.end_object();
}

std::string to_json(const sim::Workload& workload, const Played& played) {
  stats::JsonWriter out;
  out.begin_object();
  out.member("workload", std::string_view(workload.name));
  out.member("measured_ns", played.measured_ns);
  out.key("kinds");
  out.begin_array();
  for (const KindPlayed& kind : played.kinds) write_kind(out, kind);
  out.end_array();
  out.key("others");
  out.begin_array();
  for (const OtherTask& task : played.others) {
    out.begin_object();
    out.member("comm", std::string_view(task.comm));
    out.member("nice", task.nice);
    out.member("policy", task.policy);
    write_times(out, task.times);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return std::move(out).take().text;
}

constexpr const char* kUsage =
    "usage: guest_play calibrate\n"
    "       guest_play FILE TURNS_A_MS WARMUP_MS DURATION_MS\n";

Result<std::string> run(const std::vector<std::string>& words) {
  if (words.size() == 1 && words[0] == "calibrate") {
    SCX_TRY(bench::wait_quiet());  // a guest that has just started has work of its own
    return to_json(SCX_TRY(calibrate()));
  }
  if (words.size() != 4) return fail(ErrorKind::usage, kUsage);
  u64 numbers[3];
  for (std::size_t at = 0; at < 3; ++at) {
    const auto number = parse_int(words[at + 1]);
    if (!number || *number < (at == 1 ? 0 : 1))
      return fail(ErrorKind::usage, fmt::format("'{}' is no such number", words[at + 1]), kUsage);
    numbers[at] = static_cast<u64>(*number);
  }
  sim::Workload workload = SCX_TRY(scxsim::read_workload(words[0]));
  workload.warmup_ns = numbers[1] * 1'000'000;
  workload.duration_ns = numbers[2] * 1'000'000;
  if (workload.warmup_ns >= workload.duration_ns)
    return fail(ErrorKind::usage, "the warm-up is as long as all of it");
  SCX_TRY(bench::wait_quiet());
  return to_json(workload, SCX_TRY(play(workload, numbers[0])));
}

}  // namespace
}  // namespace scx::play

int main(int argc, char** argv) {
  const auto text = scx::play::run({argv + 1, argv + argc});
  if (!text) {
    fmt::print(stderr, "guest_play: {}\n", text.error().message());
    std::_Exit(text.error().kind == scx::ErrorKind::usage ? 2 : 1);
  }
  fmt::print("{}\n", *text);
  std::fflush(stdout);
  std::_Exit(0);  // the tasks still run
}
