// SPDX-License-Identifier: GPL-2.0-only
#include "feed.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <system_error>
#include <utility>

namespace scx::scxtop {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr double kRetry = 1;  // at most, while there is no scheduler

Fd make_event() {
  Fd fd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  if (!fd) throw std::system_error(errno, std::generic_category(), "cannot make an eventfd");
  return fd;
}

// A thread inherits who takes signals from the one that starts it.
template <typename Start>
std::thread without_signals(Start start) {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(start));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

Feed::Feed(std::string path, double interval_s)
    : ready_(make_event()),
      cancel_(make_event()),
      collector_({.path = std::move(path), .cancel_fd = cancel_.get()}),
      orders_{interval_s},
      thread_(without_signals([this] { run(); })) {}

Feed::~Feed() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  ::eventfd_write(cancel_.get(), 1);
  changed_.notify_all();
  thread_.join();
}

std::optional<News> Feed::take() {
  eventfd_t ignored = 0;
  ::eventfd_read(ready_.get(), &ignored);
  const std::scoped_lock lock(mutex_);
  return std::exchange(news_, std::nullopt);
}

void Feed::set(double interval_s, bool paused, const Sections& sections) {
  const std::scoped_lock lock(mutex_);
  const Orders orders{interval_s, paused, sections};
  if (orders == orders_) return;
  orders_ = orders;
  changed_.notify_all();
}

// Until the next round is due; false at the end.
bool Feed::wait_for_turn(std::unique_lock<std::mutex>& lock, Clock::time_point begun,
                         bool connected) {
  for (;;) {
    if (ending_) return false;
    const double pause = connected ? orders_.interval_s : std::min(orders_.interval_s, kRetry);
    const auto due = begun + std::chrono::ceil<Clock::duration>(Seconds(pause));
    if (orders_.paused) {
      changed_.wait(lock);
    } else if (Clock::now() >= due) {
      return true;
    } else {
      changed_.wait_until(lock, due);
    }
  }
}

// What is thrown (no memory for an answer) must not end the program with the terminal in its hands.
Status Feed::collect(const Sections& sections) try {
  return collector_.collect(sections);
} catch (const std::exception& error) {
  return fail(ErrorKind::io, error.what());
}

void Feed::run() {
  std::unique_lock lock(mutex_);
  bool connected = true;
  do {
    const auto begun = Clock::now();
    const Sections sections = orders_.sections;
    lock.unlock();
    const Status done = collect(sections);
    lock.lock();
    connected = done.has_value();
    news_ = News{collector_.model(), done ? std::nullopt : std::optional(done.error())};
    ::eventfd_write(ready_.get(), 1);
    if (!wait_for_turn(lock, begun, connected)) return;
  } while (!ending_);
}

}  // namespace scx::scxtop
