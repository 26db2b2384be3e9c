/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much a task's latency matters, from its habits: one that often waits for others and often
 * wakes others is a link of a chain, and the whole chain waits while it does.
 *
 *	lat_cri = log2((wait_freq + 1) · (wake_freq + 1) · runtime_factor · weight · circumstances)²
 *
 * in fixed point; frequencies per second, runtime_factor = slice_max ÷ run time (at least 1), so
 * that short runs count for more. A hog of nice 0 has about 44, a ping-pong partner about 2,000.
 *
 * Then criticality flows along the graph of who wakes whom: a task whose waker and wakee together have
 * more than twice its own inherits part of what exceeds it, at most a quarter of its own, so that a
 * cycle cannot lift itself.
 */
#ifndef __LAVD_CRITICALITY_BPF_H
#define __LAVD_CRITICALITY_BPF_H

#include <scx/context.bpf.h>
#include "state.bpf.h"

/* Frequencies are cut here: the product of all factors must stay below 2^63. */
enum { LAVD_FREQ_MAX = 100000 };

/* By how much each circumstance makes the weight count for more, in parts of the weight: what the
 * hardware or a real-time task waits for comes first, then who holds up others. */
enum {
	LAVD_FACTOR_HARDIRQ = 8,
	LAVD_FACTOR_SOFTIRQ = 4,
	LAVD_FACTOR_RT = 4,
	LAVD_FACTOR_FUTEX = 4,
	LAVD_FACTOR_KTHREAD = 1,
	LAVD_FACTOR_PINNED = 1,
	LAVD_FACTOR_SYNC = 1,
};

/* 16 · log2(x): the place of the highest bit and the four bits below it, linear in between. */
static __always_inline u64 lavd_log2_x16(u64 x)
{
	u64 high = 63 - __builtin_clzll(x | 1);
	u64 below = high >= 4 ? x >> (high - 4) : x << (4 - high);

	return high * 16 + (below & 15);
}

static __always_inline u64 lavd_frequency(u64 interval_ns)
{
	u64 freq = interval_ns ? NSEC_PER_SEC / interval_ns : 0;

	return freq < LAVD_FREQ_MAX ? freq : LAVD_FREQ_MAX;
}

static __always_inline u64 lavd_circumstances(const struct task_struct *p, lavd_task_t *t)
{
	u64 factor = 1;

	if (t->wakeup) {
		if (t->wakeup & LAVD_BY_HARDIRQ)
			factor += LAVD_FACTOR_HARDIRQ;
		if (t->wakeup & LAVD_BY_SOFTIRQ)
			factor += LAVD_FACTOR_SOFTIRQ;
		if (t->wakeup & LAVD_BY_RT)
			factor += LAVD_FACTOR_RT;
		if (t->wakeup & LAVD_BY_KTHREAD)
			factor += LAVD_FACTOR_KTHREAD;
		if (t->wakeup & LAVD_SYNC)
			factor += LAVD_FACTOR_SYNC;
	}
	if (t->futex != LAVD_NO_FUTEX)
		factor += LAVD_FACTOR_FUTEX;
	if (p->flags & PF_KTHREAD)
		factor += LAVD_FACTOR_KTHREAD;
	if (lavd_is_pinned(t))
		factor += LAVD_FACTOR_PINNED;
	return factor;
}

static __always_inline u64 lavd_lat_cri(const struct task_struct *p, lavd_task_t *t, u64 weight)
{
	u64 wait = lavd_frequency(t->wait_interval_ns) + 1;
	u64 wake = lavd_frequency(t->wake_interval_ns) + 1;
	u64 runtime = t->runtime_ns > NSEC_PER_USEC ? t->runtime_ns : NSEC_PER_USEC;
	u64 short_run = slice_max_ns > runtime ? slice_max_ns / runtime : 1;
	u64 log16 = lavd_log2_x16(wait * wake * short_run * weight * lavd_circumstances(p, t));
	u64 own = (log16 * log16) >> 8, half_near = t->lat_cri_near / 2, more;

	if (half_near <= own)
		return own;
	more = (half_near - own) / 2;
	return own + (more < own / 4 ? more : own / 4);
}

/*
 * How much a task's work matters, as opposed to its latency: who runs much and often, and holds up
 * others meanwhile, belongs on a big core.
 */
static __always_inline u64 lavd_perf_cri(lavd_task_t *t, u64 weight)
{
	u64 wait = lavd_frequency(t->wait_interval_ns) + 1;
	u64 wake = lavd_frequency(t->wake_interval_ns) + 1;
	u64 run = lavd_frequency(t->run_interval_ns) + 1;
	u64 runtime_us = t->runtime_ns / NSEC_PER_USEC + 1;

	return lavd_log2_x16(wait * wake) + lavd_log2_x16(run * runtime_us * weight);
}

/* `waker` wakes `t`. */
static __always_inline void lavd_note_wake(lavd_task_t *waker, lavd_task_t *t, u64 now)
{
	if (waker->woke_at)
		waker->wake_interval_ns = lavd_average(waker->wake_interval_ns, now - waker->woke_at);
	waker->woke_at = now;
	t->lat_cri_near = t->lat_cri_near / 2 + waker->lat_cri;
	waker->lat_cri_near = waker->lat_cri_near / 2 + t->lat_cri;
}

/* Who or what wakes the task, as far as it matters. */
static __always_inline void lavd_note_wakeup(struct task_struct *p, lavd_task_t *t)
{
	struct task_struct *waker = bpf_get_current_task_btf();
	u32 context = scx_context();
	lavd_task_t *w;

	t->waker_pid = 0;
	if (context != SCX_IN_TASK) {
		t->wakeup |= context == SCX_IN_HARDIRQ ? LAVD_BY_HARDIRQ : LAVD_BY_SOFTIRQ;
		return;
	}
	if (!waker->pid)
		return;
	t->waker_pid = waker->pid;
	if (waker->prio < MAX_RT_PRIO) {
		t->wakeup |= LAVD_BY_RT;
		return;
	}
	if (waker->flags & PF_KTHREAD)
		t->wakeup |= LAVD_BY_KTHREAD;
	w = scx_task_ctx(waker);
	if (w)
		lavd_note_wake(w, t, scx_bpf_now());
}

/* The task goes to sleep: what it ran and how long since the last time are known. */
static __always_inline void lavd_note_sleep(lavd_task_t *t, u64 now)
{
	t->runtime_ns = lavd_average(t->runtime_ns, t->ran_ns);
	t->ran_ns = 0;
	if (t->slept_at)
		t->wait_interval_ns = lavd_average(t->wait_interval_ns, now - t->slept_at);
	t->slept_at = now;
	t->share = t->runtime_ns < t->wait_interval_ns ?
		   t->runtime_ns * LAVD_ONE / t->wait_interval_ns : LAVD_ONE;
}

/* It wakes up, or its weight changed: what it is worth from now on. */
static __always_inline void lavd_value(struct task_struct *p, lavd_task_t *t, u64 weight)
{
	t->lat_cri = lavd_lat_cri(p, t, weight);
	if (scx_machine.nr_tiers > 1)
		t->perf_cri = lavd_perf_cri(t, weight);
}

#endif
