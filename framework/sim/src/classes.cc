// SPDX-License-Identifier: GPL-2.0-only
//
// The real-time class, as far as sched_ext feels it: its tasks run before all of the policy's. All
// have one priority here, run until they sleep or yield, and are not moved once they are in a CPU's
// queue. Tasks come from the policy and go back to it (__sched_setscheduler() in
// kernel/sched/syscalls.c).
#include <algorithm>

#include "kernel.h"

namespace scx::sim {

// The task is the policy's from here on.
void Kernel::enable_task(Task& p) {
  p.scx.weight = weight_of(p.static_prio - 120);
  if (ops_.enable) call(ops_.enable, "enable", May::nothing, &p, 0, word(&p));
  if (ops_.set_weight)
    call(ops_.set_weight, "set_weight", May::nothing, &p, p.scx.weight, word(&p), p.scx.weight);
}

void Kernel::disable_task(Task& p) {
  if (!p.real_time && ops_.disable) call(ops_.disable, "disable", May::nothing, &p, 0, word(&p));
}

// The policy has no more to do with the task.
void Kernel::release(Task& p) {
  disable_task(p);
  scx_exit_task_args args{false};
  if (ops_.exit_task) call(ops_.exit_task, "exit_task", May::nothing, &p, 0, word(&p), word(&args));
  p.values.clear();
}

void Kernel::set_class(Task& p, bool real_time) {
  p.real_time = real_time;
  p.policy = real_time ? SIM_SCHED_FIFO : SIM_SCHED_OTHER;
  p.prio = p.normal_prio = real_time ? kRealTimePrio : p.static_prio;
}

void Kernel::change_class(Task& p, bool real_time) {
  if (p.real_time == real_time) return;
  if (real_time)
    leave_policy(p);
  else
    come_to_policy(p);
}

void Kernel::leave_policy(Task& p) {
  const bool queued = p.queued(), runs = p.where == Where::on_cpu;
  if (queued && !runs) take_out(p);
  dequeue_task(p, kDequeueSave);
  disable_task(p);
  set_class(p, true);
  if (queued && !runs) wait_real_time(p);
}

void Kernel::come_to_policy(Task& p) {
  const bool waits = p.where == Where::real_time;
  if (waits) {
    std::erase(cpu(p.cid).real_time, &p);
    p.where = Where::moving;
  }
  set_class(p, false);
  begin_under_policy(p, waits);
}

// One that runs goes on with the slice that it has; the CPU looks whether somebody else is to run.
void Kernel::begin_under_policy(Task& p, bool waits) {
  enable_task(p);
  // meanwhile nobody has told the policy
  tell_cpus(p);
  if (waits) return enqueue_task(p, kEnqueueRestore);
  if (p.where != Where::on_cpu) return;
  p.scx.flags |= SIM_TASK_QUEUED;
  if (ops_.runnable)
    call(ops_.runnable, "runnable", May::nothing, &p, kEnqueueRestore, word(&p), kEnqueueRestore);
  if (ops_.running) call(ops_.running, "running", May::nothing, &p, 0, word(&p));
  reschedule(cpu(p.cid));
}

// A CPU without a real-time task, the last one first.
s32 Kernel::select_real_time(Task& p) {
  const auto free = [&](s32 cid) {
    const Cpu& to = cpu(cid);
    return to.online && p.may_use(cid) && to.real_time.empty() && !(to.curr && to.curr->real_time);
  };
  if (p.migration_disabled || free(p.cid)) return p.cid;
  for (s32 cid = 0; cid < static_cast<s32>(cpus_.size()); ++cid)
    if (free(cid)) return cid;
  return cpu(p.cid).online && p.may_use(p.cid) ? p.cid : destination(p);
}

// Into its CPU's queue of real-time tasks. The policy's task there has to go, and those that were
// put there to run at once go back to the policy (wakeup_preempt_scx()).
void Kernel::wait_real_time(Task& p) {
  Cpu& to = cpu(p.cid);
  now_ready(p);
  p.where = Where::real_time;
  to.real_time.push_back(&p);
  for (const Dsq::Entry& entry : to.local.tasks())
    if (entry.task->immed) reenqueue_tasks_.push_back(entry.task);
  if (!to.curr || !to.curr->real_time) reschedule(to);
}

// It may not be where it is any more.
void Kernel::move_real_time(Task& p, s32 to) {
  if (p.where == Where::real_time) {
    std::erase(cpu(p.cid).real_time, &p);
    p.where = Where::moving;
    p.cid = to;
    wait_real_time(p);
  } else if (p.where == Where::on_cpu) {
    const Context before = context_;
    context_ = {p.cid, &stopper_, 0, May::nothing, nullptr, false};
    migrate(cpu(p.cid), p, to);
    context_ = before;
  }
}

}  // namespace scx::sim
