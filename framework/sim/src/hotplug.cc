// SPDX-License-Identifier: GPL-2.0-only
//
// CPUs go offline and come back (sched_cpu_deactivate() and sched_cpu_activate() in
// kernel/sched/core.c): what the policy is told, and where the tasks go.
#include <fmt/core.h>

#include <algorithm>

#include "kernel.h"

namespace scx::sim {

void Kernel::find_everywhere(Allowed& of) const {
  of.everywhere = std::ranges::equal(online_, of.cids, [](u64 a, u64 b) { return !(a & ~b); });
}

bool Kernel::any_online(const Allowed& cpus) const {
  return !std::ranges::equal(online_, cpus.cids, [](u64 a, u64 b) { return !(a & b); });
}

s32 Kernel::first_online() const {
  const auto word = std::ranges::find_if(online_, [](u64 bits) { return bits != 0; });
  return static_cast<s32>((word - online_.begin()) * 64) + std::countr_zero(*word);
}

s32 Kernel::any_allowed(const Task& p) const {
  for (std::size_t word = 0; word < online_.size(); ++word)
    if (const u64 both = p.allowed->cids[word] & online_[word])
      return static_cast<s32>(word * 64) + std::countr_zero(both);
  return -1;
}

// Many tasks that come to the same CPUs come to one after the other of them
// (cpumask_any_and_distribute()). Requires: one is online.
s32 Kernel::next_allowed(const Task& p) {
  s32& chosen = cpu(context_.cid).chosen;
  do {
    chosen = (chosen + 1) % static_cast<s32>(cpus_.size());
  } while (!p.may_use(chosen) || !cpu(chosen).online);
  return chosen;
}

// Where a task goes that cannot stay. Where none of its CPUs is online, the kernel lets it run
// anywhere.
s32 Kernel::destination(Task& p) {
  s32 cid = any_allowed(p);
  if (cid >= 0) return cid;
  widen(p);
  return any_allowed(p);
}

void Kernel::widen(Task& p) {
  const bool queued = p.queued();
  if (queued) dequeue_task(p, kDequeueSave);
  static_cast<void>(set_allowed(p, nullptr));
  tell_cpus(p);
  if (!queued) return;
  p.scx.flags |= SIM_TASK_QUEUED;
  if (ops_.runnable)
    call(ops_.runnable, "runnable", May::nothing, &p, kEnqueueRestore, word(&p), kEnqueueRestore);
}

void Kernel::switch_cpus(const CpuSet& cpus, bool online) {
  const Context before = context_;
  for (const CpuId id : cpus) {
    Cpu& changed = cpu(machine_.cids.cid(id).value());
    // the last one stays
    if (ended() || changed.online == online || (!online && nr_online_ == 1)) continue;
    context_ = {changed.cid, &hotplug_, 0, May::nothing, nullptr, false};
    if (online)
      bring_on(changed);
    else
      take_off(changed);
  }
  context_ = before;
}

// The kernel's own threads do this on the CPU itself, which is idle before and after.
void Kernel::tell_of_hotplug(Cpu& cpu, bool online) {
  if (!attached()) return;
  const auto update_idle = [&](int idle) {
    if (!cpu.curr && ops_.update_idle)
      call(ops_.update_idle, "update_idle", May::nothing, nullptr, idle, to_policy(cpu.cid), idle);
  };
  update_idle(0);
  if (online && ops_.cid_online) {
    call(ops_.cid_online, "cid_online", May::move, nullptr, cpu.cid, to_policy(cpu.cid));
  } else if (!online && ops_.cid_offline) {
    call(ops_.cid_offline, "cid_offline", May::move, nullptr, cpu.cid, to_policy(cpu.cid));
  } else {
    end(End::hotplug, SIM_ECODE_ACT_RESTART | SIM_ECODE_RSN_HOTPLUG,
        fmt::format("cpu {} going {}, exiting scheduler", machine_.cids.cpu(Cid{cpu.cid}).value(),
                    online ? "online" : "offline"));
    if (options_.restart) detach();
  }
  update_idle(1);
}

void Kernel::now_online(Cpu& cpu, bool online) {
  account_waiting();
  cpu.online = online;
  online_[static_cast<std::size_t>(cpu.cid) / 64] ^= 1ull << (cpu.cid % 64);
  nr_online_ += online ? 1 : -1;
  if (!cpu.curr) nr_idle_ += online ? 1 : -1;
  for (auto& [cpus, of] : allowed_) find_everywhere(of);
  for (auto& [cid, of] : only_) find_everywhere(of);
  nr_waiting_ = std::ranges::count_if(
      tasks_, [](const auto& p) { return p->waits && p->allowed->everywhere; });
}

void Kernel::take_off(Cpu& cpu) {
  now_online(cpu, false);
  tell_of_hotplug(cpu, false);
  if (!ended()) evict(cpu);
}

// Those that run and wait here go elsewhere, but for those that must not migrate: the CPU is theirs
// until they may. What is in the policy's queues stays there.
void Kernel::evict(Cpu& cpu) {
  context_.task = &stopper_;
  std::vector<Task*> all;
  for (const Dsq::Entry& entry : cpu.local.tasks())
    if (!entry.task->migration_disabled) all.push_back(entry.task);
  // a copy: they leave it
  for (Task* p : std::vector(cpu.real_time))
    if (!p->migration_disabled) move_real_time(*p, destination(*p));
  for (Task* p : all) {
    cpu.local.remove(*p);
    observe(cpu.local);
    do_enqueue(*p, 0);
    Cpu& to = this->cpu(p->cid);
    if (!to.curr) reschedule(to);
  }
  if (cpu.curr && !cpu.curr->migration_disabled) migrate(cpu, *cpu.curr, destination(*cpu.curr));
}

void Kernel::bring_on(Cpu& cpu) {
  tell_of_hotplug(cpu, true);
  if (ended()) return;
  now_online(cpu, true);
  cpu.idle_since = now_;
  reschedule(cpu);
}

}  // namespace scx::sim
