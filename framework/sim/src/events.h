// SPDX-License-Identifier: GPL-2.0-only
//
// What is going to happen, by time; what happens at the same time, in the order in which it was
// planned. An event is not taken back: who plans another one in its place changes the `stamp` that
// it compares.
#pragma once

#include <cstdint>
#include <queue>
#include <vector>

namespace scx::sim {

struct Event {
  enum class Kind : std::uint8_t {
    run_over,    // of CPU `target`: the task there has done its operation
    tick,        // of CPU `target`
    reschedule,  // of CPU `target`: it has heard that it is to schedule
    wake,        // of task `target`: its timer
    timer,       // of the policy
    start,       // of task `target`
    watchdog,
    conserve,  // a look at who waits while who is idle
    measure,   // the warm-up is over
    attach,    // the policy is started anew
  };
  std::uint64_t at_ns;
  std::uint64_t order;
  std::uint64_t stamp;
  std::uint32_t target;
  Kind kind;
};

class Events {
 public:
  void plan(std::uint64_t at_ns, Event::Kind kind, std::uint32_t target, std::uint64_t stamp = 0) {
    queue_.push({at_ns, order_++, stamp, target, kind});
  }
  bool empty() const { return queue_.empty(); }
  // Require: not empty.
  const Event& next() const { return queue_.top(); }
  void pop() { queue_.pop(); }

 private:
  struct Later {
    bool operator()(const Event& a, const Event& b) const {
      return a.at_ns != b.at_ns ? a.at_ns > b.at_ns : a.order > b.order;
    }
  };
  std::priority_queue<Event, std::vector<Event>, Later> queue_;
  std::uint64_t order_ = 0;
};

}  // namespace scx::sim
