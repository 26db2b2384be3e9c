// SPDX-License-Identifier: GPL-2.0-only
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "app_impl.h"
#include "own_targets.h"
#include "scx/stats/monitor.h"
#include "scx/stats/server.h"
#include "scx/stats/table.h"
#include "scx/stats/view.h"

namespace scx {
namespace {

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::duration<double>(seconds));
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

}  // namespace

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
  const auto now = std::chrono::steady_clock::now();
  const stats::Seconds since = now - app.last_view.value_or(now);
  app.last_view = now;
  if (const auto text = app.view->render(*value, since)) write_out(*text + "\n");
}

}  // namespace scx
