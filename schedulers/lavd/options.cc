// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <utility>

namespace lavd {
namespace {

using scx::CpuId;
using scx::ErrorKind;
using scx::fail;
using scx::Result;
using scx::Status;

constexpr std::uint64_t kSecondUs = 1'000'000;
// More than any kernel has (NR_CPUS is at most 8192 so far); keeps a mistyped range short.
constexpr std::uint64_t kMaxCpu = 65'535;

std::optional<std::uint64_t> whole(std::string_view text) {
  std::uint64_t value = 0;
  const auto end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

struct Switch {
  std::string_view option;
  bool given;
};

// --no-core-compaction stands with the modes that compact, as each decides it by itself.
Status one_mode(const Options& o) {
  const Switch switches[] = {{"--autopilot", o.autopilot},
                             {"--autopower", o.autopower},
                             {"--performance", o.performance},
                             {"--balanced", o.balanced},
                             {"--powersave", o.powersave},
                             {"--no-core-compaction", o.no_core_compaction && !o.performance}};
  const Switch* first = nullptr;
  for (const Switch& one : switches) {
    if (!one.given) continue;
    if (first)
      return fail(ErrorKind::usage,
                  fmt::format("{} and {} exclude each other", first->option, one.option));
    first = &one;
  }
  return {};
}

void choose_mode(const Options& o, Settings& settings) {
  if (o.performance) settings.mode = LAVD_PERFORMANCE;
  if (o.powersave) settings.mode = LAVD_POWERSAVE;
  if (o.autopower)
    settings.power = PowerChoice::autopower;
  else if (o.performance || o.balanced || o.powersave || o.no_core_compaction)
    settings.power = PowerChoice::fixed;
  settings.core_compaction = !o.performance && !o.no_core_compaction;
}

Status slices(const Options& o, Settings& settings) {
  if (o.slice_min_us > o.slice_max_us)
    return fail(ErrorKind::usage,
                fmt::format("--slice-min-us ({}) is larger than --slice-max-us ({})",
                            o.slice_min_us, o.slice_max_us));
  if (o.pinned_slice_us.empty()) {
    settings.pinned_slice_us = std::clamp(settings.pinned_slice_us, o.slice_min_us, o.slice_max_us);
    return {};
  }
  const auto pinned = whole(o.pinned_slice_us);
  if (!pinned || (*pinned != 0 && (*pinned < o.slice_min_us || *pinned > o.slice_max_us)))
    return fail(ErrorKind::usage,
                fmt::format("--pinned-slice-us: '{}' is neither 0 nor a whole number from "
                            "--slice-min-us ({}) to --slice-max-us ({})",
                            o.pinned_slice_us, o.slice_min_us, o.slice_max_us));
  settings.pinned_slice_us = *pinned;
  return {};
}

// "7", "0-3" or "3-0".
std::optional<std::pair<std::uint64_t, std::uint64_t>> range(std::string_view text) {
  const auto dash = text.find('-');
  const auto first = whole(text.substr(0, dash));
  const auto last = dash == text.npos ? first : whole(text.substr(dash + 1));
  if (!first || !last || *first > kMaxCpu || *last > kMaxCpu) return std::nullopt;
  return std::pair(*first, *last);
}

// A list in which the order counts, unlike in the kernel's lists: "0-3,7,6,5-4".
Result<std::vector<CpuId>> preference(std::string_view text) {
  const auto wrong = [text](std::string why) {
    return fail(ErrorKind::usage, fmt::format("--cpu-pref-order: {} in '{}'", why, text),
                "give CPUs in the order of preference, as 0-3,7,6");
  };
  std::vector<CpuId> order;
  std::set<std::uint64_t> seen;
  for (std::size_t at = 0; at <= text.size() && !text.empty();) {
    const auto end = std::min(text.find(',', at), text.size());
    const std::string_view part = text.substr(at, end - at);
    const auto cpus = range(part);
    if (!cpus) return wrong(fmt::format("'{}' is neither a CPU nor a range", part));
    const auto [first, last] = *cpus;
    for (auto cpu = first;; cpu += first <= last ? 1 : std::uint64_t(-1)) {
      if (!seen.insert(cpu).second) return wrong(fmt::format("CPU {} stands twice", cpu));
      order.push_back(CpuId{static_cast<int>(cpu)});
      if (cpu == last) break;
    }
    at = end + 1;
  }
  return order;
}

void add_modes(scx::AppBase& app, Options& o) {
  app.flag("--autopilot", o.autopilot,
           "Choose the power mode by the load; so it is where no mode is given");
  app.flag("--autopower", o.autopower,
           "Follow the system's power profile: power-profiles-daemon or tuned, else the energy "
           "preference of the CPUs, else their frequency governor");
  app.flag("--performance", o.performance, "Use every CPU, at full frequency");
  app.flag("--balanced", o.balanced,
           "Use as few CPUs as carry the load well, big ones and whole cores first");
  app.flag("--powersave", o.powersave,
           "Use as few CPUs as carry the load, those that need the least power first");
}

void add_slices(scx::AppBase& app, Options& o) {
  app.option("--slice-max-us", o.slice_max_us,
             "The longest time slice while others wait, in microseconds", 100, kSecondUs);
  app.option("--slice-min-us", o.slice_min_us, "The shortest time slice, in microseconds", 100,
             kSecondUs);
  app.option("--pinned-slice-us", o.pinned_slice_us,
             "The longest time slice where a task waits that can run on that CPU only, in "
             "microseconds, between the two above, or 0 for no such limit; 5000 unless given, or "
             "what the two above allow");
  app.flag("--no-slice-boost", o.no_slice_boost,
           "No longer slices for tasks whose usual run time does not fit");
  app.option("--preempt-shift", o.preempt_shift,
             "The most critical tasks, one in 2 to the power of N, may end another's slice", 0, 10);
  app.flag("--no-preemption", o.no_preemption, "No task ends another's slice");
  app.flag("--no-futex-boost", o.no_futex_boost,
           "Holders of a futex that others wait for are treated as anybody");
}

void add_placement(scx::AppBase& app, Options& o) {
  app.flag("--no-wake-sync", o.no_wake_sync,
           "A synchronous wake-up does not draw the task to its waker");
  app.option("--warm-cpu-us", o.warm_cpu_us,
             "For how long after a run a CPU's caches are taken to be warm for the task, in "
             "microseconds",
             0, kSecondUs);
  app.option("--lat-load-target-pct", o.lat_load_target_pct,
             "Latency-critical tasks keep off CPUs that interrupts and real-time tasks disturb "
             "until the others are used to this part, in percent",
             0, 100);
  app.flag("--per-cpu-dsq", o.per_cpu_dsq, "A queue for every CPU rather than for every domain");
  app.option("--mig-delta-pct", o.mig_delta_pct,
             "How far a domain may be from its share of the load before tasks move, in percent of "
             "the average; 0 chooses by what waits",
             0, 100);
  app.option("--lb-low-util-pct", o.lb_low_util_pct,
             "Below this use of the machine the load is not balanced, in percent", 0, 100);
  app.option("--lb-local-dsq-util-pct", o.lb_local_dsq_util_pct,
             "Below this use of the machine tasks go straight to a CPU's own queue, in percent", 0,
             100);
  app.flag("--no-fast-lb", o.no_fast_lb, "Balance one task at a time");
}

void add_power(scx::AppBase& app, Options& o) {
  app.flag("--no-core-compaction", o.no_core_compaction,
           "Use every CPU, however low the load; excludes the power modes but --performance");
  app.option("--cpu-pref-order", o.cpu_pref_order,
             "Which CPUs to use first when few are needed, as a list such as 0-3,7,6; implies "
             "--no-use-em");
  app.flag("--no-use-em", o.no_use_em,
           "Do not ask the kernel's energy model which CPUs to use first");
  app.flag("--no-freq-scaling", o.no_freq_scaling, "Leave the frequency of the CPUs alone");
}

}  // namespace

void add_options(scx::AppBase& app, Options& o) {
  add_modes(app, o);
  add_slices(app, o);
  add_placement(app, o);
  add_power(app, o);
  app.flag("--partial", o.partial, "Schedule tasks of the policy SCHED_EXT only");
  app.flag("--enable-cpu-bw", o.enable_cpu_bw,
           "CPU bandwidth by cpu.max of cgroups: not there yet, and refused");
  app.option("--run-id", o.run_id, "A number of your own that the log shows at each start");
}

Result<Settings> understand(const Options& options) {
  if (options.enable_cpu_bw)
    return fail(ErrorKind::unsupported,
                "--enable-cpu-bw: this scx_lavd does not limit cgroups by cpu.max yet",
                "leave the option out, a later version will take it");
  SCX_TRY(one_mode(options));
  Settings settings;
  choose_mode(options, settings);
  SCX_TRY(slices(options, settings));
  settings.cpu_pref_order = SCX_TRY(preference(options.cpu_pref_order));
  settings.use_energy_model = !options.no_use_em && settings.cpu_pref_order.empty();
  settings.run_id = whole(options.run_id);
  if (!options.run_id.empty() && !settings.run_id)
    return fail(ErrorKind::usage, fmt::format("--run-id: '{}' is no whole number", options.run_id));
  return settings;
}

}  // namespace lavd
