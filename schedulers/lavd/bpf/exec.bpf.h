/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exec() is a free migration point: a task that has just thrown its memory away leaves nothing behind
 * in any cache. The kernel asks no scheduler of ours about it, so it is seen at its tracepoint: where
 * the task's domain has more than its share, the task gives up the CPU and is placed anew.
 */
#ifndef __LAVD_EXEC_BPF_H
#define __LAVD_EXEC_BPF_H

#include "place.bpf.h"

struct linux_binprm;

SEC("?tp_btf/sched_process_exec")
int BPF_PROG(lavd_exec, struct task_struct *p, s32 old_pid, struct linux_binprm *bprm)
{
	lavd_task_t *t = scx_task_ctx(p);
	lavd_domain_t *domain;

	if (!t || lavd_is_pinned(t))
		return 0;
	domain = lavd_domain(t->domain);
	if (!domain || domain->budget >= 0)
		return 0;
	t->moves = true;
	scx_kick_cid(scx_this_cid(), SCX_KICK_PREEMPT);
	return 0;
}

/* Where a task that moves is to wait: the stealer nearest to `cid` that it may run in; `cid` where
 * there is none. */
static __always_inline s32 lavd_new_home(lavd_task_t *t, s32 cid)
{
	s32 own = scx_cid_domain(cid);

	scx_for_each_near(at, own, {
		const struct scx_domain_info *info = scx_domain_info(at);
		lavd_domain_t *domain = lavd_domain(at);

		if (info && domain && domain->budget > 0) {
			s32 found = scx_range_find_and((u64)scx_task_allowed(t), scx_machine.usable_addr,
						       info->first, info->nr);

			if (found >= 0) {
				__sync_fetch_and_add(&domain->budget, -1);
				return found;
			}
		}
	});
	return cid;
}

#endif
