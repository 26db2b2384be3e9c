// SPDX-License-Identifier: GPL-2.0-only
//
// What the parts of AppBase share: the command line is in app.cc, its statistics in
// app_statistics.cc, the runs of the scheduler in app_run.cc, its report in app_report.cc.
#pragma once

#include <fmt/core.h>
#include <spdlog/logger.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "log.h"
#include "notify.h"
#include "options.h"
#include "privileges.h"
#include "report.h"
#include "scx/base/fd.h"
#include "scx/framework/app.h"
#include "scx/framework/exit_report.h"
#include "scx/framework/preflight.h"
#include "scx/framework/runner.h"
#include "scx/stats/server.h"
#include "scx/stats/view.h"

namespace scx {

// The error on stderr, with as much of its evidence as the log's level asks for.
void report_error(spdlog::logger& log, const Error& error);

// To stdout, at once.
void write_out(std::string_view text);

struct AppBase::Impl {
  Impl(std::string command, std::string description, std::string of)
      : name(std::move(command)),
        version(of.empty() ? SCXX_VERSION : std::move(of)),
        cli(std::move(description), name) {}

  std::string name;
  std::string version;
  std::string clang;  // version that compiled the BPF side
  CLI::App cli;
  CommonOptions options;
  MachineOptions machine;
  std::function<Status()> check;
  std::function<Status(const KernelBtf&)> check_kernel;
  std::function<Result<Machine>(Machine)> change_machine;
  std::uint64_t sub_cgroup_id = 0;
  std::uint64_t hotplug_seq = 0;  // of the machine that this run was started for
  std::optional<std::chrono::duration<double>> tick_interval;
  std::optional<List> list;
  std::optional<std::uint64_t> list_wanted;  // elements of the list, where it is to be watched
  std::shared_ptr<spdlog::logger> log;
  std::shared_ptr<RecentLines> recent;  // lines of the log, for the report
  std::optional<Report> report;         // where one is wanted

  // Kept over restarts of the scheduler.
  std::optional<Signals> signals;
  std::optional<stats::Service> service;  // until the server takes it
  Fd handed_socket;                       // by a service manager, until the server takes it
  std::optional<stats::Server> server;
  std::optional<stats::View> view;
  stats::Handler sampler;
  std::optional<std::chrono::steady_clock::time_point> last_view;
  std::optional<std::chrono::steady_clock::time_point> end;  // of --run-for
  std::optional<Form> form;
  Capabilities besides = 0;  // capabilities to keep, beside those that loading takes
  Notifier notifier;
  std::string last_words;  // why it ended, for the service manager
  int exit_status = 0;
  bool has_run = false;          // it was attached at least once
  bool gives_numbering = false;  // this run's machine has a cid_override

  // Where the statistics are, if the user does not say: at the root scheduler's place, or at the
  // sub-scheduler's own.
  void choose_stats_path() {
    if (sub_cgroup_id != 0 && cli.count("--stats-path") == 0)
      options.stats_path = fmt::format("/var/run/scx/sub-{}/stats", sub_cgroup_id);
  }

  // Whether an option names a file. It may be another user's, and is used again after a restart.
  bool names_files() const {
    const bool socket = cli.count("--stats-path") > 0 && !options.stats_path.starts_with('@');
    return socket || report || options.topology || !options.open.btf_custom_path.empty() ||
           !options.open.pin_root_path.empty() || !options.open.bpf_token_path.empty();
  }

  // Says why it ended.
  void ended(spdlog::level::level_enum level, std::string line) {
    log->log(level, "{}", line);
    last_words = std::move(line);
  }

  // Said to the user, and kept for the report and the service manager.
  void failed(const Error& error) {
    report_error(*log, error);
    if (report) report->failed(error);
    last_words = error.message();
  }

  PreflightOptions preflight_options() const {
    PreflightOptions asked;
    asked.btf_path = options.open.btf_custom_path;
    asked.check_kernel = check_kernel;
    asked.sub_scheduler = sub_cgroup_id != 0;
    asked.bpf_token = !options.open.bpf_token_path.empty();
    return asked;
  }

  // Who schedules after it ended: a clause, or nothing.
  std::string_view then(const std::optional<ExitReport>& exit = {}) const {
    if (sub_cgroup_id == 0) return "; the kernel's own scheduler is back";
    if (exit && exit->cgroup_removed()) return "";
    if (exit && exit->kind == ExitKind::parent) return "; who schedules above that has the cgroup";
    return "; its parent schedules the cgroup";
  }
};

}  // namespace scx
