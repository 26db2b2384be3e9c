// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/runner.h"

#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

namespace scx {
namespace {

using namespace std::chrono_literals;

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// The loop counts its times itself rather than with timers as descriptors: a sandbox may forbid
// those (systemd's @timer, which scx_loader's unit filters out).
Clock::duration to_clock(Seconds time) {
  return std::max<Clock::duration>(1ns, std::chrono::duration_cast<Clock::duration>(time));
}

// Whose turn it is at `next`, and then at every interval.
struct Turns {
  Clock::duration interval;
  Clock::time_point next;

  // Whether one has come by now. Those that came too late fall together.
  bool take(Clock::time_point now) {
    if (now < next) return false;
    next += interval * ((now - next) / interval + 1);
    return true;
  }
};

// Until then, for ppoll(); nothing is left of what is past.
timespec time_to(Clock::time_point then) {
  const auto left = std::max<std::int64_t>(0, (then - Clock::now()) / 1ns);
  return {static_cast<time_t>(left / 1'000'000'000), static_cast<long>(left % 1'000'000'000)};
}

}  // namespace

Result<Signals> Signals::make() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&set, signal);
  if (const int err = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); err != 0)
    return fail_errno(err, "cannot block signals");
  Fd fd{::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!fd) return fail_errno(errno, "cannot wait for signals");
  return Signals(std::move(fd));
}

int Signals::take() {
  signalfd_siginfo info{};
  const ssize_t n = ::read(fd_.get(), &info, sizeof(info));
  return n == sizeof(info) ? static_cast<int>(info.ssi_signo) : 0;
}

Result<RunEnd> wait_for_end(int events_fd, const Signals& signals, const RunOptions& options) {
  const auto started = Clock::now();
  std::optional<Clock::time_point> end;
  if (options.run_for) end = started + to_clock(*options.run_for);
  std::vector<Turns> turns;
  for (const Periodic& periodic : options.periodic) {
    const auto interval = to_clock(periodic.interval);
    turns.push_back({interval, started + interval});
  }
  for (const Periodic& periodic : options.periodic)
    if (periodic.at_once && periodic.work() == Tick::restart) return RunEnd::restart;
  // poll() passes over negative fds.
  std::array<pollfd, 2> fds = {{{events_fd, POLLIN, 0}, {signals.fd(), POLLIN, 0}}};
  for (;;) {
    auto next = end;
    for (const Turns& one : turns) next = std::min(next.value_or(one.next), one.next);
    const timespec timeout = next ? time_to(*next) : timespec{};
    if (::ppoll(fds.data(), fds.size(), next ? &timeout : nullptr, nullptr) < 0) {
      if (errno == EINTR) continue;
      return fail_errno(errno, "cannot wait for the scheduler's end");
    }
    if (fds[0].revents) return RunEnd::scheduler;
    if (fds[1].revents) return RunEnd::signal;
    const auto now = Clock::now();
    if (end && now >= *end) return RunEnd::time;
    for (std::size_t i = 0; i < turns.size(); ++i)
      if (turns[i].take(now) && options.periodic[i].work() == Tick::restart) return RunEnd::restart;
  }
}

std::chrono::milliseconds Backoff::next(std::chrono::steady_clock::duration last_run) {
  if (last_run >= 10s) {
    delay_ = 0ms;
    return delay_;
  }
  const auto now = delay_;
  delay_ = std::clamp(delay_ * 2, 100ms, 5000ms);
  return now;
}

}  // namespace scx
