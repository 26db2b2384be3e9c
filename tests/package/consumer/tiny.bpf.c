/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scx_tiny: first in, first out, on one queue for each compute domain. A scheduler of somebody who
 * has nothing of scxx but its installed headers.
 */
#include <scx/scheduler.bpf.h>

struct tiny_domain {
	u64 nr_queued;
};
SCX_PER_DOMAIN(struct tiny_domain, tiny_domain);

u64 __arena nr_queued;

/* In a source of its own: a scheduler may have several. */
u64 tiny_queue_of(s32 cid);

s32 SCX_OP(tiny, select_cid, struct task_struct *p, s32 prev_cid, u64 wake_flags)
{
	s32 cid = scx_claim_idle_near(p, prev_cid);

	return cid < 0 ? prev_cid : cid;
}

void SCX_OP(tiny, enqueue, struct task_struct *p, u64 enq_flags)
{
	u64 queue = tiny_queue_of(scx_task_cid(p));
	struct tiny_domain __arena *domain = tiny_domain(queue);

	__sync_fetch_and_add(&nr_queued, 1);
	if (domain)
		__sync_fetch_and_add(&domain->nr_queued, 1);
	scx_bpf_dsq_insert(p, queue, SCX_SLICE_DFL, enq_flags);
	scx_kick_idle_near(p, scx_task_cid(p));
}

void SCX_OP(tiny, dispatch, s32 cid, struct task_struct *prev)
{
	u32 id;

	if (scx_bpf_dsq_move_to_local(tiny_queue_of(cid)))
		return;
	for (id = scx_hide(0); id < scx_machine.nr_domains && can_loop; id++)
		if (scx_bpf_dsq_move_to_local(id))
			return;
}

/* A task queued between our look at the queues and this: look again. */
void SCX_OP(tiny, update_idle, s32 cid, bool idle)
{
	if (idle && scx_bpf_dsq_nr_queued(tiny_queue_of(cid)))
		scx_kick_cid(cid, 0);
}

s32 SCX_OP_SLEEPABLE(tiny, init)
{
	s32 err = 0;
	u32 id;

	for (id = scx_hide(0); id < scx_machine.nr_domains && !err && can_loop; id++)
		err = scx_bpf_create_dsq(id, -1);
	return err;
}

SCX_SCHEDULER(tiny,
	.select_cid = tiny_select_cid,
	.enqueue = tiny_enqueue,
	.dispatch = tiny_dispatch,
	.update_idle = tiny_update_idle,
	.init = tiny_init);
