// SPDX-License-Identifier: GPL-2.0-only
#include "player.h"

#include <fmt/core.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "objects.h"

namespace scx::play {
namespace {

using sim::Op;
using sim::Phase;
using sim::Span;
using sim::TaskKind;

// One thread, which runs its kind's program.
struct Player {
  int kind_index;
  const TaskKind& kind;
  std::mt19937_64 random;
  u64 starts_at;
  bool forked;
  u64 period_start = 0;
  std::atomic<pid_t> tid = 0;
  std::mutex mutex = {};  // of what follows
  sim::Histogram latency = {};
  u64 rounds = 0;
  bool over = false;
  TaskTimes times_at_end = {};
};

constexpr int kRealTime = 1;  // the priority of tasks of that class

Status not_played(const std::string& place, const char* what) {
  return fail(ErrorKind::unsupported, fmt::format("{}: {}", place, what),
              "leave it out, or simulate it only");
}

// What threads cannot do of themselves, and what would change the guest.
Status playable(const sim::Workload& workload) {
  constexpr const char* kCgroups = "cgroups are not made here";
  if (!workload.cgroups.empty()) return not_played("cgroups", kCgroups);
  for (const TaskKind& kind : workload.kinds) {
    const std::string place = "tasks." + kind.name;
    if (!kind.group.empty()) return not_played(place, kCgroups);
    for (const Phase& phase : kind.phases)
      for (const Op& op : phase.ops) {
        if (!op.group.empty()) return not_played(place, kCgroups);
        if (op.kind == Op::Kind::migrate_disable || op.kind == Op::Kind::migrate_enable)
          return not_played(place, "migrate_disable is the kernel's alone");
      }
  }
  return {};
}

// All threads of a workload.
class Stage {
 public:
  Stage(const sim::Workload& workload, u64 turns_a_ms)
      : workload_(workload),
        turns_a_ms_(turns_a_ms),
        semaphores_(static_cast<std::size_t>(workload.nr_semaphores)),
        mutexes_(static_cast<std::size_t>(workload.nr_mutexes)) {}

  Result<Played> play();

 private:
  void start(int kind_index, u64 at, bool forked);
  void run(Player& p);
  void step(Player& p, const Op& op);
  void change(int kind_index, const Op& op);
  void apply(pid_t tid, const Op& op);
  void woken(Player& p, u64 at);
  u64 draw(Player& p, const Span& span) const {
    return std::uniform_int_distribution<u64>(span.min_ns, span.max_ns)(p.random);
  }
  std::vector<TaskTimes> look();

  const sim::Workload& workload_;
  const u64 turns_a_ms_;
  std::deque<Semaphore> semaphores_;
  std::deque<HandedMutex> mutexes_;
  std::mutex mutex_;  // of players_
  std::deque<std::unique_ptr<Player>> players_;
  std::atomic<u64> count_from_ = ~0ull, count_until_ = ~0ull;
};

void Stage::start(int kind_index, u64 at, bool forked) {
  const std::lock_guard lock(mutex_);
  Player& p = *players_.emplace_back(std::unique_ptr<Player>(
      new Player{.kind_index = kind_index,
                 .kind = workload_.kinds[static_cast<std::size_t>(kind_index)],
                 .random = std::mt19937_64(players_.size()),
                 .starts_at = at,
                 .forked = forked}));
  std::thread([this, &p] { run(p); }).detach();
}

// The time since somebody wanted it to run: it does now.
void Stage::woken(Player& p, u64 at) {
  const u64 now = now_ns();
  if (at < count_from_ || now >= count_until_) return;
  const std::lock_guard lock(p.mutex);
  p.latency.add(now - std::min(at, now));
}

// Best effort, as for a task that a workload's file bound to a CPU which another one took away.
void Stage::apply(pid_t tid, const Op& op) {
  if (op.kind == Op::Kind::set_nice) {
    setpriority(PRIO_PROCESS, static_cast<id_t>(tid), op.value);
    return;
  }
  if (op.kind == Op::Kind::set_class) {
    const sched_param param{.sched_priority = op.value ? kRealTime : 0};
    sched_setscheduler(tid, op.value ? SCHED_FIFO : SCHED_OTHER, &param);
    return;
  }
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  for (const CpuId cpu : op.cpus) CPU_SET(static_cast<unsigned>(cpu.value()), &cpus);
  sched_setaffinity(tid, sizeof(cpus), &cpus);
}

void Stage::change(int kind_index, const Op& op) {
  const std::lock_guard lock(mutex_);
  for (const auto& p : players_)
    if (p->kind_index == kind_index && p->tid) apply(p->tid, op);
}

void Stage::step(Player& p, const Op& op) {
  const auto object = static_cast<std::size_t>(op.object);
  switch (op.kind) {
    case Op::Kind::run:
      spin(draw(p, op.span) * turns_a_ms_ / 1'000'000);
      return;
    case Op::Kind::sleep: {
      const u64 until = now_ns() + draw(p, op.span);
      sleep_until_ns(until);
      woken(p, until);
      return;
    }
    case Op::Kind::period:
      if (!p.period_start) p.period_start = now_ns();
      p.period_start += draw(p, op.span);
      if (p.period_start <= now_ns()) return;  // late already
      sleep_until_ns(p.period_start);
      woken(p, p.period_start);
      return;
    case Op::Kind::wait:
      if (const auto at = semaphores_[object].wait()) woken(p, *at);
      return;
    case Op::Kind::post:
      semaphores_[object].post();
      return;
    case Op::Kind::lock:
      if (const auto at = mutexes_[object].lock()) woken(p, *at);
      return;
    case Op::Kind::unlock:
      mutexes_[object].unlock();
      return;
    case Op::Kind::fork:
      start(op.object, now_ns(), true);
      return;
    case Op::Kind::yield:
      sched_yield();
      return;
    case Op::Kind::set_nice:
    case Op::Kind::set_cpus:
    case Op::Kind::set_class:
      if (op.object >= 0)
        change(op.object, op);
      else
        apply(p.tid, op);
      return;
    case Op::Kind::cpu_off:
    case Op::Kind::cpu_on:
      for (const CpuId cpu : op.cpus)
        std::ofstream(fmt::format("/sys/devices/system/cpu/cpu{}/online", cpu.value()))
            << (op.kind == Op::Kind::cpu_on ? "1" : "0");
      return;
    case Op::Kind::migrate_disable:
    case Op::Kind::migrate_enable:
    case Op::Kind::set_group:
    case Op::Kind::change_group:
      return;  // playable() has refused it
  }
}

void Stage::run(Player& p) {
  p.tid = gettid();
  pthread_setname_np(pthread_self(), p.kind.name.substr(0, 15).c_str());
  apply(p.tid, {.kind = Op::Kind::set_class, .value = p.kind.real_time});
  apply(p.tid, {.kind = Op::Kind::set_nice, .value = p.kind.nice});
  if (p.kind.cpus) apply(p.tid, {.kind = Op::Kind::set_cpus, .cpus = *p.kind.cpus});
  if (p.forked)
    woken(p, p.starts_at);
  else
    sleep_until_ns(p.starts_at);
  for (std::int64_t round = 0; p.kind.rounds < 0 || round < p.kind.rounds; ++round) {
    for (const Phase& phase : p.kind.phases)
      for (std::uint32_t loop = 0; loop < phase.loops; ++loop)
        for (const Op& op : phase.ops) step(p, op);
    if (const u64 now = now_ns(); now < count_from_ || now >= count_until_) continue;
    const std::lock_guard lock(p.mutex);
    ++p.rounds;
  }
  const auto times = times_of(getpid(), p.tid);
  const std::lock_guard lock(p.mutex);
  p.over = true;
  if (times) p.times_at_end = *times;
}

// What every thread has had so far, in their order.
std::vector<TaskTimes> Stage::look() {
  const std::lock_guard lock(mutex_);
  std::vector<TaskTimes> found;
  for (const auto& p : players_) {
    const std::lock_guard its_lock(p->mutex);
    const auto times = p->over ? p->times_at_end : times_of(getpid(), p->tid);
    found.push_back(times.value_or(TaskTimes{}));
  }
  return found;
}

Result<Played> Stage::play() {
  constexpr u64 kUntilAllAreThere = 200'000'000;
  prctl(PR_SET_TIMERSLACK, 1UL);  // or the kernel may add 50 us of its own; threads inherit it
  const u64 begin = now_ns() + kUntilAllAreThere;
  for (std::size_t kind = 0; kind < workload_.kinds.size(); ++kind)
    for (int n = 0; n < workload_.kinds[kind].count; ++n)
      start(static_cast<int>(kind), begin + workload_.kinds[kind].start_ns, false);
  // no task of the scheduler's, and never late
  const sched_param first{.sched_priority = kRealTime + 1};
  if (sched_setscheduler(0, SCHED_FIFO, &first)) return fail_errno(errno, "sched_setscheduler");

  sleep_until_ns(begin + workload_.warmup_ns);
  const Others others = other_tasks();
  const std::vector<TaskTimes> before = look();
  const u64 from = now_ns();
  count_from_ = from;
  sleep_until_ns(begin + workload_.duration_ns);
  count_until_ = now_ns();
  Played played;
  played.measured_ns = count_until_ - from;
  const std::vector<TaskTimes> after = look();
  played.others = ran_between(others, other_tasks());

  for (const TaskKind& kind : workload_.kinds) played.kinds.emplace_back().name = kind.name;
  const std::lock_guard lock(mutex_);
  for (std::size_t at = 0; at < after.size(); ++at) {
    Player& p = *players_[at];
    KindPlayed& kind = played.kinds[static_cast<std::size_t>(p.kind_index)];
    const TaskTimes was = at < before.size() ? before[at] : TaskTimes{};
    const std::lock_guard its_lock(p.mutex);
    ++kind.nr_tasks;
    kind.times.run_ns += after[at].run_ns - was.run_ns;
    kind.times.wait_ns += after[at].wait_ns - was.wait_ns;
    kind.times.turns += after[at].turns - was.turns;
    kind.rounds += p.rounds;
    kind.latency.merge(p.latency);
  }
  return played;
}

}  // namespace

Result<Played> play(const sim::Workload& workload, u64 turns_a_ms) {
  SCX_TRY(playable(workload));
  // Never destroyed: its threads run on until the program ends.
  static Stage* stage = nullptr;
  stage = new Stage(workload, turns_a_ms);
  return stage->play();
}

}  // namespace scx::play
