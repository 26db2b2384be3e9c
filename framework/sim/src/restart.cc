// SPDX-License-Identifier: GPL-2.0-only
//
// The policy goes where a hotplug ends it, and is started anew, as the framework does it: the
// kernel takes all tasks from it (scx_disable_workfn() in kernel/sched/ext.c), and hands all that
// there are to the new one (scx_enable_workfn()). In between they run under a stand-in for the
// kernel's own scheduler: one queue for the machine, first in, first out, and idle CPUs are woken.
#include <algorithm>
#include <chrono>

#include "kernel.h"

namespace scx::sim {

// For how long something that began then lasts under the policy; 0 while there is none.
u64 Kernel::lasted(u64 since) const { return now_ - std::min(now_, std::max(since, attached_at_)); }

s32 Kernel::to_policy(s32 cid) const {
  return to_policy_.empty() ? cid : to_policy_[static_cast<std::size_t>(cid)];
}

s32 Kernel::from_policy(s32 cid) const {
  return from_policy_.empty() ? cid : from_policy_[static_cast<std::size_t>(cid)];
}

void Kernel::renumber(const CidMap& cids) {
  policys_cids_ = cids;
  to_policy_.clear();
  from_policy_.clear();
  if (std::ranges::equal(cids.cid_to_cpu(), machine_.cids.cid_to_cpu())) return;
  for (const CpuId cpu : machine_.cids.cid_to_cpu()) to_policy_.push_back(cids.cid(cpu).value());
  for (const CpuId cpu : cids.cid_to_cpu()) from_policy_.push_back(machine_.cids.cid(cpu).value());
}

// Who runs goes on, and who waits is enqueued with the stand-in.
void Kernel::detach() {
  using std::chrono::nanoseconds;
  const Context before = context_;
  context_ = {context_.cid, &loader_, 0, May::nothing, nullptr, false};
  std::vector<Task*> waiting;
  exit_cgroups(*root_);
  for (const auto& p : tasks_) {
    if (!p->lives()) continue;
    take_from_policy(*p);
    if (p->where == Where::moving) waiting.push_back(p.get());
  }
  tell_exit();
  const std::string why = end_->message;
  // its run began with its start
  const nanoseconds ran(now_ - attached_at_ + costs_.restart_ns);
  forget_policy();
  for (Task* p : waiting) do_enqueue(*p, 0);
  context_ = before;
  if (options_.observer) options_.observer->detached(now_, why);
  const auto wait = static_cast<u64>(nanoseconds(backoff_.next(ran)).count());
  events_.plan(now_ + costs_.restart_ns + wait, Event::Kind::attach, 0);
}

void Kernel::take_from_policy(Task& p) {
  const bool queued = p.queued();
  if (queued && p.where != Where::on_cpu) take_out(p);
  dequeue_task(p, kDequeueSave);
  release(p);
  if (!queued) return;
  p.scx.flags |= SIM_TASK_QUEUED;
  p.scx.slice = kPlainSliceNs;
  p.direct = p.immed = p.preempted = false;
}

// Nothing of it is left, what it asked for and had not got yet neither.
void Kernel::forget_policy() {
  end_.reset();
  ops_ = {};
  attached_at_ = kNever;
  user_dsqs_.clear();
  arrays_.clear();
  for (Timer& timer : timers_) timer.armed = false;
  kicks_.clear();
  reenqueue_.clear();
  reenqueue_tasks_.clear();
  for (const auto& cpu : cpus_) {
    charge(*cpu);
    cpu->level = 1024;
    if (cpu->curr) plan_end(*cpu);
  }
}

void Kernel::attach_anew() {
  CpuSet online;
  for (const auto& cpu : cpus_)
    if (cpu->online) online.insert(machine_.cids.cpu(Cid{cpu->cid}));
  const Result<Machine> machine = options_.restart(online);
  if (!machine)
    return error("the policy cannot be started anew: %s", machine.error().message().c_str());
  renumber(machine->cids);
  policy_.link(kernel_calls(options_.measure), this);
  ops_ = policy_.ops();
  if (options_.measure) stopwatch_.count_at(policy_.blocks());
  attached_at_ = now_;
  ++nr_restarts_;
  if (options_.observer) options_.observer->attached(now_);
  load();
  for (const auto& p : tasks_) {
    if (ended()) return;
    if (p->lives()) init_task(*p, false);
  }
  for (const auto& p : tasks_) {
    if (ended()) return;
    if (!p->lives() || p->real_time) continue;
    const bool waits = p->queued() && p->where != Where::on_cpu;
    if (waits) take_out(*p);
    p->scx.slice = SIM_SLICE_DFL;
    begin_under_policy(*p, waits);
  }
  for (const auto& cpu : cpus_) reschedule(*cpu);
}

// An idle CPU for a task in the stand-in's queue: its own, or the first that nobody has told yet.
void Kernel::wake_idle(const Task& p) {
  const auto waits = [&p](const Cpu& cpu) {
    return cpu.online && !cpu.curr && !cpu.told_to_schedule && !cpu.must_schedule &&
           p.may_use(cpu.cid);
  };
  if (waits(cpu(p.cid))) return reschedule(cpu(p.cid));
  const auto found = std::ranges::find_if(cpus_, [&](const auto& cpu) { return waits(*cpu); });
  if (found != cpus_.end()) reschedule(**found);
}

}  // namespace scx::sim
