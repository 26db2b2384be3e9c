// SPDX-License-Identifier: GPL-2.0-only
//
// All that can happen to tasks and CPUs, by chance and at once, under policies that go on without a
// CPU. The schedulers' own search (tests/tools/scxsim) ends where a CPU goes offline.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <utility>

#include "support.h"

namespace scx::sim::test {
namespace {

constexpr int kCpus = 4;

class Chance {
 public:
  explicit Chance(unsigned seed) : random_(seed) {}
  bool once_in(unsigned n) { return random_() % n == 0; }
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  CpuSet cpus() {
    CpuSet some;
    for (int cpu = 0; cpu < kCpus; ++cpu)
      if (once_in(2)) some.insert(CpuId{cpu});
    return some.empty() ? CpuSet::range(CpuId{0}, CpuId{kCpus - 1}) : some;
  }
  Op pause() { return {.kind = Op::Kind::sleep, .span = {10 * kUs, 3 * kMs}}; }
  Op change(int kind) {
    switch (below(4)) {
      case 0:
        return {.kind = Op::Kind::set_cpus, .object = kind, .cpus = cpus()};
      case 1:
        return {.kind = Op::Kind::set_nice, .object = kind, .value = below(40) - 20};
      default:
        return {.kind = Op::Kind::set_class, .object = kind, .value = below(2)};
    }
  }

 private:
  std::mt19937 random_;
};

TaskKind worker(Chance& chance, int number) {
  const Op work{.kind = Op::Kind::run, .span = {10 * kUs, 5 * kMs}};
  std::vector<Op> ops = {{.kind = Op::Kind::set_class, .value = 0}, work};
  if (chance.once_in(2)) ops.push_back(chance.pause());
  if (chance.once_in(2)) {
    ops.push_back({.kind = Op::Kind::migrate_disable});
    ops.push_back(work);
    if (chance.once_in(2)) ops.push_back(chance.pause());
    if (chance.once_in(2)) ops.push_back({.kind = Op::Kind::yield});
    ops.push_back(work);
    ops.push_back({.kind = Op::Kind::migrate_enable});
  }
  if (chance.once_in(2)) ops.push_back(chance.change(-1));
  if (chance.once_in(4)) ops.push_back({.kind = Op::Kind::fork, .object = 0});
  return tasks("worker" + std::to_string(number), 1 + chance.below(3), std::move(ops));
}

Workload churn(Chance& chance) {
  constexpr int kWorkers = 4;
  Workload work = workload(300 * kMs, {tasks("short", 0, {run(100 * kUs), chance.pause()}, 2)});
  for (int number = 1; number <= kWorkers; ++number) work.kinds.push_back(worker(chance, number));
  std::vector<Op> ops;
  for (int i = 0; i < 6; ++i) {
    ops.push_back(chance.pause());
    ops.push_back(chance.change(1 + chance.below(kWorkers)));
    ops.push_back({.kind = Op::Kind::cpu_off, .cpus = chance.cpus()});
    ops.push_back(chance.pause());
    ops.push_back({.kind = Op::Kind::cpu_on, .cpus = chance.cpus()});
  }
  TaskKind admin = tasks("admin", 1, std::move(ops));
  admin.real_time = true;
  work.kinds.push_back(std::move(admin));
  return work;
}

// Cgroups, and a real-time task that moves others between them and changes these.
void add_cgroups(Chance& chance, Workload& work) {
  const std::vector<std::string> paths = {"/", "/a", "/a/b", "/c"};
  const auto any = [&](int from) {
    return paths[static_cast<std::size_t>(from + chance.below(4 - from))];
  };
  const int workers = static_cast<int>(work.kinds.size());
  for (TaskKind& kind : work.kinds)
    if (chance.once_in(2)) kind.group = any(0);
  std::vector<Op> ops;
  for (int i = 0; i < 6; ++i) {
    ops.push_back(chance.pause());
    ops.push_back({.kind = Op::Kind::set_group, .object = chance.below(workers), .group = any(0)});
    ops.push_back({.kind = Op::Kind::set_group, .group = any(0)});
    ops.push_back(
        {.kind = Op::Kind::change_group,
         .group = any(1),
         .settings = {.weight = static_cast<u32>(1 + chance.below(3)), .idle = chance.once_in(4)}});
  }
  TaskKind mover = tasks("mover", 1, std::move(ops));
  mover.real_time = chance.once_in(2);
  work.kinds.push_back(std::move(mover));
}

// What the policy is told of cgroups agrees with what it was told before and with what it finds. It
// refuses one move in eight.
class Groups {
 public:
  static void follow(OpsTable& table) {
    of_task.clear();
    weights.clear();
    table.cgroup_init = [](Words words) -> s32 {
      EXPECT_TRUE(weights.emplace(words[0], args<scx_cgroup_init_args>(words).weight).second);
      return 0;
    };
    table.cgroup_exit = [](Words words) { EXPECT_EQ(weights.erase(words[0]), 1u); };
    table.cgroup_set_weight = [](Words words) {
      EXPECT_NE(std::exchange(weights.at(words[0]), static_cast<u32>(words[1])), words[1]);
    };
    table.init_task = [](Words words) -> s32 {
      of_task[words[0]] = args<scx_init_task_args>(words).cgroup;
      EXPECT_EQ(calls->task_cgroup(kernel, task(words)), of_task[words[0]]);
      return 0;
    };
    table.exit_task = [](Words words) {
      EXPECT_EQ(calls->task_cgroup(kernel, task(words)), of_task[words[0]]);
      of_task.erase(words[0]);
    };
    table.cgroup_prep_move = [](Words words) -> s32 {
      EXPECT_EQ(of_task.at(words[0]), group(words[1]));
      EXPECT_NE(words[1], words[2]);
      return calls->random(kernel) % 8 ? 0 : -16;
    };
    table.cgroup_cancel_move = [](Words words) {
      EXPECT_EQ(of_task.at(words[0]), group(words[1]));
    };
    table.cgroup_move = [](Words words) {
      EXPECT_EQ(std::exchange(of_task.at(words[0]), group(words[2])), group(words[1]));
    };
  }
  static void expect_over() {
    EXPECT_TRUE(of_task.empty());
    EXPECT_TRUE(weights.empty());
  }

 private:
  template <typename Args>
  static const Args& args(Words words) {
    return *reinterpret_cast<const Args*>(words[1]);
  }
  static cgroup* group(unsigned long long word) { return reinterpret_cast<cgroup*>(word); }

  static inline std::map<unsigned long long, cgroup*> of_task;
  static inline std::map<unsigned long long, u32> weights;
};

// A queue for all, and who is idle is told; but CPUs' own queues for one task in three.
class Mixed : public Fifo {
 public:
  explicit Mixed(bool asks_for_pinned) {
    table.flags = asks_for_pinned ? 1 << 4 : 0;  // SCX_OPS_ENQ_MIGRATION_DISABLED
    table.cid_online = table.cid_offline = table.enable = table.disable =
        table.set_cmask = [](Words) {};
    table.enqueue = [](Words words) {
      task_struct* const p = task(words);
      const s32 cid = static_cast<s32>(calls->random(kernel) % kCpus);
      const bool fits = *reinterpret_cast<const u64*>(p->cpus_ptr) >> cid & 1;
      if (fits && !p->migration_disabled && calls->random(kernel) % 3 == 0)
        insert(p, SIM_DSQ_LOCAL_ON | static_cast<u64>(cid), kMs,
               calls->random(kernel) % 2 ? SIM_ENQ_IMMED : 0);
      else
        insert(p, kQueue, kMs);
      for (s32 idle = 0; idle < kCpus; ++idle) calls->kick(kernel, idle, SIM_KICK_IDLE);
    };
  }
};

TEST(Churn, LosesNobody) {
  std::map<std::string, int> calls_of;
  for (unsigned seed = 1; seed <= 100; ++seed) {
    Chance chance(seed);
    Workload work = churn(chance);
    if (seed % 6 == 0) add_cgroups(chance, work);
    Mixed policy(seed % 2);
    Groups::follow(policy.table);
    SimulationOptions options;
    options.seed = seed;
    options.audit = true;
    options.starvation_ns = 250 * kMs;
    options.watch = [&](const Call& call) { ++calls_of[call.op]; };
    const Outcome outcome = simulated(whole(machine(cores(2, 2, 0))), policy, work, options);
    EXPECT_EQ(outcome.message, "") << "seed " << seed;
    Groups::expect_over();
  }
  // all of it has happened
  for (const char* op : {"cid_offline", "cid_online", "enable", "disable", "set_cmask"})
    EXPECT_GT(calls_of[op], 1000) << op;
  for (const char* op :
       {"cgroup_move", "cgroup_prep_move", "cgroup_cancel_move", "cgroup_set_weight"})
    EXPECT_GT(calls_of[op], 30) << op;
}

}  // namespace
}  // namespace scx::sim::test
