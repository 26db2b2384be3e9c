// SPDX-License-Identifier: GPL-2.0-only
//
// Tasks run their programs, and time passes for them.
#include <algorithm>

#include "kernel.h"

namespace scx::sim {
namespace {

// Operations of a program that take no time, one after the other: more than that is a loop.
constexpr int kMostSteps = 100'000;

}  // namespace

// What a CPU does of what it can, of 1024.
u32 Kernel::perf(const Cpu& cpu) const {
  return static_cast<u32>(costs_.slowest_speed + (1024 - costs_.slowest_speed) * cpu.level / 1024);
}

// The work that a CPU does in a nanosecond, of 1024.
u64 Kernel::speed(const Cpu& cpu) const {
  u64 speed = cpu.capacity * u64{perf(cpu)} / 1024;
  for (s32 other = cpu.core_first; other < cpu.core_first + cpu.core_nr; ++other) {
    if (other == cpu.cid || !cpus_[static_cast<std::size_t>(other)]->curr) continue;
    speed = speed * costs_.smt_speed / 1024;
    break;
  }
  return std::max<u64>(speed, 1);
}

// Charges the running task for the time since the last look.
void Kernel::charge(Cpu& cpu) {
  const u64 ran = now_ - cpu.looked_at;
  cpu.looked_at = now_;
  Task* const p = cpu.curr;
  if (!p || !ran) return;
  if (!p->real_time && p->scx.slice != SIM_SLICE_INF) p->scx.slice -= std::min(p->scx.slice, ran);
  p->run_ns += ran;
  const u64 lost = std::min(p->overhead_left, ran);
  p->overhead_left -= lost;
  p->work_left -= std::min(p->work_left, (ran - lost) * cpu.speed);
}

// When the running task will be done with its operation, if nothing else happens.
void Kernel::plan_end(Cpu& cpu) {
  const Task& p = *cpu.curr;
  cpu.speed = speed(cpu);
  const u64 needed = p.overhead_left + (p.work_left + cpu.speed - 1) / cpu.speed;
  events_.plan(now_ + needed, Event::Kind::run_over, static_cast<u32>(cpu.cid), ++cpu.run_stamp);
}

// Something takes the running task's time.
void Kernel::overhead(Cpu& cpu, u64 ns) {
  if (!cpu.curr || !ns) return;
  charge(cpu);
  cpu.curr->overhead_left += ns;
  plan_end(cpu);
}

// A CPU went idle or got work: its siblings run at another speed from now on.
void Kernel::siblings_changed(const Cpu& changed) {
  for (s32 other = changed.core_first; other < changed.core_first + changed.core_nr; ++other) {
    Cpu& sibling = cpu(other);
    if (other == changed.cid || !sibling.curr) continue;
    charge(sibling);
    plan_end(sibling);
  }
}

void Kernel::run_over(Cpu& cpu) {
  charge(cpu);
  Task& p = *cpu.curr;
  if (p.work_left || p.overhead_left) return plan_end(cpu);
  advance(cpu, p);
}

// The operations up to the next one that takes time.
void Kernel::advance(Cpu& cpu, Task& p) {
  for (int steps = 0; steps < kMostSteps; ++steps) {
    const Op* const op = next_op(p);
    if (!op) return exit_task(cpu, p);
    if (!step(cpu, p, *op) || ended()) return;
    if (p.work_left || p.overhead_left || cpu.must_schedule) return plan_end(cpu);
  }
  error("the program of %s[%d] does nothing that takes time", p.comm, p.pid);
}

// The program's next operation; null where it is over.
const Op* Kernel::next_op(Task& p) {
  const std::vector<Phase>& phases = p.kind->phases;
  while (p.phase < phases.size() && p.op >= phases[p.phase].ops.size()) {
    p.op = 0;
    if (++p.loop < phases[p.phase].loops) continue;
    p.loop = 0;
    if (++p.phase < phases.size()) continue;
    p.phase = 0;
    ++p.rounds;
    ++counts(p).rounds;
    if (p.kind->rounds >= 0 && p.rounds >= p.kind->rounds) return nullptr;
  }
  return &phases[p.phase].ops[p.op++];
}

bool Kernel::step(Cpu& cpu, Task& p, const Op& op) {
  switch (op.kind) {
    case Op::Kind::run:
      p.work_left = draw(op.span) * 1024;
      return true;
    case Op::Kind::sleep:
      sleep(cpu, p, now_ + draw(op.span));
      return false;
    case Op::Kind::period:
      if (!p.period_start) p.period_start = std::max<u64>(now_, 1);
      p.period_start += draw(op.span);
      if (p.period_start <= now_) return true;  // late already
      sleep(cpu, p, p.period_start);
      return false;
    case Op::Kind::wait:
      return take(cpu, p, op.object);
    case Op::Kind::post:
      post(cpu, op.object, op.sync);
      return true;
    case Op::Kind::lock:
      return take_mutex(cpu, p, op.object);
    case Op::Kind::unlock:
      give_mutex(cpu, p, op.object);
      return true;
    case Op::Kind::fork: {
      Task& child = make_task(op.object);
      child.cid = cpu.cid;
      if (child.kind->group.empty()) child.cgroup = p.cgroup;
      overhead(cpu, costs_.wakeup_ns);
      start(child);
      return true;
    }
    case Op::Kind::yield:
      if (p.real_time)
        p.yields = true;
      else if (!ops_.yield)
        p.scx.slice = 0;
      else
        call(ops_.yield, "yield", May::nothing, &p, 0, word(&p), 0);
      reschedule(cpu);
      return true;
    case Op::Kind::set_nice:
      if (op.object >= 0) return change_others(op.object, op), true;
      change_nice(p, op.value);
      return true;
    case Op::Kind::set_cpus:
      if (op.object >= 0) return change_others(op.object, op), true;
      change_cpus(p, op.cpus);
      return p.where == Where::on_cpu && cpu.curr == &p;
    case Op::Kind::set_class:
      if (op.object >= 0) return change_others(op.object, op), true;
      change_class(p, op.value);
      return true;
    case Op::Kind::set_group:
      if (op.object >= 0)
        changes_.push_back({nullptr, &op});
      else
        move_to_cgroup({&p}, cgroup_at(op.group));
      return true;
    case Op::Kind::migrate_disable:
      migrate_disable(p);
      return true;
    case Op::Kind::migrate_enable:
      return migrate_enable(cpu, p);
    case Op::Kind::cpu_off:
    case Op::Kind::cpu_on:
    case Op::Kind::change_group:
      changes_.push_back({nullptr, &op});
      return true;
  }
  return true;
}

void Kernel::sleep(Cpu& cpu, Task& p, u64 until) {
  events_.plan(until, Event::Kind::wake, static_cast<u32>(p.pid - kFirstPid));
  block(cpu, p);
}

bool Kernel::take(Cpu& cpu, Task& p, int number) {
  Semaphore& semaphore = semaphores_[static_cast<std::size_t>(number)];
  if (semaphore.count) {
    --semaphore.count;
    return true;
  }
  semaphore.waiting.push_back(&p);
  block(cpu, p);
  return false;
}

void Kernel::post(Cpu& cpu, int number, bool sync) {
  Semaphore& semaphore = semaphores_[static_cast<std::size_t>(number)];
  if (semaphore.waiting.empty()) {
    ++semaphore.count;
    return;
  }
  Task& p = *semaphore.waiting.front();
  semaphore.waiting.pop_front();
  overhead(cpu, costs_.wakeup_ns);
  wake(p, SIM_WAKE_TTWU | (sync ? SIM_WAKE_SYNC : 0));
}

bool Kernel::take_mutex(Cpu& cpu, Task& p, int number) {
  Mutex& mutex = mutexes_[static_cast<std::size_t>(number)];
  if (!mutex.owner) {
    mutex.owner = &p;
    return true;
  }
  mutex.waiting.push_back(&p);
  block(cpu, p);
  return false;
}

// Hands the mutex over to whoever waited longest.
void Kernel::give_mutex(Cpu& cpu, Task& p, int number) {
  Mutex& mutex = mutexes_[static_cast<std::size_t>(number)];
  if (mutex.owner != &p) return error("%s[%d] unlocks what it has not locked", p.comm, p.pid);
  mutex.owner = nullptr;
  if (mutex.waiting.empty()) return;
  mutex.owner = mutex.waiting.front();
  mutex.waiting.pop_front();
  overhead(cpu, costs_.wakeup_ns);
  wake(*mutex.owner, SIM_WAKE_TTWU);
}

// The two sums over time: what is idle, and what is idle while somebody waits.
void Kernel::account_waiting() {
  const u64 passed = now_ - counted_at_;
  counted_at_ = now_;
  idle_ns_ += passed * static_cast<u64>(nr_idle_);
  idle_waiting_ns_ += passed * static_cast<u64>(std::min(nr_idle_, nr_waiting_));
}

// One more, or one less, that waits and may run anywhere; nothing where the task is none.
void Kernel::count_waiting(const Task& p, int by) {
  if (!p.waits || !p.allowed->everywhere) return;
  account_waiting();
  nr_waiting_ += by;
}

void Kernel::now_ready(Task& p) {
  if (p.waits) return;
  p.waits = true;
  p.ready_since = now_;
  p.scx.runnable_at = now_ / 1'000'000;
  count_waiting(p, 1);
}

// It runs: how long it had to wait.
void Kernel::no_longer_ready(Task& p) {
  if (!p.waits) return;
  count_waiting(p, -1);
  p.waits = false;
  const u64 waited = now_ - p.ready_since;
  Counts& counted = counts(p);
  counted.longest_wait_ns = std::max(counted.longest_wait_ns, waited);
  const u64 at_policy = lasted(p.ready_since);
  if (options_.starvation_ns && at_policy > options_.starvation_ns && !p.real_time)
    error("invariant: %s[%d] was ready to run for %llu ms", p.comm, p.pid,
          static_cast<unsigned long long>(at_policy / 1'000'000));
  if (p.woke_at != kNever) counted.latency.add(now_ - p.woke_at);
  p.woke_at = kNever;
}

}  // namespace scx::sim
