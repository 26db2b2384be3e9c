// SPDX-License-Identifier: GPL-2.0-only
//
// scx_qmap's queues against a model of them, from one thread and from several at once, and the
// shares into which it divides cids; in this machine's own kernel.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include "intf.h"
#include "libbpf_log.h"
#include "object_tables.h"
#include "qmap_intf.h"
#include "scx/framework/kernel.h"
#include "support.h"

// The skeleton uses the types of the shared headers, and of the policy's own, of which user space needs
// the size only.
struct qmap_task {
  std::array<u64, 7> words;
};
#include "qmap_test.skel.h"

namespace scx::test {
namespace {

struct Destroy {
  void operator()(qmap_test_bpf* skel) const { qmap_test_bpf::destroy(skel); }
};

class QmapTest : public ::testing::Test {
 protected:
  void SetUp() override {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "ThreadSanitizer leaves no room for an arena";
#endif
    if (::geteuid() != 0) GTEST_SKIP() << "loading BPF needs root";
    const auto kernel = KernelBtf::load();
    if (!kernel || !kernel->has_function("bpf_arena_alloc_pages"))
      GTEST_SKIP() << "this kernel has no BPF arenas";
    LibbpfLog log;
    skel_.reset(qmap_test_bpf::open());
    ASSERT_TRUE(skel_) << log.text();
    const Machine machine = whole(test::machine(cores(2, 2, 0)));
    ASSERT_TRUE(fill_tables(skel_->obj, machine, {Form::cpu}));
    const int err = qmap_test_bpf::load(skel_.get());
    if (err == -EPERM && log.text().find("BEGIN PROG LOAD LOG") == std::string::npos)
      GTEST_SKIP() << "this machine refuses BPF";
    ASSERT_EQ(err, 0) << log.text();
    populate_arena(skel_->obj);
    run(skel_->progs.reset, {});
  }
  void TearDown() override {
    if (skel_ && skel_->arena) {
      EXPECT_EQ(skel_->arena->nr_errors, 0U);
    }
  }

  s64 run(bpf_program* program, qmap_test_args args) const {
    bpf_test_run_opts opts{};
    opts.sz = sizeof(opts);
    opts.ctx_in = &args;
    opts.ctx_size_in = sizeof(args);
    EXPECT_EQ(bpf_prog_test_run_opts(bpf_program__fd(program), &opts), 0)
        << bpf_program__name(program);
    return args.result;
  }

  u64 address(u32 task) const { return reinterpret_cast<u64>(&skel_->arena->tasks[task]); }
  u32 task_at(u64 addr) const {
    return static_cast<u32>((addr - address(0)) / sizeof(qmap_task));
  }
  // A context's members next, prev and queue, by their place in struct qmap_task.
  u64 next(u32 task) const { return skel_->arena->tasks[task].words[2]; }
  u64 prev(u32 task) const { return skel_->arena->tasks[task].words[3]; }
  s32 queue(u32 task) const {
    return static_cast<s32>(skel_->arena->tasks[task].words[5] >> 32);
  }

  // The tasks of a queue in order, its links checked both ways.
  std::deque<u32> walk(u32 index) const {
    const qmap_queue& q = skel_->arena->qmap_queues[index];
    std::deque<u32> tasks;
    u64 before = 0;
    for (u64 at = q.head; at != 0; at = next(task_at(at))) {
      const u32 task = task_at(at);
      if (task >= NR_TEST_TASKS || tasks.size() > NR_TEST_TASKS) {
        ADD_FAILURE() << "queue " << index << " leads out of the contexts, or in a circle";
        break;
      }
      EXPECT_EQ(prev(task), before);
      EXPECT_EQ(queue(task), static_cast<s32>(index));
      tasks.push_back(task);
      before = at;
    }
    EXPECT_EQ(q.tail, before);
    EXPECT_EQ(q.nr, tasks.size());
    return tasks;
  }

  std::unique_ptr<qmap_test_bpf, Destroy> skel_;
};

TEST_F(QmapTest, QueuesAreWhatAModelSays) {
  std::mt19937 random{4};
  std::array<std::deque<u32>, QMAP_QUEUES> model;
  std::vector<bool> queued(NR_TEST_TASKS);
  const auto& progs = skel_->progs;
  for (int step = 0; step < 4000; ++step) {
    const u32 task = random() % NR_TEST_TASKS;
    const u32 index = random() % QMAP_QUEUES;
    switch (random() % 4) {
      case 0:
        if (queued[task]) break;
        run(progs.push, {task, index, 0, 0, 0});
        model[index].push_back(task);
        queued[task] = true;
        break;
      case 1: {
        const s64 popped = run(progs.pop, {0, index, 0, 0, 0});
        const s64 expected = model[index].empty() ? -1 : s64{model[index].front()};
        ASSERT_EQ(popped, expected) << "step " << step;
        if (expected < 0) break;
        model[index].pop_front();
        queued[static_cast<std::size_t>(expected)] = false;
        break;
      }
      default:  // anywhere in its queue, or nowhere
        if (random() % 2 == 0) break;
        ASSERT_EQ(run(progs.remove, {task, 0, 0, 0, 0}), queued[task] ? 1 : 0) << "step " << step;
        for (auto& tasks : model) std::erase(tasks, task);
        queued[task] = false;
    }
    if (step % 50 != 0) continue;
    for (u32 i = 0; i < QMAP_QUEUES; ++i) ASSERT_EQ(walk(i), model[i]) << "step " << step;
  }
}

// Threads take tasks from heads and middles and put them back elsewhere: none is ever with two of
// them, and none gets lost.
TEST_F(QmapTest, QueuesHoldUnderContention) {
  for (u32 task = 0; task < NR_TEST_TASKS; ++task)
    run(skel_->progs.push, {task, task % QMAP_QUEUES, 0, 0, 0});
  std::vector<std::thread> threads;
  for (u32 i = 0; i < 4; ++i)
    threads.emplace_back([this, i] {
      for (u32 round = 0; round < 20; ++round)
        run(skel_->progs.churn, {0, 0, 5000, i * 1000 + round, 0});
    });
  for (auto& thread : threads) thread.join();

  const qmap_found& found = skel_->arena->found;
  EXPECT_GT(found.turns, 100'000U);
  EXPECT_EQ(found.taken_twice, 0U);
  std::vector<u32> all;
  for (u32 i = 0; i < QMAP_QUEUES; ++i)
    for (const u32 task : walk(i)) all.push_back(task);
  std::ranges::sort(all);
  ASSERT_EQ(all.size(), std::size_t{NR_TEST_TASKS});
  EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
}

TEST_F(QmapTest, NoQueueBeyondTheFifth) {
  run(skel_->progs.push, {0, QMAP_QUEUES, 0, 0, 0});
  EXPECT_EQ(run(skel_->progs.pop, {0, QMAP_QUEUES, 0, 0, 0}), -1);
  EXPECT_EQ(queue(0), -1);
}

// Each gets the whole part of its share; what is left over is exactly what the remainders ask for.
TEST_F(QmapTest, SharesFollowTheWeights) {
  std::mt19937 random{5};
  qmap_part* parts = skel_->arena->qmap_parts;
  for (int round = 0; round < 300; ++round) {
    u64 sum = 0;
    for (u32 i = 0; i < QMAP_PARTS; ++i) {
      const bool there = i == QMAP_SELF || random() % 2 == 0;
      parts[i].cgroup_id = there && i != QMAP_SELF ? 1000 + i : 0;
      parts[i].weight = i == QMAP_SELF ? 100 : 1 + random() % 10'000;
      if (there) sum += parts[i].weight;
    }
    const u32 held = random() % 8193;
    run(skel_->progs.shares, {0, 0, held, 0, 0});
    u64 given = 0, remainders = 0;
    for (u32 i = 0; i < QMAP_PARTS; ++i) {
      const bool there = i == QMAP_SELF || parts[i].cgroup_id != 0;
      EXPECT_EQ(parts[i].nr_cids, there ? u64{held} * parts[i].weight / sum : 0);
      given += parts[i].nr_cids;
      remainders += parts[i].remainder;
    }
    EXPECT_EQ(skel_->arena->qmap_partition.nr_pool, held - given);
    EXPECT_EQ(remainders, (held - given) * sum);
  }
}

// Over as many turns as the remainders come to, each has as many as its own: exact, not about.
TEST_F(QmapTest, ThePoolGoesRoundByTheRemainders) {
  qmap_part* parts = skel_->arena->qmap_parts;
  parts[0] = {.cgroup_id = 7, .alloc_ns = 0, .dispatches = 0, .weight = 200, .nr_cids = 0,
              .remainder = 0, .credit = 0};
  parts[3] = {.cgroup_id = 8, .alloc_ns = 0, .dispatches = 0, .weight = 400, .nr_cids = 0,
              .remainder = 0, .credit = 0};
  parts[QMAP_SELF].weight = 100;
  run(skel_->progs.shares, {0, 0, 5, 0, 0});  // shares of 5/7, 10/7 and 20/7: a pool of 2
  ASSERT_EQ(skel_->arena->qmap_partition.nr_pool, 2U);
  const u64 turns = parts[0].remainder + parts[3].remainder + parts[QMAP_SELF].remainder;
  std::array<u64, QMAP_PARTS> held{};
  for (u64 i = 0; i < turns; ++i)
    ++held.at(static_cast<std::size_t>(run(skel_->progs.next_holder, {})));
  for (u32 i = 0; i < QMAP_PARTS; ++i) EXPECT_EQ(held[i], parts[i].remainder) << "part " << i;
}

}  // namespace
}  // namespace scx::test
