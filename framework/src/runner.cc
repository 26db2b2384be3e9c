// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/runner.h"

#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <vector>

namespace scx {
namespace {

using namespace std::chrono_literals;

// A timer that fires once after `first`, or every `first`; no timer for a duration that is unset.
Result<Fd> make_timer(const std::optional<std::chrono::duration<double>>& after, bool periodic) {
  if (!after) return Fd{};
  Fd fd{::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)};
  if (!fd) return fail_errno(errno, "cannot create a timer");
  const auto ns = std::max<std::int64_t>(
      1, std::chrono::duration_cast<std::chrono::nanoseconds>(*after).count());
  itimerspec spec{};
  spec.it_value = {static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
  if (periodic) spec.it_interval = spec.it_value;
  if (::timerfd_settime(fd.get(), 0, &spec, nullptr) != 0)
    return fail_errno(errno, "cannot set a timer");
  return fd;
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
  const Fd end = SCX_TRY(make_timer(options.run_for, false));
  // poll() passes over negative fds.
  std::vector<pollfd> fds = {
      {events_fd, POLLIN, 0}, {signals.fd(), POLLIN, 0}, {end.get(), POLLIN, 0}};
  constexpr std::size_t kFirstTimer = 3;
  std::vector<Fd> timers;
  for (const Periodic& periodic : options.periodic) {
    timers.push_back(SCX_TRY(make_timer(periodic.interval, true)));
    fds.push_back({timers.back().get(), POLLIN, 0});
  }
  for (const Periodic& periodic : options.periodic)
    if (periodic.at_once && periodic.work() == Tick::restart) return RunEnd::restart;
  for (;;) {
    if (::poll(fds.data(), fds.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return fail_errno(errno, "cannot wait for the scheduler's end");
    }
    if (fds[0].revents) return RunEnd::scheduler;
    if (fds[1].revents) return RunEnd::signal;
    if (fds[2].revents) return RunEnd::time;
    for (std::size_t i = 0; i < timers.size(); ++i) {
      std::uint64_t turns = 0;
      if (!fds[kFirstTimer + i].revents ||
          ::read(timers[i].get(), &turns, sizeof(turns)) != sizeof(turns))
        continue;
      if (options.periodic[i].work() == Tick::restart) return RunEnd::restart;
    }
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
