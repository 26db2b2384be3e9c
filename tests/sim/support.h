// SPDX-License-Identifier: GPL-2.0-only
//
// Policies for tests of the simulator, written in C++: the same calls as a compiled policy makes.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "../framework/support.h"
#include "scx/sim/kernel.h"
#include "scx/sim/simulation.h"

namespace scx::sim::test {

using scx::test::cores;
using scx::test::machine;
using scx::test::whole;

// One at a time: callbacks are plain functions, and find the kernel here.
inline const scx_sim_calls* calls = nullptr;
inline void* kernel = nullptr;

using Words = unsigned long long*;
inline task_struct* task(Words words, int at = 0) {
  return reinterpret_cast<task_struct*>(words[at]);
}

inline bool insert(task_struct* p, u64 dsq, u64 slice = SIM_SLICE_DFL, u64 flags = 0) {
  const scx_sim_insert how{dsq, slice, 0, flags, false};
  return calls->dsq_insert(kernel, p, &how);
}
inline bool insert_by_vtime(task_struct* p, u64 dsq, u64 vtime, u64 slice = SIM_SLICE_DFL) {
  const scx_sim_insert how{dsq, slice, vtime, 0, true};
  return calls->dsq_insert(kernel, p, &how);
}

// One queue, first in, first out, unless a test changes a callback.
class Fifo : public Policy {
 public:
  static constexpr u64 kQueue = 7;

  Fifo() {
    table.init = [](Words) -> s32 { return calls->create_dsq(kernel, kQueue); };
    table.select_cid = [](Words words) { return static_cast<s32>(words[1]); };
    table.enqueue = [](Words words) { insert(task(words), kQueue); };
    table.dispatch = [](Words) { calls->dsq_move_to_local(kernel, kQueue, 0); };
  }
  const OpsTable& ops() const override { return table; }
  void link(const scx_sim_calls& table_of, void* k) override {
    calls = &table_of;
    kernel = k;
  }
  void* arena_pages(u32) override { return nullptr; }

  OpsTable table{};
};

inline Op run(u64 ns) { return {.kind = Op::Kind::run, .span = {ns, ns}}; }
inline Op sleep(u64 ns) { return {.kind = Op::Kind::sleep, .span = {ns, ns}}; }
inline Op wait(int semaphore) { return {.kind = Op::Kind::wait, .object = semaphore}; }
inline Op post(int semaphore) { return {.kind = Op::Kind::post, .object = semaphore}; }
// The CPUs go offline, and come back.
inline Op off(CpuSet cpus) { return {.kind = Op::Kind::cpu_off, .cpus = std::move(cpus)}; }
inline Op on(CpuSet cpus) { return {.kind = Op::Kind::cpu_on, .cpus = std::move(cpus)}; }

constexpr u64 kUs = 1000, kMs = 1000 * kUs;

// `count` tasks that do `ops`, `rounds` times each.
inline TaskKind tasks(std::string name, int count, std::vector<Op> ops, std::int64_t rounds = -1) {
  return {
      .name = std::move(name), .count = count, .rounds = rounds, .phases = {{1, std::move(ops)}}};
}
inline TaskKind bound(TaskKind kind, CpuSet cpus) {
  kind.cpus = std::move(cpus);
  return kind;
}
inline Workload workload(u64 duration_ns, std::vector<TaskKind> kinds) {
  return {.name = "test",
          .duration_ns = duration_ns,
          .nr_semaphores = 2,
          .nr_mutexes = 1,
          .kinds = std::move(kinds)};
}
// Nothing costs anything, so that times are round.
inline SimulationOptions free_of_charge() {
  SimulationOptions options;
  options.costs = {.context_switch_ns = 0,
                   .wakeup_ns = 0,
                   .kick_ns = 0,
                   .idle_exit_ns = 0,
                   .interrupt_ns = 0,
                   .tick_ns = 0,
                   .refill_core_ns = 0,
                   .refill_llc_ns = 0,
                   .refill_node_ns = 0,
                   .refill_far_ns = 0,
                   .smt_speed = 512,
                   .hz = 250};
  return options;
}

inline Outcome simulated(const Machine& on, Policy& policy, const Workload& work,
                         const SimulationOptions& options = free_of_charge()) {
  Result<Outcome> outcome = simulate(on, policy, work, options);
  if (!outcome) {
    ADD_FAILURE() << outcome.error().message();
    return {};
  }
  return *std::move(outcome);
}

// The calls of a simulation, "running a" for those of a task, "update_idle 1" for those of a CPU.
class Watched {
 public:
  explicit Watched(SimulationOptions& options) {
    options.watch = [this](const Call& call) {
      std::string line = call.op;
      line += ' ';
      line += call.task ? call.task : std::to_string(call.flags);
      lines.push_back(line);
    };
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  std::vector<std::string> of(std::string_view word) const {
    std::vector<std::string> found;
    for (const std::string& line : lines)
      if (line.find(word) != line.npos) found.push_back(line);
    return found;
  }
  std::vector<std::string> lines;
};

}  // namespace scx::sim::test
