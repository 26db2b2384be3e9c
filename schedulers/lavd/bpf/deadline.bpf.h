/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In which order queued tasks run, and for how long.
 *
 *	deadline = service, bounded to clock ± lag + request ÷ criticality + lag · share
 *
 * The order is fair first: a task's service is its run time divided by its weight, and who was
 * served less runs sooner. The domain's clock follows the service of the queued tasks that get
 * their turn. A task's lag behind the clock, or ahead of it, is bounded by two of its own longest
 * slices: a long sleeper is not boosted without end, and a debtor pays gradually.
 *
 * Among tasks served alike, the one that asks for less, or is more critical, runs sooner: the
 * request is its usual run time, divided by its weight and its criticality. And the one that uses
 * less of a CPU: without its share a short sleeper would wait behind a chatty crowd, which is at
 * the lower bound of the lag like itself, and more critical.
 *
 * Nobody waits for ever: no deadline is further from the clock than LAVD_DEBT_MAX, and the clock
 * never runs slower than a fiftieth of real time, however heavy those are that compete. So the
 * lightest task gets its turn within six seconds, and the kernel's watchdog never sees it.
 */
#ifndef __LAVD_DEADLINE_BPF_H
#define __LAVD_DEADLINE_BPF_H

#include "state.bpf.h"

/* The furthest that a deadline lies from the clock, in virtual time. */
enum { LAVD_DEBT_MAX_NS = 100 * 1000 * 1000 };

/* The clock's slowest pace, as a part of real time, kept over windows of this length. */
enum { LAVD_CLOCK_PACE = 50, LAVD_WINDOW_NS = 1000 * 1000 * 1000 };

/* The criticality of a hog of nice 0: its request counts once. */
enum { LAVD_LAT_CRI_ONE = 44 };

/* Bring the task's service onto this domain's clock and into its bounds. */
static __always_inline void lavd_place(lavd_task_t *t, u64 weight, s32 domain, u64 clock)
{
	u64 lag = lavd_weighted(2 * slice_max_ns, weight);
	/* not less for heavy tasks: after a long turn they would leave a part of their debt behind */
	u64 debt = lag > 2 * slice_max_ns ? lag : 2 * slice_max_ns;
	lavd_domain_t *last;

	if (debt > LAVD_DEBT_MAX_NS)
		debt = LAVD_DEBT_MAX_NS;
	if (t->domain != domain) {
		last = lavd_domain(t->domain);
		t->service_ns = last ? t->service_ns - last->clock_ns + clock : clock;
		t->domain = domain;
	}
	if (time_before(t->service_ns, clock - lag))
		t->service_ns = clock - lag;
	else if (time_after(t->service_ns, clock + debt))
		t->service_ns = clock + debt;
}

/* The share of a CPU that the task uses: what it runs between two sleeps, but in a long turn what that
 * says, and all of a CPU once it ran for the length of its lag. */
static __always_inline u64 lavd_cpu_share(lavd_task_t *t)
{
	u64 share;

	if (t->ran_ns >= 2 * slice_max_ns)
		return LAVD_ONE;
	share = t->ran_ns * LAVD_ONE / (2 * slice_max_ns);
	return share > t->share ? share : t->share;
}

static __always_inline u64 lavd_deadline(lavd_task_t *t, u64 weight, u64 clock)
{
	u64 runtime = t->ran_ns > t->runtime_ns ? t->ran_ns : t->runtime_ns;
	u64 request = runtime < slice_max_ns ? runtime : slice_max_ns;
	u64 latest = clock + LAVD_DEBT_MAX_NS, deadline;

	deadline = t->service_ns +
		   lavd_weighted(request, weight) * LAVD_LAT_CRI_ONE / (t->lat_cri ?: 1) +
		   2 * slice_max_ns * lavd_cpu_share(t) / LAVD_ONE;
	return time_before(deadline, latest) ? deadline : latest;
}

/*
 * slice = targeted latency · CPUs in use of the domain ÷ tasks that wait, in [slice_min, slice_max],
 * and at most pinned_slice where a task waits that can run on this CPU only.
 */
static __always_inline u64 lavd_fair_slice(lavd_domain_t *domain, lavd_cpu_t *cpu)
{
	u64 slice = slice_max_ns, nr_active = domain->nr_active;
	/* who waits for one CPU takes as much of the time as if as many waited for each */
	s64 nr_waiting = domain->nr_queued + cpu->nr_pinned * nr_active;

	if (nr_waiting > 0)
		slice = targeted_latency_ns * nr_active / nr_waiting;
	if (slice > slice_max_ns)
		slice = slice_max_ns;
	if (slice < slice_min_ns)
		slice = slice_min_ns;
	if (pinned_slice_ns && cpu->nr_pinned && slice > pinned_slice_ns)
		slice = pinned_slice_ns;
	return slice;
}

/*
 * A task whose usual run time does not fit gets more: all of it, up to four slices, where nobody
 * waits, otherwise a part in proportion to its criticality, up to two. A light task gets less, in
 * proportion to its weight.
 */
static __always_inline u64 lavd_slice(lavd_task_t *t, u64 weight, lavd_domain_t *domain,
				      lavd_cpu_t *cpu)
{
	u64 slice = lavd_fair_slice(domain, cpu), more;

	if (weight < LAVD_WEIGHT_ONE) {
		slice = slice * weight / LAVD_WEIGHT_ONE;
		return slice > slice_min_ns ? slice : slice_min_ns;
	}
	if (no_slice_boost || t->runtime_ns <= slice || cpu->nr_pinned)
		return slice;
	if (domain->nr_queued <= 0)
		return t->runtime_ns < 4 * slice_max_ns ? t->runtime_ns : 4 * slice_max_ns;
	more = (t->runtime_ns < 2 * slice_max_ns ? t->runtime_ns : 2 * slice_max_ns) - slice;
	return slice + more * t->lat_cri / (t->lat_cri + cpu->lat_cri_avg + 1);
}

/* A task that had to wait gets its turn: the clock follows it, and keeps its slowest pace. */
static __always_inline void lavd_advance_clock(lavd_domain_t *domain, lavd_task_t *t, u64 now)
{
	u64 elapsed = now - domain->window_at_ns, floor;

	if (time_before(domain->clock_ns, t->service_ns))
		domain->clock_ns = t->service_ns;
	if (elapsed < LAVD_WINDOW_NS)
		return;
	/* a queue that was empty for long owes nothing for that time */
	if (elapsed > 2 * LAVD_WINDOW_NS)
		elapsed = LAVD_WINDOW_NS;
	floor = domain->window_clock_ns + elapsed / LAVD_CLOCK_PACE;
	if (time_before(domain->clock_ns, floor))
		domain->clock_ns = floor;
	domain->window_clock_ns = domain->clock_ns;
	domain->window_at_ns = now;
}

#endif
