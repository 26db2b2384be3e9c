/* SPDX-License-Identifier: GPL-2.0-only */
/* The way of a task into the scheduler: straight to an idle cid, or into its queue; and out again. */
#ifndef QMAP_ENQUEUE_BPF_H
#define QMAP_ENQUEUE_BPF_H

#include "faults.bpf.h"
#include "queue.bpf.h"
#include "sub.bpf.h"

static __always_inline bool is_lowpri(const struct task_struct *p)
{
	return p->scx.weight < 2 && !(p->flags & PF_KTHREAD);
}

s32 SCX_OP(qmap, select_cid, struct task_struct *p, s32 prev_cid, u64 wake_flags)
{
	qmap_task_ptr t = scx_task_ctx(p);
	s32 cid;

	if (!t || is_lowpri(p))
		return prev_cid;
	cid = scx_claim_near((u64)scx_task_allowed(t), prev_cid);
	if (cid < 0)
		return prev_cid;
	t->direct = true;
	return cid;
}

static __always_inline void count_reenqueue(const struct task_struct *p)
{
	u32 reason = 0;

	if (scx_has_enum(scx_ent_flags, SCX_TASK_REENQ_REASON_MASK))
		reason = (p->scx.flags & SCX_TASK_REENQ_REASON_MASK) / SCX_TASK_REENQ_KFUNC;
	if (reason < QMAP_REENQ_REASONS)
		qmap_count(reenqueued[reason]);
	if (scx_task_cid(p) == 0)
		qmap_count(reenqueued_cid0);
}

/*
 * Whether the kernel keeps the target of a direct dispatch to another CPU when the task is dequeued
 * before it got there. It then uses that for the next enqueue and does not ask us, though the task may
 * not go there any more. Cured in 7.0, and in some of the stable series; the function came after it.
 */
static __always_inline bool qmap_forgets_direct(void)
{
	return bpf_ksym_exists(scx_bpf_tid_to_task);
}

/* Put the task straight on a cid, if there is a reason to. */
static __always_inline bool place_directly(struct task_struct *p, qmap_task_ptr t, u64 enq_flags)
{
	bool selected = !scx_has_enum(scx_enq_flags, SCX_ENQ_CPU_SELECTED) ||
			(enq_flags & SCX_ENQ_CPU_SELECTED);
	s32 cid;

	if (qmap_stranded(t)) {
		t->direct = false;
		cid = qmap_any_allowed(t);
		if (cid < 0)
			return false;
		qmap_count(rescued);
		scx_bpf_dsq_insert(p, scx_local_dsq_on(cid), slice_ns, enq_flags | SCX_ENQ_RESCUE);
		return true;
	}
	if (t->direct) {
		t->direct = false;
		qmap_count(direct);
		scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, slice_ns, enq_flags | SCX_ENQ_IMMED);
		return true;
	}
	/* where children take turns, a CPU's own kernel threads do not wait for this scheduler's */
	if (!qmap_has_caps() && qmap_partition.nr_children && t->scx.nr_allowed == 1 &&
	    (p->flags & PF_KTHREAD)) {
		scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, slice_ns, enq_flags);
		return true;
	}
	if (is_lowpri(p) && !(enq_flags & SCX_ENQ_REENQ)) {
		qmap_count(lowpri);
		scx_bpf_dsq_insert(p, LOWPRI_DSQ, slice_ns, enq_flags);
		return true;
	}
	if (selected)
		return false;
	cid = scx_claim_near((u64)scx_task_allowed(t), scx_task_cid(p));
	if (cid < 0)
		return false;
	qmap_count(direct_from_enqueue);
	if (!qmap_forgets_direct())
		scx_bpf_dsq_insert(p, SHARED_DSQ, slice_ns, enq_flags);
	else
		scx_bpf_dsq_insert(p, scx_local_dsq_on(cid), slice_ns, enq_flags | SCX_ENQ_IMMED);
	/* The cid was claimed, so nobody else wakes it; and the task may be dequeued and bound elsewhere
	 * before it gets there. */
	scx_kick_cid(cid, SCX_KICK_IDLE);
	return true;
}

static __always_inline void no_longer_queued(qmap_task_ptr t)
{
	if (boost_highpri && t->highpri)
		__sync_fetch_and_add(&qmap_counts.nr_highpri, -1);
}

static __always_inline void leave_queue(qmap_task_ptr t)
{
	if (qmap_remove((u64)t)) {
		no_longer_queued(t);
		t->highpri = false;
	}
}

void SCX_OP(qmap, enqueue, struct task_struct *p, u64 enq_flags)
{
	qmap_task_ptr t = scx_task_ctx(p);
	u32 index = qmap_queue_of(p->scx.weight);
	bool stays;
	s32 idle;

	if (!t)
		return;
	/* It is being switched out. After that its CPU is the only one in its set, and it comes again. */
	stays = t->scx.nr_allowed > 1 && scx_migration_disabled(p);
	/* enqueued anew while hand_over() had it, it was both run and queued */
	leave_queue(t);
	if (enq_flags & SCX_ENQ_REENQ)
		count_reenqueue(p);
	t->core_sched_seq = __sync_fetch_and_add(&qmap_queues[index].tail_seq, 1);
	if (!stays && inject_faults(p, t, enq_flags))
		return;
	if (!stays && place_directly(p, t, enq_flags)) {
		qmap_queues[index].head_seq = t->core_sched_seq;
		return;
	}
	if (stays || (enq_flags & SCX_ENQ_REENQ)) {
		/* it had its turn and lost it: the next cid that looks takes it */
		scx_bpf_dsq_insert(p, SHARED_DSQ, slice_ns, enq_flags);
	} else if (!bpf_ksym_exists(scx_bpf_tid_to_task) && (p->flags & PF_EXITING)) {
		/* an exiting task may have no pid any more to be found by */
		scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, slice_ns, enq_flags);
		return;
	} else {
		t->highpri = boost_highpri && p->scx.weight >= HIGHPRI_WEIGHT;
		if (t->highpri)
			qmap_count(nr_highpri);
		qmap_count(enqueued[index]);
		qmap_push((u64)t, index);
	}
	/* a cid may have gone idle after the last look */
	idle = scx_claim_near((u64)scx_task_allowed(t), scx_task_cid(p));
	if (idle >= 0)
		scx_kick_cid(idle, SCX_KICK_IDLE);
}

void SCX_OP(qmap, dequeue, struct task_struct *p, u64 deq_flags)
{
	qmap_task_ptr t = scx_task_ctx(p);

	qmap_count(dequeued);
	if (deq_flags & SCX_DEQ_CORE_SCHED_EXEC)
		qmap_count(core_sched_execed);
	if (t)
		leave_queue(t);
}

#endif
