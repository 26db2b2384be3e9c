// SPDX-License-Identifier: GPL-2.0-only
//
// Observer: somebody who is told what happens in a simulation while it happens, such as a drawer of
// timelines. Cids are those of the start, whatever they are to a policy that is started anew. What
// a whole simulation came to is in its Outcome; who wants no more needs none of this. Without an
// observer nothing is computed for one.
//
//   struct Moves : sim::Observer {
//     void started(const Start& start) override { moves += start.far.has_value(); }
//     int moves = 0;
//   };
//   options.observer = &moves;
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace scx::sim {

// What two CPUs share, nearest first.
enum class Distance { core, llc, node, far };
inline constexpr int kDistances = 4;

class Observer {
 public:
  struct Task {
    std::int32_t pid;
    int kind;  // its index in Workload::kinds and Outcome::kinds
  };
  struct Start {
    std::uint64_t at_ns;
    std::int32_t cid;
    Task task;
    std::int32_t from;            // the cid where it ran last; -1: nowhere yet
    std::optional<Distance> far;  // to there, where that is another one
  };
  enum class Why {
    sleeps,
    exits,
    preempted,   // with slice left, on somebody's wish
    slice_over,  // or given up
    not_here,    // the CPU is no longer one that it may use
  };
  struct Stop {
    std::uint64_t at_ns;
    std::int32_t cid;
    Task task;
    Why why;
  };
  struct Wake {
    std::uint64_t at_ns;
    std::int32_t cid;  // the waker's
    Task task;
    bool is_new;  // forked rather than woken
  };
  struct Queue {
    std::uint64_t at_ns;
    std::uint64_t id;  // as policies name it
    std::int32_t cid;  // whose local queue it is; -1: nobody's
    std::uint64_t length;
  };

  virtual ~Observer() = default;

  // In the order in which it happens: times never go back. On one CPU starts and stops alternate;
  // it is idle in between. Who runs at the end is not stopped.
  virtual void started(const Start&) {}
  virtual void stopped(const Stop&) {}
  virtual void woke(const Wake&) {}
  // The queue has another length now; more than once at one time where it grows and shrinks.
  virtual void queued(const Queue&) {}
  // The warm-up is over: what an Outcome counts begins here. Not called where there is none.
  virtual void counting(std::uint64_t /*at_ns*/) {}
  // A hotplug has ended the policy, which is started anew; and it is there again.
  virtual void detached(std::uint64_t /*at_ns*/, const std::string& /*why*/) {}
  virtual void attached(std::uint64_t /*at_ns*/) {}
  // The simulation is over, for whatever reason; nothing follows.
  virtual void ended(std::uint64_t /*at_ns*/) {}
};

}  // namespace scx::sim
