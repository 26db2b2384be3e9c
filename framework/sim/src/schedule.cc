// SPDX-License-Identifier: GPL-2.0-only
//
// A CPU takes its next task: wake-ups, the pick, ticks, kicks.
#include <algorithm>

#include "kernel.h"

namespace scx::sim {
namespace {

// Rounds of dispatch that find nothing for this CPU before it gives up, as in the kernel.
constexpr int kMostRounds = 32;

}  // namespace

// The CPU to wake up on. The kernel asks the policy only where there is a choice.
s32 Kernel::select(Task& p, u64 wake_flags, bool& asked) {
  s32 cid = p.cid;
  if (p.migration_disabled) return cid;
  asked = p.nr_cpus_allowed > 1 && ops_.select_cid;
  if (asked) {
    const DirectlyFor guard(context_, p);
    const s32 chosen = call(ops_.select_cid, "select_cid", May::select, &p, wake_flags, word(&p),
                            to_policy(p.cid), wake_flags);
    if (valid(chosen, "from ops.select_cid()")) cid = from_policy(chosen);
  }
  if (p.may_use(cid) && cpu(cid).online) return cid;
  return p.may_use(p.cid) && cpu(p.cid).online ? p.cid : destination(p);
}

void Kernel::wake(Task& p, u64 wake_flags) {
  bool asked = false;
  p.woke_at = now_;
  p.__state = 0;
  ++counts(p).wakeups;
  p.where = Where::moving;
  if (options_.observer)
    options_.observer->woke(
        {now_, context_.cid, {p.pid, p.kind_index}, (wake_flags & SIM_WAKE_FORK) != 0});
  if (p.real_time) {
    p.cid = select_real_time(p);
    return wait_real_time(p);
  }
  p.cid = select(p, wake_flags, asked);
  const bool woken = !(wake_flags & SIM_WAKE_FORK);
  enqueue_task(p, woken ? SIM_ENQ_WAKEUP | (asked ? SIM_ENQ_CPU_SELECTED : 0) : 0);
  if (!cpu(p.cid).curr) reschedule(cpu(p.cid));
}

// The policy hears of a task, new or not; false where it refuses it.
bool Kernel::init_task(Task& p, bool is_new) {
  scx_init_task_args args{is_new, p.cgroup};
  if (!ops_.init_task) return true;
  const s32 err = call(ops_.init_task, "init_task", May::nothing, &p, 0, word(&p), word(&args));
  if (err)
    error("ops.init_task() failed (%d) for %s[%d]%s", err, p.comm, p.pid,
          is_new ? " while forking" : "");
  return !err;
}

// A new task, forked by whoever runs here.
void Kernel::start(Task& p) {
  if (!init_task(p, true)) return;
  if (!p.real_time) enable_task(p);
  p.scx.slice = SIM_SLICE_DFL;
  ++kinds_[static_cast<std::size_t>(p.kind_index)].nr_tasks;
  wake(p, SIM_WAKE_FORK);
}

void Kernel::exit_task(Cpu& cpu, Task& p) {
  p.flags |= SIM_PF_EXITING;
  block(cpu, p);
  p.where = Where::dead;
  release(p);
}

// The running task goes to sleep, and the CPU looks for another.
void Kernel::block(Cpu& cpu, Task& p) {
  dequeue_task(p, SIM_DEQ_SLEEP);
  const bool exits = p.flags & SIM_PF_EXITING;
  observe_stop(cpu, p, exits ? Observer::Why::exits : Observer::Why::sleeps);
  p.where = Where::asleep;
  p.__state = 1;
  p.on_cpu = 0;
  p.preempted = false;
  schedule(cpu, Before::asleep);
}

void Kernel::schedule(Cpu& cpu, Before before) {
  cpu.must_schedule = cpu.told_to_schedule = false;
  Task* const ran = cpu.curr;
  Task* const prev = before == Before::gone ? nullptr : ran;
  const bool prev_queued = prev && before == Before::runs;
  if (prev_queued) charge(cpu);
  context_.task = before == Before::gone ? &stopper_ : ran ? ran : &cpu.idle;
  Task* const next = pick(cpu, prev, prev_queued);
  if (ended()) return;
  if (next && next == prev) {
    prev->preempted = false;
    return plan_end(cpu);
  }
  if (!next && !ran) return;
  if (prev_queued) put_prev(cpu, *prev, next);
  if (!ran) {
    account_waiting();
    if (cpu.online) --nr_idle_;
    if (ops_.update_idle)
      call(ops_.update_idle, "update_idle", May::nothing, nullptr, 0, to_policy(cpu.cid), 0);
  }
  if (next) {
    set_next(cpu, *next);
  } else {
    go_idle(cpu);
  }
  if (!ran || !next) siblings_changed(cpu);
  if (prev && prev->migration_disabled && !prev->pinned) pin(*prev);
}

// Who runs next; null: nobody. A real-time task goes on until it sleeps or yields to another one,
// and the policy is not asked while there is one.
Task* Kernel::pick(Cpu& cpu, Task* prev, bool prev_queued) {
  Task* const waiting = cpu.real_time.empty() ? nullptr : cpu.real_time.front();
  if (prev_queued && prev->real_time && !(waiting && prev->yields)) return prev;
  if (waiting) return waiting;
  Task* const ours = prev && !prev->real_time ? prev : nullptr;
  Task* const next = balance(cpu, ours, ours && prev_queued) ? prev : cpu.local.first();
  if (next && !next->scx.slice) next->scx.slice = SIM_SLICE_DFL;
  return next;
}

// Finds something to run; true where that is what ran before. Otherwise it is the first of the
// local queue, if there is one.
bool Kernel::balance(Cpu& cpu, Task* prev, bool prev_queued) {
  if (prev_queued && prev->scx.slice) return true;
  if (!cpu.local.empty()) return false;
  // one that goes offline has no more than it cannot get rid of
  if (cpu.online && consume(cpu, global_, 0)) return false;
  if (cpu.online && ops_.dispatch) {
    int rounds = kMostRounds;
    do {
      nr_flushed_ = 0;
      cpu.in_balance = true;
      call(ops_.dispatch, "dispatch", May::dispatch, prev, 0, to_policy(cpu.cid), word(prev));
      flush_dispatched();
      cpu.in_balance = false;
      if (ended()) return false;
      if (prev_queued && prev->scx.slice) return true;
      if (!cpu.local.empty() || consume(cpu, global_, 0)) return false;
      if (!--rounds) {
        kicks_.push_back({cpu.cid, cpu.cid, 0});
        break;
      }
    } while (nr_flushed_);
  }
  return prev_queued && !(ops_.flags & kEnqLast);
}

// The task that ran is still ready to, and its turn is over.
void Kernel::put_prev(Cpu& cpu, Task& prev, const Task* next) {
  if (!prev.real_time && ops_.stopping)
    call(ops_.stopping, "stopping", May::nothing, &prev, 1, word(&prev), 1);
  if (!prev.real_time && prev.scx.slice) prev.preempted = true;
  if (prev.preempted) ++counts(prev).preemptions;
  observe_stop(cpu, prev, prev.preempted ? Observer::Why::preempted : Observer::Why::slice_over);
  prev.preempted = false;
  prev.on_cpu = 0;
  prev.yields = false;
  now_ready(prev);
  if (prev.real_time) {
    prev.where = Where::real_time;
    cpu.real_time.push_back(&prev);
  } else if (prev.scx.slice && prev.immed) {
    prev.scx.flags |= SIM_TASK_REENQ_PREEMPTED;
    do_enqueue(prev, SIM_ENQ_REENQ);
    prev.scx.flags &= ~static_cast<u32>(SIM_TASK_REENQ_MASK);
  } else if (prev.scx.slice) {
    into(cpu.local, prev, SIM_ENQ_HEAD, false);
  } else {
    do_enqueue(prev, next ? 0 : SIM_ENQ_LAST);
  }
}

// A task leaves the queue from which the CPU starts it.
void Kernel::take_local(Cpu& cpu, Task& next) {
  if (next.real_time) {
    cpu.real_time.erase(cpu.real_time.begin());
    return;
  }
  if (next.dsq != &cpu.local || !next.may_use(cpu.cid))
    error("invariant: %s[%d] starts on CID %d, where it must not", next.comm, next.pid, cpu.cid);
  if (!cpu.curr && options_.conserve_ns &&
      lasted(std::max(next.waits_since(), cpu.idle_since)) > options_.conserve_ns)
    not_conserved(next, cpu);
  cpu.local.remove(next);
  observe(cpu.local);
}

void Kernel::set_next(Cpu& cpu, Task& next) {
  take_local(cpu, next);
  next.where = Where::on_cpu;
  next.on_cpu = 1;
  next.cid = cpu.cid;
  cpu.curr = &next;
  cpu.looked_at = now_;
  no_longer_ready(next);
  Counts& counted = counts(next);
  ++counted.switches;
  next.overhead_left += costs_.context_switch_ns;
  std::optional<Distance> moved;
  if (next.last_ran >= 0 && next.last_ran != cpu.cid) {
    const Distance far = distance(next.last_ran, cpu.cid);
    ++counted.migrations[static_cast<std::size_t>(far)];
    next.overhead_left += refill(far);
    moved = far;
  }
  if (options_.observer)
    options_.observer->started({now_, cpu.cid, {next.pid, next.kind_index}, next.last_ran, moved});
  next.last_ran = cpu.cid;
  if (!next.real_time && ops_.running)
    call(ops_.running, "running", May::nothing, &next, 0, word(&next));
  if (!cpu.ticking) {
    cpu.ticking = true;
    events_.plan((now_ / tick_ns_ + 1) * tick_ns_, Event::Kind::tick, static_cast<u32>(cpu.cid));
  }
  plan_end(cpu);
}

void Kernel::go_idle(Cpu& cpu) {
  account_waiting();
  if (cpu.online) ++nr_idle_;
  cpu.curr = nullptr;
  cpu.idle_since = now_;
  ++cpu.run_stamp;
  if (ops_.update_idle)
    call(ops_.update_idle, "update_idle", May::nothing, nullptr, 1, to_policy(cpu.cid), 1);
}

// The CPU is to schedule: at once where we are on it, otherwise as soon as it hears of it.
void Kernel::reschedule(Cpu& cpu) {
  if (!cpu.online && !cpu.curr && cpu.local.empty() && cpu.real_time.empty()) return;
  if (cpu.must_schedule || cpu.told_to_schedule) return;
  if (cpu.cid == context_.cid) {
    cpu.must_schedule = true;
    must_schedule_.push_back(cpu.cid);
    return;
  }
  cpu.told_to_schedule = true;
  events_.plan(now_ + costs_.kick_ns + (cpu.curr ? 0 : costs_.idle_exit_ns),
               Event::Kind::reschedule, static_cast<u32>(cpu.cid));
}

// The CPU schedules when the interrupt is over in which it is. So a task never starts at the very
// time of a tick, and one whose slice is so many ticks long has the next one as well.
void Kernel::reschedule_after(Cpu& cpu, u64 ns) {
  if (!ns) return reschedule(cpu);
  if (!cpu.online || cpu.must_schedule || cpu.told_to_schedule) return;
  cpu.told_to_schedule = true;
  events_.plan(now_ + ns, Event::Kind::reschedule, static_cast<u32>(cpu.cid));
}

void Kernel::kick(const Kick& kick) {
  Cpu& to = cpu(kick.cid);
  if (!to.online || ((kick.flags & SIM_KICK_IDLE) && to.curr)) return;
  if ((kick.flags & SIM_KICK_PREEMPT) && to.curr && !to.curr->real_time) {
    charge(to);
    to.curr->scx.slice = 0;
    to.curr->preempted = true;
  }
  if (kick.flags & SIM_KICK_WAIT) overhead(cpu(kick.from), costs_.kick_ns);
  if (kick.from != kick.cid) return reschedule(to);
  // an interrupt that the CPU sends to itself: it takes its time, or it could be sent without end
  if (to.told_to_schedule || to.must_schedule) return;
  to.told_to_schedule = true;
  events_.plan(now_ + costs_.kick_ns + 1, Event::Kind::reschedule, static_cast<u32>(to.cid));
}

void Kernel::tick(Cpu& cpu) {
  Task* const p = cpu.curr;
  cpu.ticking = p;
  if (!p) return;
  charge(cpu);
  if (!p->real_time) {
    const u64 slice = p->scx.slice;
    if (ops_.tick) call(ops_.tick, "tick", May::nothing, p, 0, word(p));
    if (slice && !p->scx.slice) p->preempted = true;
  }
  overhead(cpu, costs_.tick_ns);
  if (!p->real_time && !p->scx.slice) reschedule_after(cpu, costs_.tick_ns);
  events_.plan(now_ + tick_ns_, Event::Kind::tick, static_cast<u32>(cpu.cid));
}

}  // namespace scx::sim
