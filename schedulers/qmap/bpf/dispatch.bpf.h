/* SPDX-License-Identifier: GPL-2.0-only */
/* The way of a task out of the queues to a cid. */
#ifndef QMAP_DISPATCH_BPF_H
#define QMAP_DISPATCH_BPF_H

#include "boost.bpf.h"
#include "enqueue.bpf.h"

/* What became of a queue's first task. */
enum { NO_TASK, TASK_ELSEWHERE, TASK_HERE };

/*
 * Hand a task that came out of a queue to the kernel: to this cid at once, or through SHARED_DSQ. Where
 * this cid is not for it, its own has to be told: that may have gone idle already.
 *
 * The task may be dequeued, get another affinity and be enqueued anew at any moment. The kernel drops an
 * insertion that is older than the last enqueue, so the affinity is looked at after the insertion: what
 * changes later, the kernel sees. Looked at before it, a task could be sent to a cid that it has just
 * been forbidden, which ends the scheduler.
 */
static __always_inline int hand_over(struct task_struct *p, qmap_task_ptr t, s32 cid)
{
	bool at_once = batch == 1 && !qmap_must_scan(), here;
	u32 index = qmap_queue_of(p->scx.weight);

	qmap_queues[index].head_seq = t->core_sched_seq;
	if (loop_after)
		__sync_fetch_and_add(&nr_dispatched, 1);
	scx_bpf_dsq_insert(p, at_once ? SCX_DSQ_LOCAL : SHARED_DSQ, slice_ns,
			   at_once ? SCX_ENQ_IMMED : 0);
	qmap_count(dispatched[index]);	/* atomic, so it also orders the two */
	here = scx_bit_test(scx_task_allowed(t), cid);
	if (here)
		return at_once ? TASK_HERE : TASK_ELSEWHERE;
	if (at_once) {
		scx_bpf_dispatch_cancel();
		scx_bpf_dsq_insert(p, SHARED_DSQ, slice_ns, 0);
	}
	scx_kick_cid(scx_task_cid(p), 0);
	return TASK_ELSEWHERE;
}

/* Take the first task of a queue to run. */
__weak int qmap_take(u32 index, s32 cid)
{
	qmap_task_ptr t = (qmap_task_ptr)(u64)qmap_pop(index);
	int became = TASK_ELSEWHERE;
	struct task_struct *p;

	scx_arena_touch();
	if (!t || (u32)cid >= scx_machine.nr_cids)
		return NO_TASK;
	no_longer_queued(t);
	if (bpf_ksym_exists(scx_bpf_tid_to_task)) {
		p = scx_bpf_tid_to_task(t->id);
		if (p)
			became = hand_over(p, t, cid);
	} else {
		p = bpf_task_from_pid(t->id);
		if (p) {
			became = hand_over(p, t, cid);
			bpf_task_release(p);
		}
	}
	if (!p)
		qmap_count(gone);
	return became;
}

static __always_inline bool take_shared(s32 cid)
{
	return (qmap_must_scan() && qmap_expedite(cid, false)) ||
	       scx_bpf_dsq_move_to_local(SHARED_DSQ, SCX_ENQ_IMMED);
}

/* Find this scheduler's own next task for a cid; true where there is one. */
__weak int qmap_dispatch_own(s32 cid)
{
	struct qmap_cid __arena *c = qmap_cids(cid);
	u32 left = scx_hide(batch), rounds = scx_hide(0);
	int became;

	scx_arena_touch();
	if (!c)
		return false;
	if (qmap_must_scan() && qmap_expedite(cid, false))
		return true;
	if (!(boost_highpri && qmap_counts.nr_highpri) &&
	    scx_bpf_dsq_move_to_local(SHARED_DSQ, SCX_ENQ_IMMED))
		return true;
	if (loop_on_purpose())
		return true;
	while (rounds < QMAP_QUEUES && can_loop) {
		if (!c->left) {
			c->queue = c->queue + 1 < QMAP_QUEUES ? c->queue + 1 : 0;
			c->left = 1 << c->queue;
			rounds++;
		}
		became = qmap_take(c->queue, cid);
		if (became == NO_TASK) {
			c->left = 0;
			continue;
		}
		c->left--;
		if (became == TASK_HERE)
			return true;
		if (!--left || !scx_bpf_dispatch_nr_slots())
			break;
	}
	return take_shared(cid);
}

/* Kernels without capabilities: the children and this scheduler take turns by weight, and whoever has
 * nothing is passed over. A turn that was used is paid for by all weights together. */
__weak int qmap_take_turns(s32 cid)
{
	struct qmap_cid __arena *c = qmap_cids(cid);
	u32 tried = scx_hide(0), i, best;
	s32 sum = scx_hide(0);

	scx_arena_touch();
	if (!c)
		return false;
	scx_for (i, 0, QMAP_PARTS) {
		if (!qmap_takes_part(i))
			continue;
		c->credit[i] += qmap_parts[i].weight;
		sum += qmap_parts[i].weight;
	}
	while (can_loop) {
		best = QMAP_PARTS;
		scx_for (i, 0, QMAP_PARTS) {
			if (tried >> i & 1 || !qmap_takes_part(i))
				continue;
			if (best == QMAP_PARTS || c->credit[i] > c->credit[best])
				best = i;
		}
		if (best == QMAP_PARTS)
			return false;
		if (best == QMAP_SELF ? qmap_dispatch_own(cid) : qmap_ask_child(best)) {
			c->credit[best] -= sum;
			return true;
		}
		/* it has nothing: its turn is lost, or it would save up for a burst */
		c->credit[best] = 0;
		tried |= 1 << best;
	}
	return false;
}

void SCX_OP(qmap, dispatch, s32 cid, struct task_struct *prev)
{
	qmap_task_ptr t;
	u32 owner;

	if (qmap_has_subs() && qmap_partition.active) {
		owner = qmap_owner(cid);
		if (!qmap_has_caps() && qmap_partition.nr_children) {
			if (qmap_take_turns(cid))
				return;
		} else if (owner < QMAP_CHILDREN) {
			/* a child's cid runs none of our tasks but those that can run nowhere else */
			qmap_ask_child(owner);
			return;
		} else if (qmap_dispatch_own(cid)) {
			return;
		}
	} else if (qmap_dispatch_own(cid)) {
		return;
	}
	/* Nothing else: prev goes on, as if it had been queued and taken again. */
	t = prev ? scx_task_ctx(prev) : NULL;
	if (t) {
		struct qmap_queue __arena *q = &qmap_queues[qmap_queue_of(prev->scx.weight)];

		t->core_sched_seq = __sync_fetch_and_add(&q->tail_seq, 1);
		q->head_seq = t->core_sched_seq;
	}
}

#endif
