/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The five queues: doubly linked lists through the task contexts, each with a lock of its own. A task
 * is in at most one, t->queue says in which; that and the links change under the queue's lock.
 *
 * Contexts are given by their arena addresses: a global function, which the verifier walks once,
 * takes no pointers.
 */
#ifndef QMAP_QUEUE_BPF_H
#define QMAP_QUEUE_BPF_H

#include "state.bpf.h"

SCX_LOCKS(qmap_locks, QMAP_QUEUES);

typedef struct qmap_task __arena *qmap_task_ptr;

static __always_inline void qmap_no_lock(u32 index)
{
	scx_bpf_error("the lock of queue %u cannot be had", index);
}

/* Append. Requires: in no queue (qmap_remove()). */
__weak int qmap_push(u64 addr, u32 index)
{
	qmap_task_ptr t = (qmap_task_ptr)addr;
	struct qmap_queue __arena *q;

	scx_arena_touch();
	if (index >= QMAP_QUEUES)
		return 0;
	q = &qmap_queues[index];
	if (!scx_locked(qmap_locks, index, {
		t->queue = index;
		t->next = 0;
		t->prev = q->tail;
		if (q->tail)
			((qmap_task_ptr)q->tail)->next = addr;
		else
			q->head = addr;
		q->tail = addr;
		q->nr++;
	}))
		qmap_no_lock(index);
	return 0;
}

static __always_inline void qmap_unlink(struct qmap_queue __arena *q, qmap_task_ptr t)
{
	if (t->next)
		((qmap_task_ptr)t->next)->prev = t->prev;
	else
		q->tail = t->prev;
	if (t->prev)
		((qmap_task_ptr)t->prev)->next = t->next;
	else
		q->head = t->next;
	t->queue = -1;
	q->nr--;
}

/* Take the first task out: its context's address (the low half, which is enough), 0 for none. */
__weak u32 qmap_pop(u32 index)
{
	struct qmap_queue __arena *q;
	u64 first = 0;

	scx_arena_touch();
	if (index >= QMAP_QUEUES)
		return 0;
	q = &qmap_queues[index];
	if (!READ_ONCE(q->head))
		return 0;
	if (!scx_locked(qmap_locks, index, {
		first = q->head;
		if (first)
			qmap_unlink(q, (qmap_task_ptr)first);
	}))
		qmap_no_lock(index);
	return first;
}

/* Take a task out of wherever in its queue it is; 1 where it was in one. */
__weak int qmap_remove(u64 addr)
{
	qmap_task_ptr t = (qmap_task_ptr)addr;
	struct qmap_queue __arena *q;
	int removed = 0;
	u32 index;

	scx_arena_touch();
	index = READ_ONCE(t->queue);
	if (index >= QMAP_QUEUES)
		return 0;
	q = &qmap_queues[index];
	/* A dispatch may have taken it out meanwhile. Into another queue it cannot have come: that
	 * takes the locks that our caller, the kernel, holds. */
	if (!scx_locked(qmap_locks, index, {
		if (t->queue == index) {
			qmap_unlink(q, t);
			removed = 1;
		}
	}))
		qmap_no_lock(index);
	return removed;
}

/* Whether any task waits in a queue. */
static __always_inline bool qmap_any_queued(void)
{
	return READ_ONCE(qmap_queues[0].nr) | READ_ONCE(qmap_queues[1].nr) |
	       READ_ONCE(qmap_queues[2].nr) | READ_ONCE(qmap_queues[3].nr) |
	       READ_ONCE(qmap_queues[4].nr);
}

#endif
