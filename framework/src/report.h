// SPDX-License-Identifier: GPL-2.0-only
//
// Report: what somebody who looks for a scheduler's fault wants to see, gathered while the
// scheduler starts, runs and ends, and written as one archive at the end (--report).
//
//   Report report({.file = "r.tar.gz", .scheduler = "scx_simple 0.1.0"});
//   report.begin_run(machine);
//   report.started(session.report());
//   report.ended(session.ended());          // while the session lives: symbols of its programs
//   report.failed(error);                   // instead of any of these
//   SCX_TRY(report.write(log_lines));
//
// What is private stays out: see clean() and redact.h. What a run costs is a copy of its Machine;
// the rest is read when the archive is made, and each part that cannot be had says so in its place.
// One thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "archive.h"
#include "scx/framework/exit_report.h"
#include "scx/framework/machine.h"
#include "scx/framework/object.h"
#include "scx/framework/preflight.h"

namespace scx {

struct ReportOptions {
  std::filesystem::path file;
  bool processes = false;  // names of processes stay in
  std::string scheduler;   // name and version
  std::string clang;       // version that compiled its BPF side; empty: not known
  std::string options;     // the command line and what it comes to, a text
  MachineOptions machine;  // what these say of the machine
  std::string btf_path;    // as for KernelBtf::load()
};

class Report {
 public:
  // Of a scheduler that starts again and again the first runs and the last ones are kept.
  static constexpr std::size_t kMostRuns = 16;

  explicit Report(ReportOptions options);

  // What preflight sees, before rights are given up and a scheduler is attached.
  void found(std::vector<Finding> findings) { findings_ = std::move(findings); }
  void begin_run(const Machine& machine);
  void started(const LoadReport& report);
  void ended(const std::optional<ExitReport>& exit);
  // What the user is told, with its evidence.
  void failed(const Error& error);

  // All of it. `log` are lines of the command's log, oldest first.
  Archive make(std::span<const std::string> log) const;
  // Into the file: Archive::write().
  Result<std::filesystem::path> write(std::span<const std::string> log) const {
    return make(log).write(options_.file);
  }

 private:
  using Clock = std::chrono::system_clock;

  struct Run {
    int number = 0;
    Clock::time_point begin, end;
    std::string machine;  // one line
    std::optional<LoadReport> load;
    std::string ending;  // one line; empty while it runs
  };
  struct Exit {
    ExitReport report;
    std::vector<std::string> backtrace;
  };

  std::string clean(std::string text) const;
  void add_machine(Archive& archive) const;
  void add_exit(Archive& archive) const;
  void add_error(Archive& archive) const;
  std::string readme(const Archive& archive) const;
  std::string runs_text() const;

  ReportOptions options_;
  std::vector<Finding> findings_;
  std::vector<Run> runs_;
  int nr_runs_ = 0;
  std::optional<Machine> machine_;  // of the last run
  std::optional<Exit> exit_;        // the last one
  std::optional<Error> error_;
};

}  // namespace scx
