// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "redact.h"
#include "report_facts.h"
#include "report_machine.h"
#include "scx/topology/bundle.h"

namespace scx {
namespace {

// What each member is, in the order of the archive.
constexpr std::array<std::pair<std::string_view, std::string_view>, 19> kMembers = {{
    {"versions.txt", "of the programs, of what they were built with, of the kernel"},
    {"options.txt", "the command line, and what every option comes to"},
    {"error.txt", "what the user was told"},
    {"load-log.txt", "what libbpf and the kernel's verifier said about it"},
    {"exit.txt", "how the kernel ended the scheduler the last time"},
    {"backtrace.txt", "where the kernel was then"},
    {"dump.txt", "the kernel's debug dump of that moment"},
    {"runs.txt", "each time that it was started: when, how, and how that ended"},
    {"log.txt", "the end of its log at level debug, whatever was shown; times in UTC"},
    {"system.txt", "what --check says"},
    {"system.json", "the same for programs"},
    {"kernel.txt", "the kernel and its state"},
    {"kernel-config.txt", "how it was built, as far as schedulers depend on it"},
    {"btf.txt", "what of sched_ext its type information has"},
    {"cids.txt", "the cids, as the scheduler was started for them the last time"},
    {"domains.txt", "the compute domains"},
    {"orders.txt", "which CPUs to use first"},
    {"machine.scxx", "this machine when the report was made: scxtopo --topology machine.scxx"},
    {"topology.scxx", "the machine that --topology named"},
}};

std::string folder(std::string_view scheduler) {
  return fmt::format("{}-report",
                     scheduler.substr(0, std::min<std::size_t>({scheduler.find(' '), 60})));
}

std::string utc(std::chrono::system_clock::time_point when) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(when)));
}

// The first line; the others are in members of their own.
std::string first_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  const auto more = std::ranges::count(text, '\n');
  const std::string_view first = text.substr(0, text.find('\n'));
  return more == 0 ? fmt::format("{}\n", first) : fmt::format("{} (and {} lines)\n", first, more);
}

std::string log_text(std::span<const std::string> lines) {
  std::string text;
  for (const std::string& line : lines) text += first_line(line);
  return text;
}

std::string load_text(const LoadReport& load) {
  std::string text = fmt::format("  {} form, {} instructions verified\n", name(load.form),
                                 load.verified_instructions());
  auto out = std::back_inserter(text);
  if (load.sub_cgroup_id != 0)
    fmt::format_to(out, "  sub-scheduler of the cgroup {}\n", load.sub_cgroup_id);
  if (!load.dropped.empty())
    fmt::format_to(out, "  this kernel has no {}\n", fmt::join(load.dropped, ", "));
  for (const auto& program : load.programs)
    fmt::format_to(out, "  {:>8} instructions of {}\n", program.verified_instructions,
                   program.name);
  for (const auto& program : load.not_attached)
    fmt::format_to(out, "  not attached: {}: {}\n", program.name, program.reason);
  return text;
}

}  // namespace

Report::Report(ReportOptions options) : options_(std::move(options)) {}

void Report::begin_run(const Machine& machine) {
  machine_ = machine;
  if (runs_.size() == kMostRuns) runs_.erase(runs_.begin() + kMostRuns / 2);
  runs_.push_back({++nr_runs_, Clock::now(), {}, summary(machine.topology), {}, {}});
}

void Report::started(const LoadReport& report) {
  if (!runs_.empty()) runs_.back().load = report;
}

void Report::ended(const std::optional<ExitReport>& exit) {
  if (exit) exit_ = {*exit, symbolize(exit->backtrace)};
  if (runs_.empty()) return;
  runs_.back().end = Clock::now();
  runs_.back().ending = exit ? exit->summary() : "it left no record of why";
}

void Report::failed(const Error& error) {
  error_ = error;
  if (runs_.empty() || !runs_.back().ending.empty()) return;
  runs_.back().end = Clock::now();
  runs_.back().ending = error.message();
}

std::string Report::clean(std::string text) const {
  if (!options_.processes) text = redact_tasks(text);
  return redact_homes(text);
}

Archive Report::make(std::span<const std::string> log) const {
  Archive facts({});
  facts.add("versions.txt", versions_text(options_.scheduler, options_.clang));
  facts.add("options.txt", redact_homes(options_.options));
  add_error(facts);
  add_exit(facts);
  facts.add("runs.txt", runs_text());
  facts.add("log.txt", clean(log_text(log)));
  if (!findings_.empty()) {
    facts.add("system.txt", redact_homes(findings_text(findings_)));
    facts.add("system.json", redact_homes(findings_json(findings_).text + "\n"));
  }
  facts.add("kernel.txt", kernel_text());
  facts.add("kernel-config.txt", kernel_config_text());
  facts.add("btf.txt", redact_homes(btf_text(options_.btf_path)));
  add_machine(facts);

  Archive archive(folder(options_.scheduler));
  archive.add("README.txt", readme(facts));
  for (const auto& [name, what] : kMembers)
    if (const std::string* content = facts.find(name)) archive.add(std::string(name), *content);
  return archive;
}

void Report::add_machine(Archive& archive) const {
  auto machine = machine_ ? Result<Machine>(*machine_) : discover_machine(options_.machine);
  archive.add("cids.txt", machine ? cids_text(*machine) : machine.error().message() + "\n");
  if (machine) {
    archive.add("domains.txt", domains_text(*machine));
    archive.add("orders.txt", orders_text(*machine));
  }
  const auto bundle = make_bundle(Source{});
  archive.add("machine.scxx", bundle ? *bundle : bundle.error().message() + "\n");
  if (options_.machine.source.is_this_machine()) return;
  const auto named = make_bundle(options_.machine.source);
  archive.add("topology.scxx", redact_homes(named ? *named : named.error().message() + "\n"));
}

void Report::add_exit(Archive& archive) const {
  if (!exit_) return;
  // Names are taken out before anything stands before them: see redact.cc.
  const ExitReport& exit = exit_->report;
  archive.add(
      "exit.txt",
      fmt::format("{}\n\nkind     {}\ncode     {:#x}\nreason   {}\nmessage  {}\n",
                  clean(exit.summary()), static_cast<int>(exit.kind),
                  static_cast<std::uint64_t>(exit.code), clean(exit.reason), clean(exit.message)));
  std::string frames;
  for (const std::string& frame : exit_->backtrace) frames += frame + "\n";
  if (!frames.empty()) archive.add("backtrace.txt", frames);
  if (!exit.dump.empty()) archive.add("dump.txt", clean(exit.dump));
}

void Report::add_error(Archive& archive) const {
  if (!error_) return;
  archive.add("error.txt", redact_homes(error_->message()) + "\n");
  if (!error_->evidence.empty()) archive.add("load-log.txt", redact_homes(error_->evidence));
}

std::string Report::runs_text() const {
  if (runs_.empty()) return "it was not started\n";
  std::string text;
  auto out = std::back_inserter(text);
  for (const Run& run : runs_) {
    fmt::format_to(out, "run {}, {}\n  {}\n", run.number, utc(run.begin), run.machine);
    if (run.load) text += load_text(*run.load);
    if (run.ending.empty()) continue;
    fmt::format_to(out, "  ended after {:.1f} s: {}\n",
                   std::chrono::duration<double>(run.end - run.begin).count(), clean(run.ending));
  }
  return text;
}

std::string Report::readme(const Archive& archive) const {
  std::string text =
      fmt::format("A report of {}, made {}.\n\n", options_.scheduler, utc(Clock::now()));
  if (error_)
    text += redact_homes(error_->message()) + "\n\n";
  else if (exit_ && exit_->report.is_error())
    text += fmt::format("The kernel ended it: {}\n\n", clean(exit_->report.summary()));
  for (const auto& [name, what] : kMembers)
    if (archive.find(name)) fmt::format_to(std::back_inserter(text), "{:<18} {}\n", name, what);
  text +=
      "\nNot in it: the machine's name, names of users, serial numbers, the environment, and of "
      "other\n"
      "processes anything but what the kernel's dump says of those that it looked at.\n";
  text += options_.processes ? "Their names are in it, as --report-processes asks for.\n"
                             : "Their names were taken out: NAME[PID] became task[PID], but for "
                               "some kernel threads. What a\n"
                               "scheduler's own dump prints in another form cannot be known; look "
                               "at dump.txt before you\n"
                               "send this to somebody.\n";
  return text;
}

}  // namespace scx
