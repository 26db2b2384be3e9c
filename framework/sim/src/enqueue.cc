// SPDX-License-Identifier: GPL-2.0-only
//
// A task into queues and out of them.
#include <algorithm>
#include <utility>

#include "kernel.h"

namespace scx::sim {
namespace {

// Of enq_flags, the kernel's own: the queue is ordered by vtime.
constexpr u64 kByVtime = 1ull << 57;
constexpr u64 kInternal = 0xffull << 56;

}  // namespace

bool Kernel::valid(s32 cid, const char* where) {
  if (cid >= 0 && cid < static_cast<s32>(cpus_.size())) return true;
  error("invalid CID %d %s", cid, where);
  return false;
}

Dsq* Kernel::user_dsq(u64 id) {
  const auto found = user_dsqs_.find(id);
  return found == user_dsqs_.end() ? nullptr : found->second.get();
}

// The queue that a verdict names; the global one where it is wrong.
Dsq& Kernel::dsq_for(u64 id, Task& p, s32 here) {
  if (id == SIM_DSQ_LOCAL) return cpu(here).local;
  if ((id & SIM_DSQ_LOCAL_ON) == SIM_DSQ_LOCAL_ON) {
    const s32 cid = static_cast<s32>(id & 0xffffffff);
    return valid(cid, "in SCX_DSQ_LOCAL_ON dispatch verdict") ? cpu(from_policy(cid)).local
                                                              : global_;
  }
  if (id == SIM_DSQ_GLOBAL) return global_;
  if (Dsq* dsq = user_dsq(id)) return *dsq;
  error("non-existent DSQ 0x%llx for %s[%d]", static_cast<unsigned long long>(id), p.comm, p.pid);
  return global_;
}

void Kernel::leave_custody(Task& p, u64 deq_flags) {
  if (!p.in_custody) return;
  p.in_custody = false;
  if (ops_.dequeue) call(ops_.dequeue, "dequeue", May::nothing, &p, deq_flags, word(&p), deq_flags);
}

void Kernel::into(Dsq& dsq, Task& p, u64 enq_flags, bool by_vtime) {
  if (by_vtime && dsq.terminal()) {
    error("cannot use vtime ordering for built-in DSQs");
    by_vtime = false;
  }
  if (!dsq.empty() && dsq.by_vtime != by_vtime)
    error("DSQ ID 0x%016llx already had %s-enqueued tasks", static_cast<unsigned long long>(dsq.id),
          by_vtime ? "FIFO" : "PRIQ");
  dsq.by_vtime = by_vtime;
  if (by_vtime) {
    dsq.add_by_vtime(p);
    check_span(dsq);
  } else {
    dsq.add(p, enq_flags & (SIM_ENQ_HEAD | SIM_ENQ_PREEMPT));
  }
  observe(dsq);
  p.direct = false;
  if (!dsq.terminal()) {
    p.in_custody = true;
    return;
  }
  leave_custody(p, 0);
  p.immed = dsq.local() && (enq_flags & SIM_ENQ_IMMED);
  if (dsq.local()) into_local(cpu(dsq.cid), p, enq_flags);
}

// What follows from a new task in a CPU's local queue. A CPU that is looking for a task finds it.
void Kernel::into_local(Cpu& cpu, Task& p, u64 enq_flags) {
  const bool preempts =
      (enq_flags & SIM_ENQ_PREEMPT) && cpu.curr && cpu.curr != &p && !cpu.curr->real_time;
  if (p.immed && (cpu.local.size() > 1 || !cpu.real_time.empty() ||
                  (cpu.curr && !cpu.in_balance && !preempts)))
    reenqueue_tasks_.push_back(&p);
  if (cpu.in_balance) return;
  if (preempts) {
    charge(cpu);
    cpu.curr->scx.slice = 0;
    cpu.curr->preempted = true;
  }
  if (preempts || !cpu.curr) reschedule(cpu);
}

void Kernel::enqueue_task(Task& p, u64 enq_flags) {
  p.scx.flags |= SIM_TASK_QUEUED;
  now_ready(p);
  if (ops_.runnable)
    call(ops_.runnable, "runnable", May::nothing, &p, enq_flags, word(&p), enq_flags);
  do_enqueue(p, enq_flags);
}

// Asks the policy where the task is to go, unless that is known.
void Kernel::do_enqueue(Task& p, u64 enq_flags) {
  if (!cpu(p.cid).online && !p.migration_disabled) p.cid = destination(p);
  Cpu& own = cpu(p.cid);
  if (p.direct) return carry_out_direct(p, enq_flags);
  const bool stays = !own.online || ((p.flags & SIM_PF_EXITING) && !(ops_.flags & kEnqExiting)) ||
                     (p.migration_disabled && !(ops_.flags & kEnqMigrationDisabled));
  if (stays || !ops_.enqueue) {
    p.scx.slice = attached() ? u64{SIM_SLICE_DFL} : kPlainSliceNs;
    into(stays ? own.local : global_, p, enq_flags, false);
    if (!attached() && !stays) wake_idle(p);
    return;
  }
  ++p.enqueue_nr;
  p.where = Where::moving;
  {
    const DirectlyFor guard(context_, p);
    call(ops_.enqueue, "enqueue", May::enqueue, &p, enq_flags, word(&p), enq_flags);
  }
  if (p.direct) return carry_out_direct(p, enq_flags);
  p.where = Where::at_policy;
  p.in_custody = true;
}

void Kernel::carry_out_direct(Task& p, u64 enq_flags) {
  Dsq& dsq = dsq_for(p.direct_dsq, p, p.cid);
  const u64 flags = p.direct_flags | enq_flags;
  p.direct = false;
  if (dsq.local() && dsq.cid != p.cid) {
    p.where = Where::moving;
    moving_.push_back({&p, &dsq, flags});
    return;
  }
  into(dsq, p, flags, flags & kByVtime);
}

bool Kernel::may_move_to(Task& p, const Cpu& cpu, bool enforce) {
  if (p.migration_disabled) return refuse_pinned(p, cpu.cid, enforce);
  if (!p.may_use(cpu.cid)) {
    if (enforce)
      error("SCX_DSQ_LOCAL[_ON] target CPU %d not allowed for %s[%d]", cpu.cid, p.comm, p.pid);
    return false;
  }
  return cpu.online;
}

void Kernel::to_local_dsq(Dsq& dsq, Task& p, u64 enq_flags) {
  if (p.cid != dsq.cid) {
    if (!may_move_to(p, cpu(dsq.cid), true)) return into(global_, p, enq_flags, false);
    p.cid = dsq.cid;
  }
  if (cpu(p.cid).online || p.migration_disabled)
    return into(dsq, p, enq_flags, enq_flags & kByVtime);
  // from there it would be pushed on at once
  leave_custody(p, 0);
  do_enqueue(p, 0);
}

// The first task of a queue that may run on this CPU, into its local queue.
bool Kernel::consume(Cpu& cpu, Dsq& dsq, u64 enq_flags) {
  for (const Dsq::Entry& entry : dsq.tasks()) {
    Task& p = *entry.task;
    if (p.cid != cpu.cid && !may_move_to(p, cpu, false)) continue;
    if (dsq.by_vtime) check_order(cpu, dsq, p);
    dsq.remove(p);
    observe(dsq);
    p.cid = cpu.cid;
    into(cpu.local, p, enq_flags, false);
    return true;
  }
  return false;
}

void Kernel::flush_dispatched() {
  nr_flushed_ += static_cast<int>(dispatched_.size());
  // what a dequeue that this leads to dispatches anew is an error of the policy's
  const std::vector<Dispatched> all = std::exchange(dispatched_, {});
  for (const Dispatched& one : all) {
    Task& p = *one.task;
    if (p.where != Where::at_policy || p.enqueue_nr != one.enqueue_nr) continue;
    p.where = Where::moving;
    Dsq& dsq = dsq_for(one.dsq_id, p, context_.cid);
    if (dsq.local()) {
      to_local_dsq(dsq, p, one.enq_flags);
    } else {
      into(dsq, p, one.enq_flags, one.enq_flags & kByVtime);
    }
  }
}

// scx_bpf_dsq_insert() and its kin: at once for the task that is being enqueued, else into the
// buffer.
bool Kernel::insert(Task& p, const scx_sim_insert& how) {
  if (context_.may == May::nothing || context_.may == May::move) {
    error("scx_bpf_dsq_insert() may not be called here");
    return false;
  }
  if (how.enq_flags & kInternal) {
    error("invalid enq_flags 0x%llx", static_cast<unsigned long long>(how.enq_flags));
    return false;
  }
  const u64 flags = how.enq_flags | (how.by_vtime ? kByVtime : 0);
  p.scx.slice = how.slice ? how.slice : p.scx.slice ? p.scx.slice : 1;
  if (how.by_vtime) p.scx.dsq_vtime = how.vtime;
  if (context_.may == May::dispatch) {
    if (dispatched_.size() >= max_batch_) {
      error("dispatch buffer overflow");
      return false;
    }
    dispatched_.push_back({&p, p.enqueue_nr, how.dsq_id, flags});
    return true;
  }
  if (context_.direct_task != &p || context_.directly_done) {
    if (context_.direct_task == &p)
      error("%s[%d] already direct-dispatched", p.comm, p.pid);
    else
      error("scheduling for %s[%d] but trying to direct-dispatch %s[%d]",
            context_.direct_task->comm, context_.direct_task->pid, p.comm, p.pid);
    return false;
  }
  context_.directly_done = true;
  p.direct = true;
  p.direct_dsq = how.dsq_id;
  p.direct_flags = flags;
  return true;
}

void Kernel::enqueue_again(Task& p, u32 reason) {
  Dsq& dsq = *p.dsq;
  dsq.remove(p);
  observe(dsq);
  p.scx.flags |= reason;
  do_enqueue(p, SIM_ENQ_REENQ);
  p.scx.flags &= ~static_cast<u32>(SIM_TASK_REENQ_MASK);
}

void Kernel::enqueue_again(Dsq& dsq) {
  std::vector<Task*> all;
  for (const Dsq::Entry& entry : dsq.tasks()) all.push_back(entry.task);
  for (Task* p : all)
    if (p->dsq == &dsq) enqueue_again(*p, SIM_TASK_REENQ_KFUNC);
}

// A task leaves the run queue: to sleep, to end, or for a change of its properties.
void Kernel::dequeue_task(Task& p, u64 deq_flags) {
  if (!p.queued()) return;
  leave_custody(p, deq_flags & SIM_DEQ_SLEEP ? deq_flags : deq_flags | SIM_DEQ_SCHED_CHANGE);
  if (p.where == Where::on_cpu) {
    charge(cpu(p.cid));
    if (ops_.stopping) call(ops_.stopping, "stopping", May::nothing, &p, 0, word(&p), 0);
  }
  if (ops_.quiescent)
    call(ops_.quiescent, "quiescent", May::nothing, &p, deq_flags, word(&p), deq_flags);
  p.scx.flags &= ~static_cast<u32>(SIM_TASK_QUEUED);
}

// Changes a property of a task. The policy sees one that is ready to run go and come back, and one
// that runs stop and go on; of one that sleeps it hears the change alone (sched_change_begin() and
// sched_change_end() in kernel/sched/core.c).
void Kernel::change(Task& p, const std::function<void()>& how) {
  if (!p.queued()) return how();
  if (p.where != Where::on_cpu) return enqueue_anew(p, kDequeueSave, kEnqueueRestore, how);
  dequeue_task(p, kDequeueSave);
  how();
  p.scx.flags |= SIM_TASK_QUEUED;
  if (ops_.runnable)
    call(ops_.runnable, "runnable", May::nothing, &p, kEnqueueRestore, word(&p), kEnqueueRestore);
  if (ops_.running) call(ops_.running, "running", May::nothing, &p, 0, word(&p));
}

// A task that waits leaves its queue and is enqueued again; it has been ready all the time.
void Kernel::enqueue_anew(Task& p, u64 deq_flags, u64 enq_flags,
                          const std::function<void()>& between) {
  take_out(p);
  dequeue_task(p, deq_flags);
  between();
  enqueue_task(p, enq_flags);
}

// Out of the queue where it is, if any.
void Kernel::take_out(Task& p) {
  if (p.dsq) {
    Dsq& dsq = *p.dsq;
    dsq.remove(p);
    observe(dsq);
  }
  // it may be on its way to another CPU's local queue
  std::erase_if(moving_, [&](const Moving& move) { return move.task == &p; });
  p.where = Where::moving;
}

// The weight of a real-time task is heard of when it comes to the policy.
void Kernel::change_nice(Task& p, int nice) {
  change(p, [&] {
    p.static_prio = 120 + nice;
    if (p.real_time) return;
    p.normal_prio = p.prio = p.static_prio;
    p.scx.weight = weight_of(nice);
    if (ops_.set_weight)
      call(ops_.set_weight, "set_weight", May::nothing, &p, p.scx.weight, word(&p), p.scx.weight);
  });
}

// The kernel refuses CPUs of which none is online, and does nothing where they are what they were.
void Kernel::change_cpus(Task& p, const CpuSet& cpus) {
  const Allowed& asked = allowed(&cpus);
  if (!any_online(asked) || asked.cids == p.affinity->cids) return;
  change(p, [&] {
    static_cast<void>(set_allowed(p, &cpus));
    tell_cpus(p);
  });
  leave_if_not_allowed(p);
}

// A task that may not be where it is any more goes, unless it must not migrate: as
// affine_move_task() does, by the stopper of its CPU where it runs, else at once.
void Kernel::leave_if_not_allowed(Task& p) {
  if (p.migration_disabled || (p.may_use(p.cid) && cpu(p.cid).online)) return;
  const s32 to = any_online(*p.allowed) ? next_allowed(p) : destination(p);
  if (p.real_time) return move_real_time(p, to);
  if (!p.queued()) return;
  if (p.where != Where::on_cpu) return move_waiting(p, to);
  const Context before = context_;
  context_ = {p.cid, &stopper_, 0, May::nothing, nullptr, false};
  migrate(cpu(p.cid), p, to);
  context_ = before;
}

// A task that waits comes to another CPU, which looks whether it has something to run now. Of the
// way between the two run queues the policy hears nothing but dequeue and enqueue
// (move_queued_task()).
void Kernel::move_waiting(Task& p, s32 to) {
  take_out(p);
  leave_custody(p, SIM_DEQ_SCHED_CHANGE);
  p.cid = to;
  do_enqueue(p, 0);
  if (!cpu(p.cid).curr) reschedule(cpu(p.cid));
}

// The policy hears which CPUs the task may use.
void Kernel::tell_cpus(Task& p) {
  if (!ops_.set_cmask || p.real_time) return;
  kernel_cmask_.assign(p.allowed->cids.size() + 2, 0);
  auto* mask = reinterpret_cast<scx_sim_cmask*>(kernel_cmask_.data());
  mask->base = 0;
  mask->nr_cids = static_cast<u32>(cpus_.size());
  mask->alloc_words = static_cast<u32>(p.allowed->cids.size());
  if (to_policy_.empty()) {
    std::ranges::copy(p.allowed->cids, mask->bits);
  } else {
    for (s32 cid = 0; cid < static_cast<s32>(cpus_.size()); ++cid)
      if (p.may_use(cid)) mask->bits[to_policy(cid) / 64] |= 1ull << (to_policy(cid) % 64);
  }
  call(ops_.set_cmask, "set_cmask", May::nothing, &p, 0, word(&p), word(mask));
}

// The running task may not be here any more: it is taken off the CPU and enqueued elsewhere.
void Kernel::migrate(Cpu& cpu, Task& p, s32 to) {
  charge(cpu);
  if (!p.real_time && ops_.stopping)
    call(ops_.stopping, "stopping", May::nothing, &p, 1, word(&p), 1);
  now_ready(p);
  observe_stop(cpu, p, Observer::Why::not_here);
  p.where = Where::moving;
  p.on_cpu = 0;
  p.cid = to;
  if (p.real_time) {
    wait_real_time(p);
  } else {
    do_enqueue(p, 0);
    if (!this->cpu(p.cid).curr) reschedule(this->cpu(p.cid));
  }
  schedule(cpu, Before::gone);
}

std::vector<Task*> Kernel::living(int kind_index) {
  std::vector<Task*> found;
  for (const auto& p : tasks_)
    if (p->kind_index == kind_index && p->lives()) found.push_back(p.get());
  return found;
}

// All living tasks of a kind are changed, when what this event moves has arrived.
void Kernel::change_others(int kind_index, const Op& op) {
  for (Task* p : living(kind_index)) changes_.push_back({p, &op});
}

void Kernel::change_machine(const Op& op) {
  switch (op.kind) {
    case Op::Kind::set_group:
      return move_to_cgroup(living(op.object), cgroup_at(op.group));
    case Op::Kind::change_group:
      return change_group(cgroup_at(op.group), op.settings);
    default:
      return switch_cpus(op.cpus, op.kind == Op::Kind::cpu_on);
  }
}

void Kernel::carry_out(const Change& change) {
  if (!change.task) return change_machine(*change.op);
  Task& p = *change.task;
  if (p.where == Where::dead) return;
  switch (change.op->kind) {
    case Op::Kind::set_nice:
      return change_nice(p, change.op->value);
    case Op::Kind::set_class:
      return change_class(p, change.op->value);
    default:
      return change_cpus(p, change.op->cpus);
  }
}

}  // namespace scx::sim
