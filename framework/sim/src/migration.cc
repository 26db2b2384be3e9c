// SPDX-License-Identifier: GPL-2.0-only
//
// Tasks that must not migrate for a while: migrate_disable() and what follows from it, as
// kernel/sched/core.c has it. Such a task keeps the CPUs that it may use until it is switched out:
// from then on it may use that CPU only, though nr_cpus_allowed does not say so.
#include "kernel.h"

namespace scx::sim {
namespace {

// As many as its counter can count.
constexpr int kMostDisabled = 0xffff;

}  // namespace

const Allowed& Kernel::only(s32 cid) {
  const auto [found, is_new] = only_.try_emplace(cid);
  if (is_new) found->second = allowed_if([&](s32 at, CpuId) { return at == cid; });
  return found->second;
}

void Kernel::migrate_disable(Task& p) {
  if (p.migration_disabled == kMostDisabled)
    return error("%s[%d] disables migration and never enables it", p.comm, p.pid);
  ++p.migration_disabled;
}

bool Kernel::migrate_enable(Cpu& cpu, Task& p) {
  if (!p.migration_disabled)
    return error("%s[%d] enables migration, which it has not disabled", p.comm, p.pid), true;
  if (p.migration_disabled == 1 && p.pinned) {
    p.pinned = false;
    change(p, [&] {
      use(p, *p.affinity);
      tell_cpus(p);
    });
  }
  --p.migration_disabled;
  leave_if_not_allowed(p);
  return p.where == Where::on_cpu && cpu.curr == &p;
}

// The task has been switched out (migrate_disable_switch()).
void Kernel::pin(Task& p) {
  if (p.flags & SIM_PF_EXITING) return;
  p.pinned = true;
  change(p, [&] {
    use(p, only(p.cid));
    tell_cpus(p);
  });
}

bool Kernel::refuse_pinned(Task& p, s32 cid, bool enforce) {
  if (enforce)
    error("SCX_DSQ_LOCAL[_ON] cannot move migration disabled %s[%d] from CPU %d to %d", p.comm,
          p.pid, p.cid, cid);
  return false;
}

}  // namespace scx::sim
