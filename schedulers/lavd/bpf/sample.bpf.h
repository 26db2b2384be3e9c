/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Samples of tasks that stop running, for whoever watches: a ring in the arena that is written over
 * and over, so that any number may read it; and how long tasks wait for their turns. Nothing is
 * computed while nobody watches.
 */
#ifndef __LAVD_SAMPLE_BPF_H
#define __LAVD_SAMPLE_BPF_H

#include "criticality.bpf.h"

static bool lavd_sampling;

/* The timer's part: whether somebody still watches. */
static __always_inline void lavd_see_samplers(void)
{
	u64 until = READ_ONCE(lavd_sys.sampling_until_ns);

	lavd_sampling = until && time_after(until, bpf_ktime_get_ns());
}

static __always_inline u32 lavd_share(u64 part, u64 whole)
{
	u64 share = part * LAVD_ONE / (whole ?: 1);

	return share < LAVD_ONE ? share : LAVD_ONE;
}

static __always_inline void lavd_sample_comm(char __arena *to, const char *from)
{
	u32 i;

	for (i = 0; i < LAVD_COMM / 8; i++)
		((u64 __arena *)to)[i] = ((const u64 *)from)[i];
}

/* How warm the caches of its last CPU are for the task: all right after it ran, nothing after
 * --warm-cpu-us. */
static __always_inline u32 lavd_heat(lavd_task_t *t, u64 now)
{
	u64 cold = now - t->stopped_at;

	if (!t->stopped_at || cold >= warm_cpu_ns)
		return 0;
	return LAVD_ONE - lavd_share(cold, warm_cpu_ns);
}

/* Ready to run without a wake-up is a new task, and one that was only taken out to change its weight or
 * its CPUs: that one was ready before. */
static __always_inline void lavd_new_waits(struct task_struct *p)
{
	lavd_task_t *t = scx_task_ctx(p);

	if (t && !t->stopped_at)
		t->runnable_at = scx_bpf_now();
}

/* It starts to run: how long it was ready to. A task that slept since its last turn was woken since,
 * or it was when nobody watched. Any other was ready from the end of that turn on. */
static __always_inline void lavd_count_wait(lavd_task_t *t, s32 cid, u64 now)
{
	u64 since = t->stopped_at;

	if (!time_after(since, t->slept_at)) {
		since = t->runnable_at;
		if (!time_after(since, t->slept_at))
			return;
	}
	if (!time_after(since, now))
		scx_latency_add(cid, now - since);
}

static __noinline void lavd_take_sample(struct task_struct *p, s32 cid, u64 now)
{
	const struct scx_cid_info *info = scx_cid_info(cid);
	lavd_task_t *t = scx_task_ctx(p);
	lavd_cpu_t *cpu = lavd_cpu(cid);
	struct lavd_sample __arena *s;
	lavd_domain_t *domain;
	u64 n;

	if (!info || !t || !cpu)
		return;
	domain = lavd_domain(info->domain);
	if (!domain)
		return;
	n = __sync_fetch_and_add(&lavd_sys.sample_head, 1);
	s = &lavd_samples[n % LAVD_NR_SAMPLES];
	/* exchanges, since they order what stands between them */
	__sync_lock_test_and_set(&s->seq, 0);
	s->pid = p->pid;
	lavd_sample_comm(s->comm, p->comm);
	s->waker_pid = t->waker_pid;
	lavd_sample_comm(s->waker_comm, (const char *)t->waker_comm);
	s->flags = 0;
	if (t->lat_cri > lavd_sys.lat_cri_avg)
		s->flags |= LAVD_IS_LAT_CRITICAL;
	if (t->perf_cri > lavd_sys.perf_cri_thr)
		s->flags |= LAVD_IS_PERF_CRITICAL;
	if (info->tier == 0)
		s->flags |= LAVD_ON_BIG;
	if (time_after(t->service_ns, domain->clock_ns))
		s->flags |= LAVD_IS_GREEDY;
	s->cpu_id = info->cpu;
	s->prev_cpu_id = scx_cid_to_cpu(t->last_cid);
	s->suggested_cpu_id = scx_cid_to_cpu(t->suggested_cid);
	s->warm_cpu_id = lavd_heat(t, t->started_at) ? s->prev_cpu_id : -1;
	s->static_prio = p->static_prio;
	s->slice_wall = t->slice_ns;
	s->slice_used_wall = now - t->started_at;
	s->lat_cri = t->lat_cri;
	s->avg_lat_cri = lavd_sys.lat_cri_avg;
	s->rerunnable_interval_wall = t->wait_interval_ns;
	s->resched_interval_wall = t->run_interval_ns;
	s->run_freq = lavd_frequency(t->run_interval_ns);
	s->avg_runtime_wall = t->runtime_ns;
	s->wait_freq = lavd_frequency(t->wait_interval_ns);
	s->wake_freq = lavd_frequency(t->wake_interval_ns);
	s->perf_cri = t->perf_cri;
	s->thr_perf_cri = lavd_sys.perf_cri_thr;
	s->cpuperf_cur = scx_cidperf_cur(cid);
	s->cpu_util_wall = cpu->util_wall;
	s->cpu_util_invr = cpu->util_invr;
	s->steal_util_wall = cpu->util_stolen;
	s->steal_util_invr = cpu->util_stolen * (cpu->speed ?: LAVD_ONE) / LAVD_ONE;
	s->dom_pinned_util_wall = domain->util_pinned;
	s->dom_pinned_util_invr = domain->util_pinned * (cpu->speed ?: LAVD_ONE) / LAVD_ONE;
	s->nr_active = lavd_sys.nr_active;
	s->dsq_id = info->domain;
	s->dsq_consume_lat = t->was_queued && t->queued_at ? t->started_at - t->queued_at : 0;
	s->lat_headroom = LAVD_ONE - lavd_share(cpu->util_stolen, LAVD_ONE);
	s->vuln_thresh = LAVD_ONE - LAVD_DISTURBED;
	s->task_util_est = lavd_share(t->runtime_ns, t->wait_interval_ns);
	s->norm_lat_cri = lavd_share(t->lat_cri, lavd_sys.lat_cri_max);
	s->cpu_heat = lavd_heat(t, t->started_at);
	__sync_lock_test_and_set(&s->seq, n + 1);
}

#endif
