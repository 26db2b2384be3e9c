// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/app.h"

#include <fmt/core.h>
#include <spdlog/logger.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "activation.h"
#include "app_impl.h"
#include "log.h"
#include "options.h"
#include "scx/stats/view.h"

namespace scx {
namespace {

// The last lines of a long log.
std::string_view tail(std::string_view text, int lines) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::size_t at = text.size();
  while (lines-- > 0 && at != std::string_view::npos && at > 0) at = text.rfind('\n', at - 1);
  return at == std::string_view::npos || at == 0 ? text : text.substr(at + 1);
}

}  // namespace

void write_out(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void report_error(spdlog::logger& log, const Error& error) {
  if (!error.evidence.empty()) {
    if (shows(log, spdlog::level::debug)) {
      log.error("the whole log:\n{}", error.evidence);
    } else if (error.kind == ErrorKind::rejected) {
      log.error("the end of the log (-v shows all of it):\n{}", tail(error.evidence, 15));
    }
  }
  log.error("{}", error.message());
}

AppBase::AppBase(std::string name, std::string description, std::string version,
                 std::string_view clang)
    : impl_(std::make_unique<Impl>(std::move(name), std::move(description), std::move(version))) {
  impl_->clang = clang;
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

void AppBase::keep_capability(int number) { impl_->besides |= capability(number); }

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
      ->excludes(cli.get_option("--run-for"))
      ->excludes(cli.get_option("--report"));
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
  if (app.options.report) begin_report();
  if (app.options.check) return show_check();
  prepare_statistics();
  if (app.options.help_stats) {
    write_out(stats::describe(app.service->metadata()).value_or("there are no statistics\n"));
    return 0;
  }
  auto handed = take_handed_socket();
  if (!handed)
    app.failed(handed.error());
  else if (*handed)
    app.handed_socket = *std::move(*handed);
  const int status = handed ? schedule() : 2;
  // The server's thread calls into the derived class: it must end before that does.
  app.server.reset();
  write_report();
  return status;
}

}  // namespace scx
