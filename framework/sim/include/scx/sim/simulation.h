// SPDX-License-Identifier: GPL-2.0-only
//
// A simulation: a machine, a policy and a workload, from the start to the end of the workload's
// duration or to the end of the policy. The same input gives the same outcome, to the byte.
//
//   auto policy = SCX_TRY(NativePolicy::load("lavd.sim.so", machine));
//   Outcome outcome = simulate(machine, *policy, workload, {.seed = 1});
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "scx/base/cpu_set.h"
#include "scx/framework/machine.h"
#include "scx/sim/costs.h"
#include "scx/sim/observer.h"
#include "scx/sim/policy.h"
#include "scx/sim/workload.h"

namespace scx::sim {

// How many values lie where, in buckets that are 1/32 of a power of two wide: what a value is taken
// for is up to 3 % more than itself.
class Histogram {
 public:
  void add(std::uint64_t value);
  std::uint64_t count() const { return count_; }
  std::uint64_t max() const { return max_; }
  std::uint64_t sum() const { return sum_; }
  double mean() const {
    return count_ ? static_cast<double>(sum_) / static_cast<double>(count_) : 0;
  }
  // The value below which `per_mille` of all lie; 0 where there are none.
  std::uint64_t percentile(int per_mille) const;
  void merge(const Histogram& other);

 private:
  std::vector<std::uint32_t> buckets_;
  std::uint64_t count_ = 0, sum_ = 0, max_ = 0;
};

// What the tasks of a kind did after the warm-up; or all tasks together.
struct Counts {
  std::uint64_t run_ns = 0;  // on a CPU
  // Of a single task; where there is none, the least is more than the most.
  std::uint64_t least_run_ns = ~0ull, most_run_ns = 0;
  std::uint64_t rounds = 0;       // of the program
  std::uint64_t switches = 0;     // starts on a CPU
  std::uint64_t preemptions = 0;  // ends on a CPU with slice left, on somebody's wish
  std::uint64_t wakeups = 0;
  std::array<std::uint64_t, kDistances> migrations = {};  // by distance
  std::uint64_t longest_wait_ns = 0;                      // ready to run and not running
  Histogram latency;                                      // from wake-up to running

  void add(const Counts& other);
};

struct KindOutcome {
  std::string name;
  int nr_tasks = 0;
  std::uint32_t weight = 0;  // of one task, at its start
  Counts counts;
};

// What a callback came to, over all its calls. The host's time and the basic blocks are those of
// the policy's own instructions; what the kernel did for it meanwhile is the engine's.
struct OpCost {
  std::string op;
  std::uint64_t kernel_calls = 0;  // kfuncs and helpers that it called
  Histogram host_ns;               // of each call
  Histogram blocks;                // of each call; empty where the policy does not count them
};

// Who ended it.
enum class End {
  finished,  // the duration was over
  policy,    // the policy, by scx_bpf_exit()
  hotplug,   // the kernel, for the policy to be started anew, where nothing does that
  error,     // the policy's scx_bpf_error(), or one of the kernel's own checks
  stall,     // the watchdog
};

struct Outcome {
  End end = End::finished;
  std::int64_t exit_code = 0;
  std::string message;            // empty where it finished
  std::uint64_t end_ns = 0;       // the simulated time
  std::uint64_t measured_ns = 0;  // of it, after the warm-up
  std::uint64_t nr_events = 0;
  std::uint64_t nr_decisions = 0;  // calls of the policy's callbacks
  Counts all;
  std::vector<KindOutcome> kinds;
  std::uint64_t idle_ns = 0;  // over all CPUs
  // Over all CPUs: idle, while a task waited that may run anywhere.
  std::uint64_t idle_while_waiting_ns = 0;
  std::uint64_t nr_restarts = 0;     // new starts of the policy, all after a hotplug
  std::vector<std::string> printed;  // bpf_printk(), the first thousand lines
  // Where they were to be measured.
  std::vector<OpCost> ops;
  std::uint64_t engine_host_ns = 0;
};

// A call of a callback, for tests and traces. `task` is null where there is none.
struct Call {
  std::uint64_t at_ns;
  const char* op;
  std::int32_t cid;  // where it runs, as numbered at the start
  const char* task;
  std::int32_t pid;
  std::uint64_t flags;
};

struct SimulationOptions {
  std::uint64_t seed = 1;
  Costs costs = {};
  // A task that is ready to run for longer is an error; 0: the policy's watchdog alone decides.
  std::uint64_t starvation_ns = 0;
  // A task that waits while a CPU that it may use is idle, both for longer, is an error; 0: not
  // looked at, since a scheduler that rests CPUs lets tasks wait on purpose. Looked at every
  // quarter of the bound, and whenever an idle CPU takes a task.
  std::uint64_t conserve_ns = 0;
  // Look at the whole state after every event, and at the whole queue whenever a CPU takes a task
  // by vtime. Time grows with tasks and CPUs.
  bool audit = false;
  std::function<void(const Call&)> watch = {};
  // What each callback costs the host. The times differ from run to run; all else is the same.
  bool measure = false;
  Observer* observer = nullptr;  // borrowed, for the simulation
  // Loads the policy anew after its end by hotplug, for the same machine with these CPUs online,
  // and returns that machine; an error ends the simulation. Where there is none, such an end is the
  // simulation's.
  std::function<Result<Machine>(const CpuSet& online)> restart = {};
};

// Errors: invalid, for a workload that does not fit the machine (CPUs that are not there).
Result<Outcome> simulate(const Machine& machine, Policy& policy, const Workload& workload,
                         const SimulationOptions& options = {});

}  // namespace scx::sim
