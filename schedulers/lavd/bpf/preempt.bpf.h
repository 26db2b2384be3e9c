/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who runs is asked to give way.
 *
 * At once, by a critical task that finds no idle cid: it looks at two random cids of the domain (the
 * power of two choices: nearly as good as looking at all, at a fixed price) and takes the one whose
 * task is less critical, has the later deadline and would run on for longer. RT and deadline tasks
 * and holders of a contended futex are left alone.
 *
 * At the tick, by whoever waits with an earlier deadline, once the running task had the shortest slice.
 */
#ifndef __LAVD_PREEMPT_BPF_H
#define __LAVD_PREEMPT_BPF_H

#include "queue.bpf.h"

/* In lavd_cpu.running_lat_cri: not to be preempted. */
#define LAVD_NEVER (~0ull)

/*
 * What a timer, a device or a real-time task wakes need not be critical to preempt a task that uses so
 * much more of a CPU than itself. A crowd whose members wake each other is not let do that: it would
 * be busy with preempting itself (messaging took twice as long).
 */
enum { LAVD_FROM_OUTSIDE = LAVD_BY_HARDIRQ | LAVD_BY_RT, LAVD_MUCH_LESS = 4 };

/* For how long the running task will most likely run on: to the end of its usual run time, and past
 * that for as long as it has run. */
static __always_inline u64 lavd_goes_on_for(lavd_cpu_t *cpu, u64 now)
{
	u64 until = cpu->busy_until_ns, since = cpu->running_since_ns;

	if (time_before(now, until))
		return until - now;
	return time_after(now, since) ? now - since : 0;
}

/* Whether the task may end the slice of what runs on `cid`. */
static __always_inline bool lavd_may_preempt(lavd_task_t *t, s32 cid, bool critical, u64 now)
{
	lavd_cpu_t *cpu = lavd_cpu(cid);
	u64 running;

	if (!cpu || !scx_bit_test(scx_task_allowed(t), cid))
		return false;
	running = READ_ONCE(cpu->running_lat_cri);
	if (!running || running == LAVD_NEVER)
		return false;
	if ((t->wakeup & LAVD_FROM_OUTSIDE) && LAVD_MUCH_LESS * t->share < cpu->running_share &&
	    time_before(t->deadline_ns, cpu->running_deadline))
		return true;
	return critical && running < t->lat_cri && time_before(t->deadline_ns, cpu->running_deadline) &&
	       lavd_goes_on_for(cpu, now) > slice_min_ns;
}

static __always_inline void lavd_preempt_one(lavd_task_t *t, s32 cid)
{
	const struct scx_domain_info *info = scx_domain_info(t->domain);
	lavd_cpu_t *a, *b;
	bool critical = t->lat_cri >= lavd_sys.lat_cri_thr;
	s32 first, second, victim = -1;
	u64 now;

	if (no_preemption || !info || info->nr <= 0 || !(critical || (t->wakeup & LAVD_FROM_OUTSIDE)))
		return;
	now = scx_bpf_now();
	if (lavd_is_pinned(t)) {
		first = second = cid;
	} else {
		u32 random = bpf_get_prandom_u32();

		first = info->first + (random & 0xffff) % (u32)info->nr;
		second = info->first + (random >> 16) % (u32)info->nr;
	}
	if (lavd_may_preempt(t, first, critical, now))
		victim = first;
	if (second != first && lavd_may_preempt(t, second, critical, now)) {
		a = lavd_cpu(first);
		b = lavd_cpu(second);
		if (victim < 0 || (a && b && b->running_lat_cri < a->running_lat_cri))
			victim = second;
	}
	if (victim < 0)
		return;
	a = lavd_cpu(victim);
	if (a)
		__sync_fetch_and_add(&a->nr_preempt, 1);
	scx_kick_cid(victim, SCX_KICK_PREEMPT);
}

/* The tick's look at the running task; true where its turn is over. */
static __always_inline bool lavd_tick_preempts(lavd_task_t *t, s32 cid, lavd_domain_t *domain,
					       lavd_cpu_t *cpu, u64 now)
{
	u64 ran = now - t->started_at;

	if (t->futex == LAVD_HOLDS_FUTEX || ran < slice_min_ns)
		return false;
	/* who was sent straight here waits for nobody else */
	if (scx_bpf_dsq_nr_queued(SCX_DSQ_LOCAL))
		return ran >= lavd_fair_slice(domain, cpu);
	if (domain->nr_queued <= 0 && !cpu->nr_pinned)
		return false;
	/* its slice is from a time when nobody waited */
	if (t->slice_ns > 2 * slice_max_ns && ran >= lavd_fair_slice(domain, cpu))
		return true;
	return !no_preemption &&
	       lavd_head_is_before(lavd_first_queue(cid, t->domain, domain, cpu), t->deadline_ns);
}

#endif
