// SPDX-License-Identifier: GPL-2.0-only
#include "builtin.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "shrink.h"
#include "support.h"
#include "workload_file.h"
#include "workload_text.h"

namespace scx::scxsim {
namespace {

TEST(Builtins, RunUnderEachSchedulerOnSmallMachinesAndLarge) {
  const Machine machines[] = {
      test::whole(test::machine(test::cores(1, 1, 0))),
      test::whole(test::machine(test::cores(4, 2, 0, 0, 0) + test::cores(4, 2, 8, 1, 1)))};
  for (const Machine& machine : machines) {
    for (const Builtin& builtin : builtins()) {
      sim::Workload workload = builtin.make(machine.cids.online().count, 1);
      EXPECT_EQ(workload.name, builtin.name);
      workload.duration_ns = 300'000'000;
      for (const char* scheduler : {"simple", "lavd", "qmap"}) {
        const sim::Outcome outcome = outcome_of(scheduler, machine, workload);
        EXPECT_EQ(outcome.end, sim::End::finished)
            << builtin.name << " under " << scheduler << ": " << outcome.message;
        EXPECT_GT(outcome.all.run_ns, 0u);
      }
    }
  }
}

// SCXX_SEEDS in the environment: so many, in place of 200.
std::uint64_t nr_seeds() {
  const char* const asked = std::getenv("SCXX_SEEDS");
  return asked ? std::strtoull(asked, nullptr, 10) : 200;
}

// Some of the tasks are bound to CPUs, and some go from some CPUs to others; one changes the
// others.
void bind_some(sim::Workload& workload, const CpuSet& online, std::mt19937& random) {
  const auto once_in = [&](unsigned n) { return random() % n == 0; };
  const auto some = [&] {
    CpuSet cpus;
    for (const CpuId cpu : online)
      if (once_in(2)) cpus.insert(cpu);
    return cpus.empty() ? online : cpus;
  };
  for (sim::TaskKind& kind : workload.kinds) {
    if (once_in(3)) kind.cpus = some();
    for (sim::Phase& phase : kind.phases) {
      if (once_in(4)) phase.ops.push_back({.kind = sim::Op::Kind::set_cpus, .cpus = some()});
      if (once_in(6)) phase.ops.push_back({.kind = sim::Op::Kind::set_nice, .value = 5});
    }
  }
  sim::TaskKind admin{.name = "admin", .phases = {{}}};
  const auto kinds = static_cast<unsigned>(workload.kinds.size());
  for (int i = 0; i < 4; ++i) {
    std::vector<sim::Op>& ops = admin.phases[0].ops;
    ops.push_back({.kind = sim::Op::Kind::sleep, .span = {100'000, 9'000'000}});
    const auto changed = static_cast<int>(random() % kinds);
    if (once_in(2))
      ops.push_back({.kind = sim::Op::Kind::set_cpus, .object = changed, .cpus = some()});
    else
      ops.push_back({.kind = sim::Op::Kind::set_nice,
                     .object = changed,
                     .value = static_cast<int>(random() % 20) - 10});
  }
  workload.kinds.push_back(std::move(admin));
}

// Some phases are done on one CPU, whatever happens in them.
void pin_some(sim::Workload& workload, std::mt19937& random) {
  for (sim::TaskKind& kind : workload.kinds)
    for (sim::Phase& phase : kind.phases) {
      if (random() % 5) continue;
      phase.ops.insert(phase.ops.begin(), {.kind = sim::Op::Kind::migrate_disable});
      phase.ops.push_back({.kind = sim::Op::Kind::migrate_enable});
    }
}

// One in eight loses a CPU and gets it back, which ends each of these schedulers: they are started
// anew.
void hotplug_some(sim::Workload& workload, const CpuSet& online, std::mt19937& random) {
  if (random() % 8 || online.count() < 2) return;
  CpuSet gone;
  gone.insert(*online.begin());
  std::vector<sim::Op>& ops = workload.kinds.back().phases[0].ops;
  ops.push_back({.kind = sim::Op::Kind::cpu_off, .cpus = gone});
  ops.push_back({.kind = sim::Op::Kind::sleep, .span = {1'000'000, 40'000'000}});
  ops.push_back({.kind = sim::Op::Kind::cpu_on, .cpus = gone});
}

// One in three has a task that makes others real-time, again and again, for some milliseconds at
// most: those that would not leave the CPU to it go back by themselves.
void promote_some(sim::Workload& workload, std::mt19937& random) {
  const auto changed = static_cast<int>(random() % workload.kinds.size());
  if (random() % 3) return;
  const auto to = [](bool real_time, int kind = -1) {
    return sim::Op{.kind = sim::Op::Kind::set_class, .object = kind, .value = real_time};
  };
  for (sim::Phase& phase : workload.kinds[static_cast<std::size_t>(changed)].phases)
    phase.ops.insert(phase.ops.begin(), to(false));
  const sim::Op rest{.kind = sim::Op::Kind::sleep, .span = {1'000'000, 5'000'000}};
  sim::TaskKind promoter{.name = "promoter", .real_time = true, .phases = {{}}};
  promoter.phases[0].ops = {rest, to(true, changed), rest, to(false, changed), rest};
  workload.kinds.push_back(std::move(promoter));
}

// One in six has a task that moves others between cgroups, and changes these.
void group_some(sim::Workload& workload, std::mt19937& random) {
  if (random() % 6) return;
  const std::string paths[] = {"/", "/one", "/two", "/two/inner"};
  const auto any = [&](std::size_t from) { return paths[from + random() % (4 - from)]; };
  const auto kinds = static_cast<unsigned>(workload.kinds.size());
  sim::TaskKind mover{.name = "mover", .group = any(0), .phases = {{}}};
  for (int i = 0; i < 4; ++i) {
    std::vector<sim::Op>& ops = mover.phases[0].ops;
    ops.push_back({.kind = sim::Op::Kind::sleep, .span = {100'000, 9'000'000}});
    ops.push_back({.kind = sim::Op::Kind::set_group,
                   .object = static_cast<int>(random() % kinds),
                   .group = any(0)});
    const auto weight = static_cast<std::uint32_t>(1 + random() % 10'000);
    ops.push_back(
        {.kind = sim::Op::Kind::change_group,
         .group = any(1),
         .settings = {
             .weight = weight, .quota_us = 1000 + random() % 100'000, .idle = random() % 4 == 0}});
  }
  workload.kinds.push_back(std::move(mover));
}

// For whoever looks for the reason: a small case that goes wrong the same way.
std::string smaller(const char* scheduler, const char* knob, const Machine& machine,
                    const sim::Workload& workload, const sim::SimulationOptions& options,
                    const sim::Outcome& outcome, const RawTopology& given) {
  const auto run = [&](const Case& one) {
    RawTopology raw = given;
    auto described = one.shape ? machine_of(one) : machine;
    if (!described) return Seen{};
    if (one.shape) raw = *read_machine(machine_options_of(one)->source);
    sim::SimulationOptions how = options;
    how.seed = one.seed;
    how.audit = one.audit;
    return seen_in(outcome_of(scheduler, *described, one.workload, how, knob, &raw), one.workload);
  };
  const Shrunk small = shrink({.audit = options.audit, .seed = options.seed, .workload = workload},
                              seen_in(outcome, workload), machine.topology, run);
  return fmt::format("after {} runs: {}, --topology \"{}\"{} --seed {}\n{}", small.runs,
                     size_of(small.least, machine.cids.online().count),
                     small.least.shape ? text_of(*small.least.shape) : "as it was",
                     small.least.audit ? " --audit" : "", small.least.seed,
                     workload_text(small.least.workload).value_or("(no file can say it)"));
}

// Machines with holes, offline CPUs and two core types are among them. The bound on starvation is
// long enough for the lightest task in the longest queue; that on work that waits beside an idle
// CPU for ticks and for the schedulers' own timers to find it. lavd rests CPUs on purpose: once
// more with all of them in use.
TEST(Builtins, ChanceFindsNothingWrong) {
  constexpr int kMostAudited = 6;  // CPUs: it looks at all of them, and all tasks, each time
  constexpr std::pair<const char*, const char*> kSearched[] = {
      {"simple", nullptr}, {"lavd", nullptr}, {"lavd", "no_core_compaction"}, {"qmap", nullptr}};
  sim::SimulationOptions options;
  options.starvation_ns = 10'000'000'000;
  options.costs.restart_ns = 2'000'000;
  std::uint64_t nr_restarts = 0;
  for (std::uint64_t seed = 1; seed <= nr_seeds(); ++seed) {
    std::mt19937 random(static_cast<std::uint32_t>(seed));
    const RawTopology raw = test::random_machine(random);
    const Machine machine = test::whole(raw);
    const int nr_cpus = machine.cids.online().count;
    sim::Workload workload = find_builtin("random")->make(nr_cpus, seed);
    // about as much to do on a large machine as on a small one
    workload.duration_ns = 1'000'000'000 / static_cast<std::uint64_t>(nr_cpus);
    bind_some(workload, machine.topology.online(), random);
    pin_some(workload, random);
    hotplug_some(workload, machine.topology.online(), random);
    promote_some(workload, random);
    group_some(workload, random);
    options.seed = seed;
    options.audit = nr_cpus <= kMostAudited;
    for (const auto& [scheduler, knob] : kSearched) {
      const bool rests_cpus = scheduler == std::string_view("lavd") && !knob;
      options.conserve_ns = rests_cpus ? 0 : 12'000'000;
      const sim::Outcome outcome = outcome_of(scheduler, machine, workload, options, knob, &raw);
      nr_restarts += outcome.nr_restarts;
      EXPECT_EQ(outcome.end, sim::End::finished)
          << "seed " << seed << ", " << nr_cpus << " CPUs, " << scheduler << ": " << outcome.message
          << "\n"
          << smaller(scheduler, knob, machine, workload, options, outcome, raw);
    }
  }
  EXPECT_GT(nr_restarts, nr_seeds() / 8);
}

// What chance makes can be handed on as a file.
TEST(Builtins, ChanceIsTheSameFromAFile) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    std::mt19937 random(static_cast<std::uint32_t>(seed));
    const Machine machine = test::whole(test::random_machine(random));
    sim::Workload workload = find_builtin("random")->make(machine.cids.online().count, seed);
    bind_some(workload, machine.topology.online(), random);
    pin_some(workload, random);
    hotplug_some(workload, machine.topology.online(), random);
    promote_some(workload, random);
    group_some(workload, random);
    const auto text = workload_text(workload);
    ASSERT_TRUE(text) << text.error().message();
    auto read = parse_workload(*text, "test");
    ASSERT_TRUE(read) << read.error().message() << "\n" << *text;
    EXPECT_EQ(workload_text(*read).value_or(""), *text);
    workload.duration_ns = read->duration_ns = 20'000'000;
    const sim::Outcome one = outcome_of("qmap", machine, workload),
                       other = outcome_of("qmap", machine, *read);
    EXPECT_EQ(one.nr_events, other.nr_events) << "seed " << seed;
    EXPECT_EQ(one.all.latency.sum(), other.all.latency.sum()) << "seed " << seed;
  }
}

TEST(Builtins, AreFoundByName) {
  EXPECT_NE(find_builtin("hogs"), nullptr);
  EXPECT_EQ(find_builtin("hog"), nullptr);
}

}  // namespace
}  // namespace scx::scxsim
