// SPDX-License-Identifier: GPL-2.0-only
//
// Costs: what the simulated machine charges for what a real one does between instructions of a
// task. The defaults are of the order of what a server of a few GHz takes; docs/simulator.md has
// them in a table. A cost of 0 is allowed everywhere.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "scx/base/result.h"

namespace scx::sim {

struct Costs {
  std::uint64_t context_switch_ns = 1500;  // on the CPU, before the next task goes on
  std::uint64_t wakeup_ns = 1000;          // on the waker
  std::uint64_t kick_ns = 1000;            // until another CPU sees that it is to schedule
  std::uint64_t idle_exit_ns = 1000;       // added where that CPU was idle
  std::uint64_t interrupt_ns = 500;        // a timer's interrupt, on whoever runs there
  std::uint64_t tick_ns = 500;             // the scheduler's tick, the same way
  // Filling caches again, on a task that starts on another CPU than it ran on last; by what the two
  // share: a core, an LLC, a node, nothing.
  std::uint64_t refill_core_ns = 200;
  std::uint64_t refill_llc_ns = 3000;
  std::uint64_t refill_node_ns = 15000;
  std::uint64_t refill_far_ns = 40000;
  std::uint64_t smt_speed = 640;  // of 1024: a hardware thread's speed while a sibling is busy
  // Of 1024: a CPU's speed at the performance level 0, and in between in proportion; 1 … 1024.
  std::uint64_t slowest_speed = 1024;
  std::uint64_t hz = 250;  // ticks a second; 1 … 10000
  // From the end of a policy by hotplug until it is there again.
  std::uint64_t restart_ns = 100'000'000;
};

// Name and place of each, for command lines and documents.
struct CostField {
  std::string_view name;
  std::uint64_t Costs::*field;
};
std::span<const CostField> cost_fields();

// Sets what "name=value" says. Errors: usage, naming what is known.
Status set_cost(Costs& costs, std::string_view assignment);

}  // namespace scx::sim
