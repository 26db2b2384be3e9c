/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The queues, ordered by deadline: one DSQ a compute domain, whose id is the domain's, and one a cid
 * for tasks that may run nowhere else (with --per-cpu-dsq for all), behind them.
 *
 * The number of tasks in a queue is counted beside it, in the arena, where looking costs a load.
 * A task counts from its insertion until it runs or goes away.
 */
#ifndef __LAVD_QUEUE_BPF_H
#define __LAVD_QUEUE_BPF_H

#include "deadline.bpf.h"

/* Which domains have tasks in their queues. Up to eight domains are as quickly looked at. */
SCX_PER_DOMAIN(struct scx_nonempty, lavd_queue_counts);

static __always_inline bool lavd_queues_are_counted(void)
{
	return scx_machine.nr_domains > SCX_EIGHT;
}

/* The DSQ of a cid's own. */
static __always_inline s32 lavd_own_queue(s32 cid)
{
	return scx_machine.nr_domains + cid;
}

/* A CPU that was offline at the start has none: it belongs to no domain, nothing is queued at it, and
 * its coming starts the scheduler anew. A DSQ costs the kernel memory for each possible CPU. */
static __always_inline s32 lavd_create_queues(void)
{
	u32 nr = scx_machine.nr_domains + scx_machine.nr_online, id;
	s32 err = 0;

	scx_for (id, 0, nr) {
		err = scx_bpf_create_dsq(id, -1);
		if (err) {
			scx_bpf_error("queue %u of %u cannot be created: %d", id, nr, err);
			break;
		}
	}
	return err;
}

/* From this domain on, so many for sure have nobody in their queues; 0: look at it. */
static __always_inline u32 lavd_empty_queues(u32 domain)
{
	return lavd_queues_are_counted() ? scx_nonempty_gap((u64)lavd_queue_counts(0), domain) : 0;
}

static __always_inline bool lavd_all_queues_empty(void)
{
	return lavd_queues_are_counted() &&
	       scx_nonempty_nowhere((u64)lavd_queue_counts(0), scx_machine.nr_domains);
}

static __always_inline void lavd_count(s32 queue, s32 n)
{
	lavd_domain_t *domain = lavd_domain(queue);
	lavd_cpu_t *cpu;
	s64 before;

	if (domain) {
		before = __sync_fetch_and_add(&domain->nr_queued, n);
		/* behind the change, but before the task is in the queue and an idle cid is looked for */
		if (lavd_queues_are_counted() && n > 0 && before == 0)
			scx_nonempty_begins((u64)lavd_queue_counts(0), queue);
		else if (lavd_queues_are_counted() && n < 0 && before == 1)
			scx_nonempty_ends((u64)lavd_queue_counts(0), queue);
		return;
	}
	cpu = lavd_cpu(queue - scx_machine.nr_domains);
	if (cpu)
		__sync_fetch_and_add(&cpu->nr_pinned, n);
}

static __always_inline void lavd_count_unqueued(lavd_task_t *t)
{
	if (t->queue < 0)
		return;
	lavd_count(t->queue, -1);
	t->queue = -1;
}

/* Queue the task at `cid`: in its own queue or its domain's. False where that belongs to none. */
static __always_inline bool lavd_enqueue_at(struct task_struct *p, lavd_task_t *t, s32 cid,
					    u64 enq_flags)
{
	s32 id = scx_cid_domain(cid);
	lavd_domain_t *domain = lavd_domain(id);
	lavd_cpu_t *cpu = lavd_cpu(cid);
	u64 weight = p->scx.weight;

	if (!domain || !cpu)
		return false;
	lavd_count_unqueued(t);
	lavd_place(t, weight, id, domain->clock_ns);
	t->queue = per_cpu_dsq || lavd_is_pinned(t) ? lavd_own_queue(cid) : id;
	lavd_count(t->queue, 1);
	t->deadline_ns = lavd_deadline(t, weight, domain->clock_ns);
	t->slice_ns = lavd_slice(t, weight, domain, cpu);
	t->was_queued = true;
	scx_bpf_dsq_insert_vtime(p, t->queue, t->slice_ns, t->deadline_ns, enq_flags);
	return true;
}

/* The queue that `cid` takes its next task from: its own where that has the earlier deadline. */
static __always_inline s32 lavd_first_queue(s32 cid, s32 domain_id, lavd_domain_t *domain,
					    lavd_cpu_t *cpu)
{
	u64 own, shared;

	if (!cpu->nr_pinned)
		return domain_id;
	if (domain->nr_queued <= 0 || !scx_dsq_head_vtime(domain_id, &shared))
		return lavd_own_queue(cid);
	if (!scx_dsq_head_vtime(lavd_own_queue(cid), &own))
		return domain_id;
	return time_before(own, shared) ? lavd_own_queue(cid) : domain_id;
}

/* The deadline of a task that runs, as if it were queued now: what it ran in this turn is charged when
 * it stops, and counts here until then. */
static __always_inline u64 lavd_deadline_now(struct task_struct *p, lavd_task_t *t, u64 clock, u64 now)
{
	return lavd_deadline(t, p->scx.weight, clock) +
	       lavd_weighted(now - t->started_at, p->scx.weight);
}

static __always_inline bool lavd_head_is_before(s32 queue, u64 deadline)
{
	u64 head;

	return scx_dsq_head_vtime(queue, &head) && time_before(head, deadline);
}

/* The task that runs now goes on: another slice for it, and a later deadline for who would preempt it. */
static __always_inline void lavd_go_on(struct task_struct *p, lavd_task_t *t, lavd_domain_t *domain,
				       lavd_cpu_t *cpu, u64 deadline)
{
	t->deadline_ns = cpu->running_deadline = deadline;
	t->slice_ns = lavd_slice(t, p->scx.weight, domain, cpu);
	scx_bpf_task_set_slice(p, t->slice_ns);
}

#endif
