// SPDX-License-Identifier: GPL-2.0-only
#include "scx/stats/monitor.h"

#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "scx/stats/client.h"
#include "scx/stats/view.h"

namespace scx::stats {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

using Render = std::move_only_function<Result<std::string>(const Json&, Seconds)>;

constexpr milliseconds kRetry{1000};

// Waits. True: told to stop before `until`.
bool stopped(int stop_fd, Clock::time_point until) {
  pollfd stop{stop_fd, POLLIN, 0};
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
    const int timeout = static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000'000));
    const int ready = ::poll(&stop, 1, timeout);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // cannot wait: better to end than to spin
    if (Clock::now() >= until) return false;
  }
}

class Watch {
 public:
  Watch(const MonitorOptions& options, const Output& show, const Output& say)
      : options_(options), show_(show), say_(say) {}

  Status run() {
    const auto pause = std::min(options_.interval, kRetry);
    for (;;) {
      const Status watched = watch_one();
      if (watched) return {};
      const Error& error = watched.error();
      if (error.err == ECANCELED) return {};
      if (error.kind == ErrorKind::permission || error.kind == ErrorKind::usage) return watched;
      lost(error);
      if (stopped(options_.stop_fd, Clock::now() + pause)) return {};
    }
  }

 private:
  // Shows one scheduler until told to stop (success) or until it cannot be shown.
  Status watch_one() {
    Client client = SCX_TRY(Client::connect(
        {.path = options_.path, .timeout = options_.timeout, .cancel_fd = options_.stop_fd}));
    Render render = SCX_TRY(renderer(client));
    auto before = Clock::now();
    for (auto next = before;; next = std::max(next + options_.interval, Clock::now())) {
      if (stopped(options_.stop_fd, next)) return {};
      const auto value = client.request("stats", options_.args);
      if (!value && !client.connected()) return std::unexpected(value.error());
      if (!value) {
        tell(value.error().message());
        continue;
      }
      const auto now = Clock::now();
      const std::string text = SCX_TRY(render(*value, now - before));
      before = now;
      found();
      if (!text.empty()) show_(text);
    }
  }

  // How this scheduler's answers become text.
  Result<Render> renderer(Client& client) const {
    if (options_.render)
      return [this](const Json& value, Seconds) { return options_.render(value); };
    const Json metadata = SCX_TRY(client.request("stats_meta"));
    return [view = SCX_TRY(View::make(metadata))](const Json& value, Seconds since) mutable {
      return view.render(value, since);
    };
  }

  void found() {
    if (!told_.empty()) say_(fmt::format("connected to the scheduler at {}", options_.path));
    told_.clear();
    waiting_ = false;
    seen_ = true;
  }

  void lost(const Error& error) {
    // What a scheduler answers has an errno, so it is not taken for nobody's being there.
    const bool nobody = error.kind == ErrorKind::missing && error.err == 0;
    const bool gone = nobody || error.err == ECONNRESET;
    if (!gone) return tell(error.message() + "; trying again");
    if (waiting_) return;
    waiting_ = true;
    tell(seen_ ? fmt::format("the scheduler at {} has ended; waiting for the next", options_.path)
               : fmt::format("no scheduler serves statistics at {} yet; waiting", options_.path));
  }

  // Once, however often the same thing happens again.
  void tell(std::string text) {
    if (text == told_) return;
    told_ = std::move(text);
    say_(told_);
  }

  const MonitorOptions& options_;
  const Output& show_;
  const Output& say_;
  std::string told_;      // since the last view
  bool waiting_ = false;  // said that there is no scheduler
  bool seen_ = false;     // has shown one
};

}  // namespace

Status monitor(const MonitorOptions& options, const Output& show, const Output& say) {
  if (options.interval <= milliseconds::zero())
    return fail(ErrorKind::usage, "the interval between two views of statistics is not positive");
  return Watch(options, show, say).run();
}

}  // namespace scx::stats
