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
	const struct scx_domain_info *info = scx_domain_info(own);
	u32 near, last;

	if (!info)
		return cid;
	near = scx_hide(info->near_first);
	last = near + info->near_nr;
	while (near < last && can_loop) {
		const struct scx_neighbor *range = scx_neighbor(near++);
		s32 at, left;

		if (!range || range->nr <= 0)
			break;
		at = scx_walk_start(range, own);
		for (left = scx_hide(range->nr); left > 0 && can_loop; left--) {
			const struct scx_domain_info *other = scx_domain_info(at);
			lavd_domain_t *domain = lavd_domain(at);

			if (at != own && other && domain && domain->budget > 0) {
				s32 found = scx_range_find_and((u64)scx_task_allowed(t),
							       scx_machine.usable_addr,
							       other->first, other->nr);

				if (found >= 0) {
					__sync_fetch_and_add(&domain->budget, -1);
					return found;
				}
			}
			if (++at >= range->first + range->nr)
				at = range->first;
		}
	}
	return cid;
}

#endif
