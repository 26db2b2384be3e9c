// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <fmt/core.h>
#include <unistd.h>

#include <charconv>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace qmap {
namespace {

using scx::ErrorKind;
using scx::fail;
using scx::Result;
using scx::Status;

constexpr std::uint64_t kMany = 1'000'000'000;
constexpr std::uint64_t kMaxPid = 4'194'304;  // the kernel's PID_MAX_LIMIT

// A whole number from `min` to `max`; nothing where the option was not given.
Result<std::optional<std::uint64_t>> number(std::string_view option, std::string_view text,
                                            std::uint64_t min, std::uint64_t max) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  const auto end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stopped != end || value < min || value > max)
    return fail(ErrorKind::usage,
                fmt::format("{}: '{}' is no whole number from {} to {}", option, text, min, max));
  return value;
}

template <typename T>
Result<T> one_of(std::string_view option, std::string_view text, T otherwise,
                 std::initializer_list<std::pair<std::string_view, T>> choices) {
  if (text.empty()) return otherwise;
  std::string names;
  for (const auto& [name, value] : choices) {
    if (text == name) return value;
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return fail(ErrorKind::usage, fmt::format("{}: '{}' is none of {}", option, text, names));
}

Result<std::int32_t> disallowed(std::string_view text) {
  if (text == "-1") return ::getpid();
  const auto pid = SCX_TRY(number("--disallow", text, 1, kMaxPid));
  return static_cast<std::int32_t>(pid.value_or(0));
}

// What the kernel takes from the root scheduler only.
Status only_the_root(const Options& options) {
  if (options.cgroup.empty()) return {};
  const std::pair<std::string_view, bool> given[] = {
      {"--disallow", !options.disallow.empty()},
      {"--partial", options.partial},
      {"--cid-override", !options.cid_override.empty()},
      {"--rescue-ppt", !options.rescue_ppt.empty()},
      {"--rescue-quantum-us", !options.rescue_quantum_us.empty()},
  };
  for (const auto& [option, is_given] : given) {
    if (is_given)
      return fail(ErrorKind::usage,
                  fmt::format("{} is for the root's scheduler, --cgroup makes this one a "
                              "sub-scheduler",
                              option));
  }
  return {};
}

std::optional<std::uint32_t> narrow(std::optional<std::uint64_t> value) {
  if (!value) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

}  // namespace

void add_options(scx::AppBase& app, Options& o) {
  app.option("-s,--slice-us", o.slice_us, "The time slice of every task, in microseconds", 1,
             10'000'000);
  app.option("-b,--batch", o.batch, "Tasks that one dispatch takes out of the queues", 1, 1000);
  app.option("-N,--max-tasks", o.max_tasks,
             "Tasks that the scheduler has contexts for; one more is an error", 1, 10'000'000);
  app.flag("-H,--boost", o.boost,
           "Let tasks of nice -20 overtake the others on their way from a queue to a CPU; shows "
           "with --batch");
  app.flag("-p,--partial", o.partial, "Schedule tasks of the policy SCHED_EXT only");
  app.option("-d,--disallow", o.disallow,
             "The process with this PID may not become a task of SCHED_EXT; -1: this command");

  app.option("-c,--cgroup", o.cgroup,
             "Be the sub-scheduler of the cgroup at this path, below one that runs already");
  app.option("-R,--rotate-ms", o.rotate_ms,
             "A turn of the cids that sub-schedulers share in time, in milliseconds, 10 to 100000; "
             "200 unless given");
  app.option("-B,--rescue-ppt", o.rescue_ppt,
             "CPU time for tasks stranded on cids their scheduler does not hold, in parts per "
             "thousand, 1 to 250, or 0 for none; the kernel's 20 unless given");
  app.option("-q,--rescue-quantum-us", o.rescue_quantum_us,
             "How much of that at once, in microseconds, 1000 to 100000; the kernel's 5000 unless "
             "given");

  app.flag("-I,--always-immed", o.always_immed,
           "Tasks run at once on the CPU they are sent to, or come back");
  app.option("-F,--immed-stress", o.immed_nth,
             "Send every Nth task, or none if 0, to its busy CPU to run at once", 0, kMany);
  app.option("-C,--cid-override", o.cid_override,
             "Install another numbering of the CPUs: shuffle, or one that the kernel has to "
             "refuse: bad-dup, bad-range, bad-mono");

  app.option("-e,--error-after", o.error_after,
             "End with an error at the Nth enqueue, or never if 0", 0, kMany);
  app.option("-t,--stall-user", o.stall_user_nth,
             "Never run every Nth task of user space; 0 runs them all", 0, kMany);
  app.option("-T,--stall-kernel", o.stall_kernel_nth,
             "Never run every Nth kernel thread; 0 runs them all", 0, kMany);
  app.option("-l,--loop-after", o.loop_after,
             "Dispatch without end after N dispatched tasks, or never if 0", 0, kMany);
  app.option("-J,--inject", o.inject,
             "What to do wrong: wrong-cid (dispatch to cids that are not held), init-fail and "
             "cgrp-init-fail (refuse tasks, cgroups called qmfail*)");

  app.flag("-P,--print-events", o.print_events,
           "Print queues and event counters to the kernel's trace pipe each second");
  app.flag("-M,--print-messages", o.print_messages, "Print cgroup callbacks to the trace pipe");
  app.option("-D,--dump-len", o.dump_len,
             "Bytes of the kernel's debug dump; 0 leaves it to the kernel", 0, 1 << 26);
  app.flag("-S,--no-own-dump", o.no_own_dump, "Add nothing to the kernel's debug dump");
}

Result<Settings> understand(const Options& options) {
  SCX_TRY(only_the_root(options));
  Settings settings;
  settings.disallow_tgid = SCX_TRY(disallowed(options.disallow));
  settings.rotate_ms =
      SCX_TRY(number("--rotate-ms", options.rotate_ms, 10, 100'000)).value_or(settings.rotate_ms);
  settings.rescue_ppt = narrow(SCX_TRY(number("--rescue-ppt", options.rescue_ppt, 0, 250)));
  settings.rescue_quantum_us =
      narrow(SCX_TRY(number("--rescue-quantum-us", options.rescue_quantum_us, 1000, 100'000)));
  settings.cid_override = SCX_TRY(one_of("--cid-override", options.cid_override, CidOverride::none,
                                         {{"shuffle", CidOverride::shuffle},
                                          {"bad-dup", CidOverride::bad_dup},
                                          {"bad-range", CidOverride::bad_range},
                                          {"bad-mono", CidOverride::bad_mono}}));
  settings.inject =
      SCX_TRY(one_of<std::uint32_t>("--inject", options.inject, QMAP_INJECT_NOTHING,
                                    {{"wrong-cid", QMAP_INJECT_WRONG_CID},
                                     {"init-fail", QMAP_INJECT_INIT_FAIL},
                                     {"cgrp-init-fail", QMAP_INJECT_CGROUP_INIT_FAIL}}));
  return settings;
}

}  // namespace qmap
