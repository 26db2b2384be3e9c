// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/core.h>
#include <linux/capability.h>
#include <spdlog/logger.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstring>
#include <string_view>
#include <vector>

#include "app_impl.h"
#include "scx/framework/machine.h"
#include "scx/framework/preflight.h"
#include "scx/framework/runner.h"

namespace scx {
namespace {

using Clock = std::chrono::steady_clock;

// "scx_lavd" runs as "lavd_0.1.0_x86_64_unknown_linux_gnu": the kernel takes letters, digits, '_'
// and '.' in an ops name.
std::string ops_name(std::string_view command, std::string_view version) {
  if (command.starts_with("scx_")) command.remove_prefix(4);
  std::string name = fmt::format("{}_{}_{}", command, version, SCXX_TRIPLE);
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.') c = '_';
  return name;
}

}  // namespace

// What there is of --check: the system as preflight() sees it, and the machine.
int AppBase::show_check() {
  Impl& app = *impl_;
  std::vector<Finding> findings = check_system(app.preflight_options());
  if (const auto machine = discover())
    findings.push_back({"machine", Verdict::ok, summary(machine->topology), {}, {}, {}});
  else
    findings.push_back({"machine",
                        Verdict::no,
                        machine.error().message(),
                        {},
                        machine.error().cure,
                        machine.error()});
  if (app.report) app.report->found(findings);
  write_out(app.options.json ? findings_json(findings).text + "\n" : findings_text(findings));
  const bool ready = std::ranges::find(findings, Verdict::no, &Finding::verdict) == findings.end();
  return write_report() && ready ? 0 : 1;
}

// What made this process root is done, or soon will be: it goes on with what restarts and the end
// of the scheduler take. Before the machine's files are read, and before there is another thread.
void AppBase::renounce() {
  Impl& app = *impl_;
  Capabilities besides = app.besides;
  if (app.options.stats_group) besides |= capability(CAP_CHOWN);
  if (app.names_files()) besides |= capability(CAP_DAC_OVERRIDE);
  if (app.report) besides |= capability(CAP_SYSLOG);  // the names in a backtrace
  const auto left = renounce_privileges(besides);
  if (left)
    app.log->debug("capabilities that are kept: {}", names(*left));
  else
    app.log->warn("privileges are kept that are not needed: {}", left.error().message());
}

int AppBase::schedule() {
  Impl& app = *impl_;
  if (auto notifier = Notifier::take_from_environment())
    app.notifier = *std::move(notifier);
  else
    app.log->warn("{}", notifier.error().message());
  if (app.report) app.report->found(check_system(app.preflight_options()));
  if (const auto ready = preflight(app.preflight_options()); !ready) {
    app.failed(ready.error());
    app.exit_status = 1;
  } else {
    renounce();
    run_until_end();
  }
  app.notifier.stopping(app.last_words);
  return app.exit_status;
}

void AppBase::run_until_end() {
  Impl& app = *impl_;
  Backoff backoff;
  for (;;) {
    const auto started = Clock::now();
    if (run_once() == Next::stop) return;
    app.notifier.restarting(fmt::format("{} starts again", app.name));
    const auto wait = backoff.next(Clock::now() - started);
    if (wait.count() > 0) app.log->info("starting again in {} ms", wait.count());
    const auto stopped = wait_for_end(-1, *app.signals, {.run_for = wait, .periodic = {}});
    if (!stopped || *stopped == RunEnd::signal) {
      return app.ended(spdlog::level::info,
                       fmt::format("{} ended before it was started again", app.name));
    }
  }
}

// What the scheduler is to run on, said to the user.
Result<Machine> AppBase::make_machine() {
  Impl& app = *impl_;
  Machine machine = SCX_TRY(discover());
  app.log->info("{}", summary(machine.topology));
  if (app.change_machine) machine = SCX_TRY(app.change_machine(std::move(machine)));
  for (const auto& note : machine.topology.notes()) app.log->debug("topology: {}", note);
  app.gives_numbering = machine.cid_override.has_value();
  return machine;
}

Result<Machine> AppBase::discover() {
  const MachineOptions& options = impl_->machine;
  auto machine = discover_machine(options);
  if (machine && !options.source.is_this_machine()) {
    if (const auto same = expect_this_machine(*machine); !same)
      machine = std::unexpected(same.error());
  }
  if (machine || !impl_->has_run) return machine;
  // CPUs came or went since the options were right. That is no reason to end.
  impl_->log->warn("{}; going on with what the machine says itself", machine.error().message());
  return discover_machine({.source = {}, .topology = {}, .domains = options.domains});
}

AppBase::Next AppBase::run_once() {
  Impl& app = *impl_;
  const auto stop = [&](const Error& error) {
    app.failed(error);
    app.exit_status = 1;
    return Next::stop;
  };
  const auto machine = make_machine();
  if (!machine) return stop(machine.error());
  app.hotplug_seq = machine->hotplug_seq;
  if (app.report) app.report->begin_run(*machine);

  // Until here a signal simply ends the process: nothing is attached. From here on it has to reach
  // the loop below.
  const auto about_to_attach = [&app]() -> Status {
    if (!app.signals) app.signals = SCX_TRY(Signals::make());
    return {};
  };
  auto started = start(*machine, app.options.open,
                       {app.form, ops_name(app.name, app.version), app.options.open.btf_custom_path,
                        app.sub_cgroup_id},
                       about_to_attach);
  if (!started) return stop(started.error());
  app.has_run = true;  // even if it ended at once: a CPU may go while the kernel enables it
  Session& session = **started;
  if (app.report) app.report->started(session.report());
  const auto detach = [&app, &session] {
    session.detach();
    if (app.report) app.report->ended(session.ended());
  };
  for (const auto& name : session.report().dropped)
    app.log->debug("this kernel has no {}: done without", name);
  for (const auto& program : session.report().programs)
    app.log->debug("verified {} instructions of {}", program.verified_instructions, program.name);

  for (const auto& program : session.report().not_attached)
    app.log->debug("going on without the program {}: {}", program.name, program.reason);

  if (!session.ended()) {
    app.log->info("{} is running ({} form, {} instructions verified)", app.name,
                  name(session.report().form), session.report().verified_instructions());
    serve_statistics();
    app.notifier.ready(
        fmt::format("{} is running ({} form)", app.name, name(session.report().form)));
    RunOptions run;
    if (app.options.run_for) {
      const auto length = std::chrono::duration_cast<Clock::duration>(
          std::chrono::duration<double>(*app.options.run_for));
      if (!app.end) app.end = Clock::now() + length;
      run.run_for = std::max(*app.end - Clock::now(), Clock::duration::zero());
    }
    if (app.tick_interval)
      run.periodic.push_back({*app.tick_interval, [&session] { return session.tick(); }, true});
    if (app.options.stats) {
      run.periodic.push_back({std::chrono::duration<double>(*app.options.stats), [this] {
                                show_statistics();
                                return Tick::go_on;
                              }});
    }
    const auto end = wait_for_end(session.events_fd(), *app.signals, run);
    detach();
    if (!end) return stop(end.error());
    const auto exit = session.ended();
    const bool failed = exit && exit->is_error();
    if (*end == RunEnd::restart && !failed) {
      app.log->info("{} starts again, with the machine as it is now", app.name);
      return Next::restart;
    }
    if (*end != RunEnd::scheduler && !failed) {
      const int signal = app.signals->take();
      app.ended(spdlog::level::info,
                fmt::format("{} ended: {}{}", app.name,
                            *end == RunEnd::time ? "its time is over" : ::strsignal(signal),
                            app.then(exit)));
      return Next::stop;
    }
  } else {
    detach();
  }
  return after_end(session.ended());
}

// The scheduler ended by itself or by the kernel's hand.
AppBase::Next AppBase::after_end(const std::optional<ExitReport>& exit) {
  Impl& app = *impl_;
  if (!exit) {
    app.ended(spdlog::level::err, fmt::format("{} ended and left no record of why", app.name));
    app.exit_status = 1;
    return Next::stop;
  }
  if (exit->is_error()) {
    if (!exit->dump.empty()) {
      app.log->error("the kernel's debug dump:\n{}", exit->dump);
    } else {
      for (const auto& frame : symbolize(exit->backtrace)) app.log->error("  at {}", frame);
    }
    app.ended(spdlog::level::err, fmt::format("{} was ended by the kernel: {}{}", app.name,
                                              exit->summary(), app.then(exit)));
    app.exit_status = 1;
    return Next::stop;
  }
  if (exit->kind == ExitKind::unreg_bpf && exit->code == SCX_ECODE_CID_MISMATCH)
    return after_mismatch(*exit);
  if (exit->wants_restart()) {
    app.log->warn("{} ended: {}; starting again", app.name, exit->summary());
    return Next::restart;
  }
  app.ended(spdlog::level::info,
            fmt::format("{} ended: {}{}", app.name, exit->summary(), app.then(exit)));
  return Next::stop;
}

// The kernel numbers the cids otherwise than the scheduler.
AppBase::Next AppBase::after_mismatch(const ExitReport& exit) {
  Impl& app = *impl_;
  // A CPU that came or went after the machine was looked at is numbered otherwise by then.
  if (read_sched_ext().hotplug_seq != app.hotplug_seq) {
    app.log->warn("{}, and CPUs came or went meanwhile; starting again", exit.message);
    return Next::restart;
  }
  if (app.sub_cgroup_id == 0 && !app.gives_numbering) {
    app.log->warn("{}: going on in the CPU form", exit.message);
    app.form = Form::cpu;
    return Next::restart;
  }
  app.ended(spdlog::level::err,
            app.sub_cgroup_id != 0
                ? fmt::format("the root scheduler numbers the cids otherwise: {}; give both the "
                              "same options about the machine{}",
                              exit.message, app.then())
                : fmt::format("the kernel took the numbering of cids, but the scheduler has "
                              "another: {}{}",
                              exit.message, app.then()));
  app.exit_status = 1;
  return Next::stop;
}

}  // namespace scx
