/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The queues: one DSQ a compute domain, ordered by deadline; its id is the domain's.
 *
 * The number of tasks in a queue is counted beside it, in the arena, where looking costs a load.
 * A task counts from its insertion until it runs or goes away.
 */
#ifndef __LAVD_QUEUE_BPF_H
#define __LAVD_QUEUE_BPF_H

#include "deadline.bpf.h"

static __always_inline void lavd_count_queued(lavd_task_t *t)
{
	struct lavd_domain __arena *domain = lavd_domain(t->domain);

	if (t->queued || !domain)
		return;
	t->queued = true;
	__sync_fetch_and_add(&domain->nr_queued, 1);
}

static __always_inline void lavd_count_unqueued(lavd_task_t *t)
{
	struct lavd_domain __arena *domain = lavd_domain(t->domain);

	if (!t->queued || !domain)
		return;
	t->queued = false;
	__sync_fetch_and_add(&domain->nr_queued, -1);
}

/* Queue the task in the domain of `cid`. False where that belongs to none. */
static __always_inline bool lavd_enqueue_at(struct task_struct *p, lavd_task_t *t, s32 cid,
					    u64 enq_flags)
{
	const struct scx_domain_info *info;
	struct lavd_domain __arena *domain;
	struct lavd_cpu __arena *cpu = lavd_cpu(cid);
	s32 id = scx_cid_domain(cid);
	u64 weight = p->scx.weight, slice;

	info = scx_domain_info(id);
	domain = lavd_domain(id);
	if (!info || !domain || !cpu)
		return false;
	lavd_count_unqueued(t);
	lavd_place(t, weight, id, domain->clock_ns);
	lavd_count_queued(t);
	slice = lavd_slice(t, weight, domain->nr_queued, info->nr, cpu->lat_cri_avg);
	scx_bpf_dsq_insert_vtime(p, id, slice, lavd_deadline(t, weight, domain->clock_ns),
				 enq_flags);
	return true;
}

/*
 * The task that runs now has used up its slice and could go on. Has it an earlier deadline than all
 * that wait? The kernel asks for another task before it queues this one, so without this question a
 * task that deserves two turns in a row would never get them.
 */
static __always_inline bool lavd_is_first(struct task_struct *prev, s32 own)
{
	struct lavd_domain __arena *domain = lavd_domain(own);
	lavd_task_t *t = scx_task_ctx(prev);
	u64 weight = prev->scx.weight, head, deadline;

	if (!t || !domain || !scx_dsq_head_vtime(own, &head))
		return false;
	/* what it ran in this turn is charged when it stops; until then it counts here */
	deadline = lavd_deadline(t, weight, domain->clock_ns) +
		   lavd_weighted(scx_bpf_now() - t->started_at, weight);
	return time_before(deadline, head);
}

/* The task that runs now goes on: another slice for it. */
static __always_inline void lavd_go_on(struct task_struct *prev, s32 cid, s32 own,
				       const struct scx_domain_info *info)
{
	struct lavd_domain __arena *domain = lavd_domain(own);
	struct lavd_cpu __arena *cpu = lavd_cpu(cid);
	lavd_task_t *t = scx_task_ctx(prev);

	if (t && domain && cpu)
		scx_bpf_task_set_slice(prev, lavd_slice(t, prev->scx.weight, domain->nr_queued,
							info->nr, cpu->lat_cri_avg));
}

/* Take a task for `cid` from a domain near its own, nearest first. Every class of distance is
 * walked circularly from the domain's own place, so that stealers spread. */
static __always_inline bool lavd_steal(s32 cid, s32 own, const struct scx_domain_info *info)
{
	struct lavd_cpu __arena *cpu = lavd_cpu(cid);
	u32 near = scx_hide(info->near_first), last = near + info->near_nr;

	while (near < last && can_loop) {
		const struct scx_neighbor *range = scx_neighbor(near++);
		s32 at, left;

		if (!range || range->nr <= 0)
			break;
		at = scx_walk_start(range, own);
		for (left = scx_hide(range->nr); left > 0 && can_loop; left--) {
			struct lavd_domain __arena *domain = lavd_domain(at);

			if (at != own && domain && domain->nr_queued > 0 &&
			    scx_bpf_dsq_move_to_local(at)) {
				if (cpu)
					cpu->nr_stolen++;
				return true;
			}
			if (++at >= range->first + range->nr)
				at = range->first;
		}
	}
	return false;
}

#endif
