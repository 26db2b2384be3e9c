// SPDX-License-Identifier: GPL-2.0-only
//
// What an Outcome does not say, counted while a simulation runs: results by unit of the machine,
// and of each single task. Like an Outcome it counts from the end of the warm-up on.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scx/framework/machine.h"
#include "scx/sim/simulation.h"

namespace scx::scxsim {

struct UnitResult {
  std::string_view level;  // "tier", "node", "llc" or "core"
  std::int32_t number = 0;
  std::string cids;  // "0-3,8"
  int nr_cpus = 0;
  std::uint64_t busy_ns = 0, switches = 0, preemptions = 0;
  std::uint64_t moves_in = 0, moves_out = 0;  // from and to other units of the level
};

struct TaskResult {
  std::int32_t pid = 0;
  int kind = 0;
  std::uint64_t run_ns = 0, switches = 0, preemptions = 0, wakeups = 0, longest_wait_ns = 0;
  std::array<std::uint64_t, sim::kDistances> migrations = {};
  // From wake-up to running.
  std::uint64_t latencies = 0, latency_sum_ns = 0, latency_max_ns = 0;
};

class Tally : public sim::Observer {
 public:
  explicit Tally(const Machine& machine);

  void started(const Start& start) override;
  void stopped(const Stop& stop) override;
  void woke(const Wake& wake) override;
  void counting(std::uint64_t at_ns) override;
  void ended(std::uint64_t at_ns) override;

  // Largest level first; tiers only where there is more than one.
  std::vector<UnitResult> units() const;
  // By pid.
  std::vector<TaskResult> tasks() const;

 private:
  struct Cpu {
    std::uint64_t busy_ns = 0, switches = 0, preemptions = 0;
    // By distance; and those that come from another tier, or go to one.
    std::array<std::uint64_t, sim::kDistances> in = {}, out = {};
    std::uint64_t tier_in = 0, tier_out = 0;
    int tier = 0;
    std::int32_t pid = 0;  // who runs; 0: nobody
    std::uint64_t since_ns = 0;
  };
  struct Task {
    TaskResult result;
    bool seen = false, woken = false, ready = false;
    std::uint64_t woken_ns = 0, ready_ns = 0;
  };
  Cpu& cpu(std::int32_t cid) { return cpus_[static_cast<std::size_t>(cid)]; }
  Task& task(const Observer::Task& which);
  Task& task_of(std::int32_t pid) { return tasks_[static_cast<std::size_t>(pid)]; }
  void charge(Cpu& cpu, std::uint64_t at_ns);
  void ready(Task& task, std::uint64_t at_ns);
  void not_ready(Task& task, std::uint64_t at_ns);
  UnitResult unit(std::string_view level, std::int32_t number,
                  const std::vector<std::int32_t>& cids) const;

  const Machine& machine_;
  std::vector<Cpu> cpus_;    // by cid
  std::vector<Task> tasks_;  // by pid
};

}  // namespace scx::scxsim
