// SPDX-License-Identifier: GPL-2.0-only
//
// Session: a scheduler that is attached, as App's loop and the statistics that the framework itself
// serves see it, whatever the types of its skeleton. CurrentSession: which one that is, for the
// thread that serves the statistics.
//
// For App's own use; a program with a loop of its own needs neither.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "scx/base/result.h"
#include "scx/framework/exit_report.h"
#include "scx/framework/machine.h"
#include "scx/framework/object.h"
#include "scx/framework/runner.h"
#include "scx/stats/json.h"
#include "scx/tables.h"

namespace scx {

class Session {
 public:
  virtual ~Session() = default;
  virtual int events_fd() const = 0;
  virtual std::optional<ExitReport> ended() const = 0;
  virtual const LoadReport& report() const = 0;
  virtual void detach() = 0;
  virtual Tick tick() = 0;  // what App::every() was given, once

  // The machine that it was started for.
  virtual const Machine& machine() const = 0;
  // What App::count_schedules() was given: since its start, by cid; empty where it was given none.
  virtual std::vector<std::uint64_t> schedules() const = 0;
  // By cid, as BPF counts (scx/latency.bpf.h); empty where it does not.
  virtual std::span<const scx_latency> latency() const = 0;
  virtual void count_latency(bool wanted) = 0;
};

// Any thread, one at a time: whoever is in with() holds up the end of the scheduler.
class CurrentSession {
 public:
  using Clock = std::chrono::steady_clock;

  struct Run {
    Session& session;
    std::uint64_t number;  // the how manieth, from 1 on
    Clock::time_point since;
  };

  void begin(Session& session);
  void end();

  // What `answer` makes of the scheduler that is attached. Errors: busy while there is none; its
  // own.
  template <typename Answer>
  Result<stats::Json> with(Answer answer) {
    const std::lock_guard lock(mutex_);
    if (!session_)
      return fail(ErrorKind::busy, "the scheduler is starting", "ask again in a moment");
    return answer(Run{*session_, number_, since_});
  }

  // Has latencies counted, by this session and those that come, while at least one of these lives.
  class LatencyWatch {
   public:
    explicit LatencyWatch(CurrentSession& current);
    LatencyWatch(const LatencyWatch&) = delete;
    LatencyWatch& operator=(const LatencyWatch&) = delete;
    ~LatencyWatch();

   private:
    CurrentSession& current_;
  };

 private:
  void count_watchers(int change);

  std::mutex mutex_;
  Session* session_ = nullptr;
  std::uint64_t number_ = 0;
  Clock::time_point since_;
  int latency_watchers_ = 0;
};

}  // namespace scx
