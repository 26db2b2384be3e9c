// SPDX-License-Identifier: GPL-2.0-only
#include "setup.h"

#include <fmt/core.h>

#include <filesystem>

#include "builtin.h"
#include "machine_with.h"
#include "scx/sim/native_policy.h"
#include "workload_file.h"

namespace scx::scxsim {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

// The schedulers of this project lie in one place as seen from the program, installed or not.
Result<std::filesystem::path> find_policy(const std::string& scheduler) {
  if (scheduler.find('/') != scheduler.npos) return scheduler;
  const std::string name = scheduler.starts_with("scx_") ? scheduler.substr(4) : scheduler;
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto file = (self.parent_path() / SCXX_POLICY_DIR / (name + ".sim.so")).lexically_normal();
  if (std::filesystem::exists(file, error)) return file;
  return fail(ErrorKind::missing,
              fmt::format("there is no scheduler {} in {}", scheduler, file.parent_path().string()),
              "lavd, qmap and simple are there; one of your own is named by its file, with a '/'");
}

Result<sim::Workload> make_workload(const Options& options, int nr_cpus) {
  sim::Workload workload;
  if (const Builtin* builtin = find_builtin(options.workload)) {
    workload = builtin->make(nr_cpus, options.seed);
  } else {
    auto read = read_workload(options.workload);
    if (!read && read.error().kind == ErrorKind::missing)
      read.error().cure = "--list-workloads shows those that need no file";
    workload = SCX_TRY(std::move(read));
  }
  if (options.duration_ms) workload.duration_ns = *options.duration_ms * kMs;
  workload.warmup_ns = options.warmup_ms * kMs;
  if (workload.warmup_ns < workload.duration_ns) return workload;
  return fail(ErrorKind::usage, "the warm-up is as long as the whole simulation",
              "make --duration longer than --warmup");
}

Status set_knobs(sim::NativePolicy& policy, const std::vector<std::string>& assignments) {
  for (const std::string& assignment : assignments) {
    const std::size_t equals = assignment.find('=');
    if (equals == assignment.npos)
      return fail(ErrorKind::usage, "the knob " + assignment, "write NAME=VALUE");
    SCX_TRY(policy.set_knob(assignment.substr(0, equals), assignment.substr(equals + 1)));
  }
  return {};
}

}  // namespace

Result<Setup> make_setup(const Options& options) {
  const MachineOptions machine_options =
      SCX_TRY(parse_machine_options(options.topology, options.big_cpus, options.virt_llc));
  Setup setup{
      machine_options, SCX_TRY(discover_machine(machine_options)), {}, {.seed = options.seed}};
  setup.workload = SCX_TRY(make_workload(options, setup.machine.cids.online().count));
  setup.simulation.starvation_ns = options.starvation_ms * kMs;
  setup.simulation.conserve_ns = options.conserve_ms * kMs;
  setup.simulation.audit = options.audit;
  setup.simulation.measure = options.measure;
  for (const std::string& cost : options.cost) SCX_TRY(set_cost(setup.simulation.costs, cost));
  return setup;
}

Result<Run> run(const Setup& setup, const std::string& scheduler,
                const std::vector<std::string>& set) {
  const std::filesystem::path file = SCX_TRY(find_policy(scheduler));
  auto policy = SCX_TRY(sim::NativePolicy::load(file, setup.machine));
  SCX_TRY(set_knobs(*policy, set));
  Run run{{scheduler, summary(setup.machine.topology), setup.workload.name, setup.simulation.seed,
           setup.machine.cids.online().count, set},
          {}};
  sim::SimulationOptions simulation = setup.simulation;
  simulation.restart = [&](const CpuSet& online) -> Result<Machine> {
    const RawTopology raw = SCX_TRY(read_machine(setup.machine_options.source));
    Machine machine = SCX_TRY(machine_with(raw, setup.machine_options, online));
    SCX_TRY(policy->reload(machine));
    return machine;
  };
  run.outcome = SCX_TRY(simulate(setup.machine, *policy, setup.workload, simulation));
  return run;
}

}  // namespace scx::scxsim
