/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel's debug dump says of the queues, the cids and the tasks. */
#ifndef QMAP_DUMP_BPF_H
#define QMAP_DUMP_BPF_H

#include "queue.bpf.h"

/* Without the locks, under which nothing may be called: a queue that changes meanwhile may be shown
 * wrong, and the walk ends all the same. */
void SCX_OP(qmap, dump, struct scx_dump_ctx *why)
{
	u32 index, left;

	scx_arena_touch();
	if (quiet_dump)
		return;
	scx_for (index, 0, QMAP_QUEUES) {
		struct qmap_queue __arena *q = &qmap_queues[index];
		u64 at = q->head;

		scx_bpf_dump("queue %u: %llu tasks:", index, q->nr);
		for (left = scx_hide(4096); at && left && can_loop; left--) {
			qmap_task_ptr t = (qmap_task_ptr)at;

			scx_bpf_dump(" %d", t->pid);
			at = t->next;
		}
		scx_bpf_dump("\n");
	}
}

void SCX_OP(qmap, dump_cid, struct scx_dump_ctx *why, s32 cid, bool idle)
{
	struct qmap_cid __arena *c = qmap_cids(cid);

	scx_arena_touch();
	if (quiet_dump || idle || !c)
		return;
	scx_bpf_dump("takes from queue %u, %u more; average weight %u, performance %u/1024, owner %u",
		     c->queue, c->left, c->avg_weight, c->perf_target, c->owner);
}

void SCX_OP(qmap, dump_task, struct scx_dump_ctx *why, struct task_struct *p)
{
	qmap_task_ptr t = scx_task_ctx(p);

	if (quiet_dump || !t)
		return;
	scx_bpf_dump("queue %d, direct %u, boosted %u, core_sched_seq %llu",
		     t->queue, t->direct, t->highpri, t->core_sched_seq);
}

#endif
