// SPDX-License-Identifier: GPL-2.0-only
//
// What has to be true whatever the policy does, and what a good policy keeps: found wrong here, it
// ends the simulation. All of it is looked at from outside, without the bookkeeping that it checks.
#include <algorithm>
#include <unordered_map>

#include "kernel.h"

namespace scx::sim {
namespace {

unsigned long long number(u64 value) { return value; }

}  // namespace

// Between two events: each task is in one place, and each place knows of it.
void Kernel::audit() {
  std::unordered_map<const Dsq*, std::size_t> held;
  s64 nr_waiting = 0;
  for (const auto& p : tasks_) {
    if (ended()) return;
    audit_task(*p);
    if (p->dsq) ++held[p->dsq];
    if (p->waits && p->allowed->everywhere) ++nr_waiting;
  }
  s64 nr_idle = 0;
  for (const auto& cpu : cpus_) {
    audit_cpu(*cpu);
    audit_dsq(cpu->local, held[&cpu->local]);
    if (cpu->online && !cpu->curr) ++nr_idle;
  }
  audit_dsq(global_, held[&global_]);
  for (const auto& [id, dsq] : user_dsqs_) audit_dsq(*dsq, held[dsq.get()]);
  if (nr_idle != nr_idle_ || nr_waiting != nr_waiting_)
    error("invariant: %lld CPUs are idle and %lld tasks wait, but %lld and %lld are counted",
          static_cast<long long>(nr_idle), static_cast<long long>(nr_waiting),
          static_cast<long long>(nr_idle_), static_cast<long long>(nr_waiting_));
}

void Kernel::audit_task(const Task& p) {
  const auto wrong = [&](const char* what) { error("invariant: %s[%d] %s", p.comm, p.pid, what); };
  if (p.dsq && p.where != Where::in_dsq) return wrong("is in a queue and elsewhere");
  if (attached() && p.lives() && !p.cgroup->initialized) return wrong("is in a cgroup that nobody told of");
  switch (p.where) {
    case Where::on_cpu:
      if (cpu(p.cid).curr != &p) return wrong("is lost: it runs on a CPU that does not run it");
      if (!p.may_use(p.cid) && !p.migration_disabled) return wrong("runs where it must not");
      if (p.waits) wrong("runs and waits");
      break;
    case Where::in_dsq:
      if (!p.dsq) return wrong("is lost: it is in no queue");
      if (p.dsq->local() && !p.may_use(p.dsq->cid)) wrong("waits for a CPU that it must not use");
      break;
    case Where::at_policy:
      if (!p.in_custody) wrong("is lost: the policy has given it away");
      break;
    case Where::moving:
      return wrong("is lost between two queues");
    case Where::real_time:
      if (!std::ranges::count(cpu(p.cid).real_time, &p)) wrong("is lost: it is in no queue");
      break;
    case Where::asleep:
    case Where::new_task:
    case Where::dead:
      if (p.queued() || p.waits) return wrong("is ready to run, and asleep");
      return;
  }
  if (p.queued() == p.real_time)
    return wrong(p.real_time ? "is the policy's, and real-time"
                             : "is not ready to run, and not asleep");
  if (p.where != Where::on_cpu && !p.waits) wrong("is ready to run, and does not wait");
}

void Kernel::audit_cpu(const Cpu& cpu) {
  if (cpu.curr && (cpu.curr->where != Where::on_cpu || cpu.curr->cid != cpu.cid))
    return error("invariant: %s[%d] runs on CID %d and is elsewhere", cpu.curr->comm, cpu.curr->pid,
                 cpu.cid);
  if (!cpu.curr && !(cpu.local.empty() && cpu.real_time.empty()) && !cpu.told_to_schedule &&
      !cpu.must_schedule)
    error("invariant: CID %d is idle, has %zu tasks, and nobody told it", cpu.cid,
          cpu.local.size() + cpu.real_time.size());
}

void Kernel::audit_dsq(const Dsq& dsq, std::size_t held) {
  if (dsq.size() != held)
    error("invariant: DSQ 0x%llx has %zu tasks, of which %zu are in it", number(dsq.id), dsq.size(),
          held);
  if (!dsq.by_vtime) return;
  for (const Dsq::Entry& entry : dsq.tasks()) check_vtime(*entry.task);
}

// The kernel's tree is ordered by what the vtime was when the task came: who changes it meanwhile
// breaks the order (scx.dsq_vtime in include/linux/sched/ext.h).
void Kernel::check_vtime(const Task& p) {
  if (p.scx.dsq_vtime != p.key.vtime)
    error("invariant: the vtime of %s[%d] was changed from %llu to %llu in the queue 0x%llx",
          p.comm, p.pid, number(p.key.vtime), number(p.scx.dsq_vtime), number(p.dsq->id));
}

// vtimes wrap, so those that are half of the range apart have no order.
void Kernel::check_span(const Dsq& dsq) {
  const u64 first = dsq.tasks().begin()->key.vtime, last = dsq.tasks().rbegin()->key.vtime;
  if (static_cast<s64>(last - first) < 0)
    error("invariant: the vtimes %llu and %llu in the queue 0x%llx are too far apart for an order",
          number(first), number(last), number(dsq.id));
}

// A CPU takes a task out of a queue that is ordered by vtime: nobody who may run there is before
// it.
void Kernel::check_order(const Cpu& cpu, const Dsq& dsq, const Task& taken) {
  check_vtime(taken);
  if (!options_.audit) return;
  for (const Dsq::Entry& entry : dsq.tasks()) {
    const Task& p = *entry.task;
    if (&p == &taken || !p.may_use(cpu.cid)) continue;
    if (static_cast<s64>(p.scx.dsq_vtime - taken.scx.dsq_vtime) < 0)
      return error("invariant: CID %d takes %s[%d] of vtime %llu before %s[%d] of %llu", cpu.cid,
                   taken.comm, taken.pid, number(taken.scx.dsq_vtime), p.comm, p.pid,
                   number(p.scx.dsq_vtime));
  }
}

// No task waits while a CPU that it may use is idle, both for longer than the bound.
void Kernel::check_conserved() {
  const u64 bound = options_.conserve_ns;
  std::vector<u64> idle((cpus_.size() + 63) / 64);
  for (const auto& cpu : cpus_)
    if (cpu->online && !cpu->curr && lasted(cpu->idle_since) > bound)
      idle[static_cast<std::size_t>(cpu->cid) / 64] |= 1ull << (cpu->cid % 64);
  for (const auto& p : tasks_) {
    if (!p->waits || p->real_time || lasted(p->waits_since()) <= bound) continue;
    for (std::size_t word = 0; word < idle.size(); ++word) {
      const u64 both = idle[word] & p->allowed->cids[word];
      if (!both) continue;
      const auto cid = static_cast<s32>(word * 64) + std::countr_zero(both);
      return not_conserved(*p, cpu(cid));
    }
  }
  events_.plan(now_ + std::max<u64>(bound / 4, 1), Event::Kind::conserve, 0);
}

void Kernel::not_conserved(const Task& p, const Cpu& idle) {
  const u64 both = lasted(std::max(p.waits_since(), idle.idle_since));
  error("invariant: %s[%d] waited for %llu.%03llu ms while CID %d, which it may use, was idle",
        p.comm, p.pid, number(both / 1'000'000), number(both / 1000 % 1000), idle.cid);
}

}  // namespace scx::sim
