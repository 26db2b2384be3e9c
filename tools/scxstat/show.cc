// SPDX-License-Identifier: GPL-2.0-only
#include "show.h"

#include <fmt/core.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <thread>
#include <variant>

#include "output.h"
#include "scx/stats/client.h"
#include "scx/stats/match.h"
#include "scx/stats/monitor.h"
#include "scx/stats/table.h"
#include "scx/stats/view.h"

namespace scx::scxstat {
namespace {

using stats::Client;
using stats::Json;
using stats::Table;
using stats::View;
using Clock = std::chrono::steady_clock;

// A target's answers as text. What the metadata do not tell of is shown as it came.
class Screen {
 public:
  static Result<Screen> make(const Json& metadata, const std::string& target, const Json& answer) {
    const auto match = stats::match(metadata, target, answer);
    if (!match && match.error().kind == ErrorKind::missing) return Screen(std::monostate{});
    if (!match) return std::unexpected(match.error());
    if (match->list.empty()) return Screen(SCX_TRY(View::make(metadata, match->root)));
    return Screen(SCX_TRY(Table::make(metadata, match->root, match->list)));
  }

  Result<std::string> render(const Json& answer, stats::Seconds since_previous) {
    if (auto* view = std::get_if<View>(&form_)) return view->render(answer, since_previous);
    if (auto* table = std::get_if<Table>(&form_)) return table->render(answer, terminal_columns());
    return answer.text + '\n';
  }

  // An answer that is not to be seen: what the next one is compared with.
  Status skip(const Json& answer) {
    if (auto* view = std::get_if<View>(&form_)) SCX_TRY(view->render(answer, {}));
    return {};
  }

  // Whether a line is to stand between two answers.
  bool apart() const { return std::holds_alternative<View>(form_); }

 private:
  using Form = std::variant<std::monostate, View, Table>;
  explicit Screen(Form form) : form_(std::move(form)) {}
  Form form_;
};

// Shows answers as they come, and those of another scheduler at the same place as its own metadata
// want it.
class Watcher {
 public:
  explicit Watcher(const Options& options) : options_(options) {}

  Result<std::string> render(const Json& answer) {
    if (options_.json) return answer.text + '\n';
    if (!current_) SCX_TRY(look(answer));
    const auto now = Clock::now();
    std::string text = SCX_TRY(screen_->render(answer, now - before_));
    before_ = now;
    if (screen_->apart()) text += '\n';
    return text;
  }

  // Something happened to the connection: there may be another scheduler.
  void doubt() { current_ = false; }

 private:
  // The same metadata keep their screen, which knows what it showed last.
  Status look(const Json& answer) {
    Client client =
        SCX_TRY(Client::connect({.path = options_.socket, .timeout = options_.timeout}));
    Json metadata = SCX_TRY(client.request("stats_meta"));
    if (!screen_ || metadata != metadata_) {
      screen_ = SCX_TRY(Screen::make(metadata, options_.target(), answer));
      metadata_ = std::move(metadata);
    }
    current_ = true;
    return {};
  }

  const Options& options_;
  std::optional<Screen> screen_;
  Json metadata_;
  bool current_ = false;
  Clock::time_point before_ = Clock::now();
};

}  // namespace

Status show_once(const Options& options) {
  Client client = SCX_TRY(Client::connect({.path = options.socket, .timeout = options.timeout}));
  const Json metadata = options.json ? Json{} : SCX_TRY(client.request("stats_meta"));
  const auto begun = Clock::now();
  Json answer = SCX_TRY(client.request("stats", options.args));
  std::optional<Screen> screen;
  if (!options.json) screen = SCX_TRY(Screen::make(metadata, options.target(), answer));
  if (options.over > std::chrono::milliseconds::zero()) {
    if (screen) SCX_TRY(screen->skip(answer));
    std::this_thread::sleep_until(begun + options.over);
    answer = SCX_TRY(client.request("stats", options.args));
  }
  if (options.json) return write_out(answer.text + '\n');
  return write_out(SCX_TRY(screen->render(answer, Clock::now() - begun)));
}

Status watch(const Options& options) {
  const Fd stop = SCX_TRY(until_signal());
  Watcher watcher(options);
  Status written;
  SCX_TRY(stats::monitor(
      {.path = options.socket,
       .interval = *options.watch,
       .timeout = options.timeout,
       .stop_fd = stop.get(),
       .args = options.args,
       .render = [&](const Json& answer) { return watcher.render(answer); }},
      [&](std::string_view text) {
        if (written) written = write_out(text);
        if (!written) std::raise(SIGTERM);  // which ends monitor()
      },
      [&](std::string_view news) {
        watcher.doubt();
        fmt::print(stderr, "scxstat: {}\n", news);
      }));
  return written;
}

}  // namespace scx::scxstat
