// SPDX-License-Identifier: GPL-2.0-only
//
// All that can happen to tasks and CPUs, by chance and at once, under policies that go on without a
// CPU. The schedulers' own search (tests/tools/scxsim) ends where a CPU goes offline.
#include <gtest/gtest.h>

#include <map>
#include <random>

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
    const Workload work = churn(chance);
    Mixed policy(seed % 2);
    SimulationOptions options;
    options.seed = seed;
    options.audit = true;
    options.starvation_ns = 250 * kMs;
    options.watch = [&](const Call& call) { ++calls_of[call.op]; };
    const Outcome outcome = simulated(whole(machine(cores(2, 2, 0))), policy, work, options);
    EXPECT_EQ(outcome.message, "") << "seed " << seed;
  }
  // all of it has happened
  for (const char* op : {"cid_offline", "cid_online", "enable", "disable", "set_cmask"})
    EXPECT_GT(calls_of[op], 1000) << op;
}

}  // namespace
}  // namespace scx::sim::test
