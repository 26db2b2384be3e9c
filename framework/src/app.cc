// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/app.h"

#include <fmt/core.h>
#include <spdlog/logger.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "activation.h"
#include "log.h"
#include "options.h"
#include "own_targets.h"
#include "scx/framework/kernel.h"
#include "scx/framework/preflight.h"
#include "scx/framework/runner.h"
#include "scx/stats/monitor.h"
#include "scx/stats/server.h"
#include "scx/stats/table.h"
#include "scx/stats/view.h"

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

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::duration<double>(seconds));
}

void write_out(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

// The width of the terminal that stdout is; 0 where it is none.
std::size_t terminal_columns() {
  if (!::isatty(STDOUT_FILENO)) return 0;
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0;
  return known ? size.ws_col : 80;
}

// Each client is an open file, of which a shell allows 1,024 in all. Where more are not to be had,
// clients wait until there is one again.
void allow_clients(std::size_t clients) {
  constexpr rlim_t kOthers = 1024;  // the scheduler's own
  rlimit files;
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= clients + kOthers) return;
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, clients + kOthers);
  ::setrlimit(RLIMIT_NOFILE, &files);
}

// The last lines of a long log.
std::string_view tail(std::string_view text, int lines) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::size_t at = text.size();
  while (lines-- > 0 && at != std::string_view::npos && at > 0) at = text.rfind('\n', at - 1);
  return at == std::string_view::npos || at == 0 ? text : text.substr(at + 1);
}

void report_error(spdlog::logger& log, const Error& error) {
  if (!error.evidence.empty()) {
    if (log.should_log(spdlog::level::debug)) {
      log.error("the whole log:\n{}", error.evidence);
    } else if (error.kind == ErrorKind::rejected) {
      log.error("the end of the log (-v shows all of it):\n{}", tail(error.evidence, 15));
    }
  }
  log.error("{}", error.message());
}

}  // namespace

struct AppBase::Impl {
  Impl(std::string command, std::string description, std::string of)
      : name(std::move(command)),
        version(of.empty() ? SCXX_VERSION : std::move(of)),
        cli(std::move(description), name) {}

  std::string name;
  std::string version;
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

  // Kept over restarts of the scheduler.
  std::optional<Signals> signals;
  std::optional<stats::Service> service;  // until the server takes it
  Fd handed_socket;                       // by a service manager, until the server takes it
  std::optional<stats::Server> server;
  std::optional<stats::View> view;
  stats::Handler sampler;
  std::optional<Clock::time_point> last_view;
  std::optional<Clock::time_point> end;  // of --run-for
  std::optional<Form> form;
  int exit_status = 0;
  bool has_run = false;          // it was attached at least once
  bool gives_numbering = false;  // this run's machine has a cid_override

  // Where the statistics are, if the user does not say: at the root scheduler's place, or at the
  // sub-scheduler's own.
  void choose_stats_path() {
    if (sub_cgroup_id != 0 && cli.count("--stats-path") == 0)
      options.stats_path = fmt::format("/var/run/scx/sub-{}/stats", sub_cgroup_id);
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

AppBase::AppBase(std::string name, std::string description, std::string version)
    : impl_(std::make_unique<Impl>(std::move(name), std::move(description), std::move(version))) {
  add_common_options(impl_->cli, impl_->options);
}

AppBase::~AppBase() = default;

void AppBase::flag(const std::string& names, bool& value, const std::string& help) {
  impl_->cli.add_flag(names, value, help)->group("Policy");
}

void AppBase::option(const std::string& names, std::string& value, const std::string& help) {
  impl_->cli.add_option(names, value, help)->capture_default_str()->group("Policy");
}

void AppBase::option(const std::string& names, double& value, const std::string& help) {
  impl_->cli.add_option(names, value, help)->capture_default_str()->group("Policy");
}

void AppBase::option(const std::string& names, std::uint64_t& value, const std::string& help,
                     std::uint64_t min, std::uint64_t max) {
  impl_->cli.add_option(names, value, fmt::format("{}, {} to {}", help, min, max))
      ->type_name("N")
      ->check(whole_number(min, max))
      ->capture_default_str()
      ->group("Policy");
}

void AppBase::check(std::function<Status()> check) { impl_->check = std::move(check); }

void AppBase::check_kernel(std::function<Status(const KernelBtf&)> check) {
  impl_->check_kernel = std::move(check);
}

void AppBase::sub_scheduler_of(std::uint64_t cgroup_id) { impl_->sub_cgroup_id = cgroup_id; }

void AppBase::note(std::string_view line) const { impl_->log->info("{}", line); }

void AppBase::change_machine(std::function<Result<Machine>(Machine)> change) {
  impl_->change_machine = std::move(change);
}

void AppBase::tick_every(std::chrono::duration<double> interval) {
  impl_->tick_interval = interval;
}

void AppBase::list_option(const std::string& names, const std::string& help, std::uint64_t max,
                          List list) {
  CLI::App& cli = impl_->cli;
  impl_->list = std::move(list);
  cli.add_option(names, impl_->list_wanted, fmt::format("{}, 1 to {}", help, max))
      ->type_name("N")
      ->check(whole_number(1, max))
      ->group("Running")
      ->excludes(cli.get_option("--monitor"))
      ->excludes(cli.get_option("--run-for"));
}

int AppBase::main(int argc, char** argv) {
  Impl& app = *impl_;
  try {
    app.cli.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.cli.exit(help);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "{}: {}\nTry '{} --help'.\n", app.name, error.what(), app.name);
    return 2;
  }
  Status sound = app.check ? app.check() : Status{};
  auto machine =
      parse_machine_options(app.options.topology, app.options.big_cpus, app.options.virt_llc);
  if (sound && !machine) sound = std::unexpected(machine.error());
  if (!sound) {
    fmt::print(stderr, "{}: {}\nTry '{} --help'.\n", app.name, sound.error().message(), app.name);
    return 2;
  }
  app.machine = *std::move(machine);
  app.choose_stats_path();
  // hwloc prints what it finds odd about a machine by itself; notes() says what matters of it.
  ::setenv("HWLOC_HIDE_ERRORS", "2", 0);
  app.log = make_log(app.name, app.options.wanted_log_level());
  app.form = app.options.wanted_form();
  if (app.options.version) {
    fmt::print("{} {} {}\n", app.name, app.version, SCXX_TRIPLE);
    return 0;
  }
  if (app.options.monitor || app.list_wanted) return watch();
  if (app.options.check) return show_check();
  prepare_statistics();
  if (app.options.help_stats) {
    write_out(stats::describe(app.service->metadata()).value_or("there are no statistics\n"));
    return 0;
  }
  auto handed = take_handed_socket();
  if (!handed) {
    report_error(*app.log, handed.error());
    return 2;
  }
  if (*handed) app.handed_socket = *std::move(*handed);
  const int status = schedule();
  // The server's thread calls into the derived class: it must end before that does.
  app.server.reset();
  return status;
}

int AppBase::watch() {
  Impl& app = *impl_;
  auto signals = Signals::make();
  if (!signals) {
    report_error(*app.log, signals.error());
    return 1;
  }
  stats::MonitorOptions options{.path = app.options.stats_path, .stop_fd = signals->fd()};
  if (app.options.monitor) options.interval = milliseconds(*app.options.monitor);
  if (app.list_wanted) {
    options.args = {{"target", app.list->target},
                    {app.list->argument, fmt::format("{}", *app.list_wanted)}};
    options.render = [table = stats::Table(app.list->element, app.list->member)](
                         const stats::Json& value) mutable {
      return table.render(value, terminal_columns());
    };
  }
  const auto ended = stats::monitor(options, write_out,
                                    [&app](std::string_view line) { app.log->info("{}", line); });
  if (ended) return 0;
  report_error(*app.log, ended.error());
  return ended.error().kind == ErrorKind::usage ? 2 : 1;
}

void AppBase::prepare_statistics() {
  Impl& app = *impl_;
  app.service.emplace();
  add_statistics(*app.service);
  add_own_targets(*app.service, current_, app.name, measures_latency());
  app.sampler = app.service->targets().at("top")();
  if (auto view = stats::View::make(app.service->metadata())) app.view = std::move(*view);
}

// Statistics are for watching: a scheduler that cannot serve them runs all the same, and says so.
void AppBase::serve_statistics() {
  Impl& app = *impl_;
  if (!app.service) return;
  stats::ServerOptions options;
  options.path = app.options.stats_path;
  options.mode = app.options.stats_mode;
  options.group = app.options.stats_group;
  const bool handed_over = static_cast<bool>(app.handed_socket);
  options.inherited = std::move(app.handed_socket);
  allow_clients(options.max_clients);
  auto server = stats::Server::start(std::move(options), std::move(*app.service));
  app.service.reset();
  if (server) {
    app.server = std::move(*server);
    if (handed_over)
      app.log->info("statistics are served at the socket that was handed over");
    else if (app.sub_cgroup_id != 0)
      app.log->info("statistics are served at {}", app.options.stats_path);
  } else {
    app.log->warn("no statistics are served: {}", server.error().message());
  }
}

void AppBase::show_statistics() {
  Impl& app = *impl_;
  const auto value = app.sampler({});
  if (!value || !app.view) return;
  const auto now = Clock::now();
  const stats::Seconds since = now - app.last_view.value_or(now);
  app.last_view = now;
  if (const auto text = app.view->render(*value, since)) write_out(*text + "\n");
}

// What there is of --check: the system as preflight() sees it, and the machine.
int AppBase::show_check() {
  Impl& app = *impl_;
  std::vector<Finding> findings = check_system(app.preflight_options());
  if (const auto machine = discover())
    findings.push_back({"machine", Verdict::ok, summary(machine->topology), {}, {}, {}});
  else
    findings.push_back({"machine", Verdict::no, machine.error().message(), {},
                        machine.error().cure, machine.error()});
  write_out(app.options.json ? findings_json(findings).text + "\n" : findings_text(findings));
  return std::ranges::find(findings, Verdict::no, &Finding::verdict) == findings.end() ? 0 : 1;
}

int AppBase::schedule() {
  Impl& app = *impl_;
  if (const auto ready = preflight(app.preflight_options()); !ready) {
    report_error(*app.log, ready.error());
    return 1;
  }
  Backoff backoff;
  for (;;) {
    const auto started = Clock::now();
    if (run_once() == Next::stop) return app.exit_status;
    const auto wait = backoff.next(Clock::now() - started);
    if (wait.count() > 0) app.log->info("starting again in {} ms", wait.count());
    const auto stopped = wait_for_end(-1, *app.signals, {.run_for = wait, .periodic = {}});
    if (!stopped || *stopped == RunEnd::signal) {
      app.log->info("{} ended before it was started again", app.name);
      return 0;
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
    report_error(*app.log, error);
    app.exit_status = 1;
    return Next::stop;
  };
  const auto machine = make_machine();
  if (!machine) return stop(machine.error());
  app.hotplug_seq = machine->hotplug_seq;

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
  Session& session = **started;
  for (const auto& name : session.report().dropped)
    app.log->debug("this kernel has no {}: done without", name);
  for (const auto& program : session.report().programs)
    app.log->debug("verified {} instructions of {}", program.verified_instructions, program.name);

  for (const auto& program : session.report().not_attached)
    app.log->debug("going on without the program {}: {}", program.name, program.reason);

  if (!session.ended()) {
    app.has_run = true;
    app.log->info("{} is running ({} form, {} instructions verified)", app.name,
                  name(session.report().form), session.report().verified_instructions());
    serve_statistics();
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
    session.detach();
    if (!end) return stop(end.error());
    const auto exit = session.ended();
    const bool failed = exit && exit->is_error();
    if (*end == RunEnd::restart && !failed) {
      app.log->info("{} starts again, with the machine as it is now", app.name);
      return Next::restart;
    }
    if (*end != RunEnd::scheduler && !failed) {
      const int signal = app.signals->take();
      app.log->info("{} ended: {}{}", app.name,
                    *end == RunEnd::time ? "its time is over" : ::strsignal(signal),
                    app.then(exit));
      return Next::stop;
    }
  } else {
    session.detach();
  }
  return after_end(session.ended());
}

// The scheduler ended by itself or by the kernel's hand.
AppBase::Next AppBase::after_end(const std::optional<ExitReport>& exit) {
  Impl& app = *impl_;
  if (!exit) {
    app.log->error("{} ended and left no record of why", app.name);
    app.exit_status = 1;
    return Next::stop;
  }
  if (exit->is_error()) {
    if (!exit->dump.empty()) {
      app.log->error("the kernel's debug dump:\n{}", exit->dump);
    } else {
      for (const auto& frame : symbolize(exit->backtrace)) app.log->error("  at {}", frame);
    }
    app.log->error("{} was ended by the kernel: {}{}", app.name, exit->summary(), app.then(exit));
    app.exit_status = 1;
    return Next::stop;
  }
  if (exit->kind == ExitKind::unreg_bpf && exit->code == SCX_ECODE_CID_MISMATCH)
    return after_mismatch(*exit);
  if (exit->wants_restart()) {
    app.log->warn("{} ended: {}; starting again", app.name, exit->summary());
    return Next::restart;
  }
  app.log->info("{} ended: {}{}", app.name, exit->summary(), app.then(exit));
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
  if (app.sub_cgroup_id != 0)
    app.log->error(
        "the root scheduler numbers the cids otherwise: {}; give both the same options about the "
        "machine{}",
        exit.message, app.then());
  else
    app.log->error("the kernel took the numbering of cids, but the scheduler has another: {}{}",
                   exit.message, app.then());
  app.exit_status = 1;
  return Next::stop;
}

}  // namespace scx
