/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much a task's latency matters, from its habits: one that often waits for others and often
 * wakes others is a link of a chain, and the whole chain waits while it does.
 *
 *	lat_cri = log2((wait_freq + 1) · (wake_freq + 1) · runtime_factor · weight)²
 *
 * in fixed point; frequencies per second, runtime_factor = slice_max ÷ run time (at least 1), so
 * that short runs count for more. A hog of nice 0 has about 44, a ping-pong partner about 2,000.
 */
#ifndef __LAVD_CRITICALITY_BPF_H
#define __LAVD_CRITICALITY_BPF_H

#include "state.bpf.h"

/* Frequencies are cut here: the product of all factors must stay below 2^63. */
enum { LAVD_FREQ_MAX = 100000 };

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

static __always_inline u64 lavd_lat_cri(lavd_task_t *t, u64 weight)
{
	u64 wait = lavd_frequency(t->wait_interval_ns) + 1;
	u64 wake = lavd_frequency(t->wake_interval_ns) + 1;
	u64 runtime = t->runtime_ns > NSEC_PER_USEC ? t->runtime_ns : NSEC_PER_USEC;
	u64 short_run = slice_max_ns > runtime ? slice_max_ns / runtime : 1;
	u64 log16 = lavd_log2_x16(wait * wake * short_run * weight);

	return (log16 * log16) >> 8;
}

/* `waker` wakes somebody. */
static __always_inline void lavd_note_wake(lavd_task_t *waker, u64 now)
{
	if (waker->woke_at)
		waker->wake_interval_ns = lavd_average(waker->wake_interval_ns, now - waker->woke_at);
	waker->woke_at = now;
}

/* The task goes to sleep: what it ran and how long since the last time are known. */
static __always_inline void lavd_note_sleep(lavd_task_t *t, u64 weight, u64 now)
{
	t->runtime_ns = lavd_average(t->runtime_ns, t->ran_ns);
	t->ran_ns = 0;
	if (t->slept_at)
		t->wait_interval_ns = lavd_average(t->wait_interval_ns, now - t->slept_at);
	t->slept_at = now;
	t->lat_cri = lavd_lat_cri(t, weight);
}

#endif
