// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/session.h"

namespace scx {

void CurrentSession::begin(Session& session) {
  const std::lock_guard lock(mutex_);
  session_ = &session;
  ++number_;
  since_ = Clock::now();
  if (latency_watchers_ > 0) session.count_latency(true);
}

void CurrentSession::end() {
  const std::lock_guard lock(mutex_);
  session_ = nullptr;
}

void CurrentSession::count_watchers(int change) {
  const std::lock_guard lock(mutex_);
  const bool before = latency_watchers_ > 0;
  latency_watchers_ += change;
  const bool wanted = latency_watchers_ > 0;
  if (session_ && wanted != before) session_->count_latency(wanted);
}

CurrentSession::LatencyWatch::LatencyWatch(CurrentSession& current) : current_(current) {
  current_.count_watchers(1);
}

CurrentSession::LatencyWatch::~LatencyWatch() { current_.count_watchers(-1); }

}  // namespace scx
