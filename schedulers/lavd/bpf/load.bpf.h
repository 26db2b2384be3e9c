/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The timer: what each cid did since the last time, and what follows from it for domains (balance),
 * the cids in use (power) and the thresholds of criticality.
 */
#ifndef __LAVD_LOAD_BPF_H
#define __LAVD_LOAD_BPF_H

#include "awake.bpf.h"
#include "balance.bpf.h"
#include "power.bpf.h"
#include "sample.bpf.h"

/* Each 20 ms on a machine of up to 512 cids, and the less often the more there are above that. */
enum { LAVD_INTERVAL_NS = 20 * 1000 * 1000, LAVD_INTERVAL_CIDS = 512 };

struct lavd_timer {
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct lavd_timer);
} lavd_timers SEC(".maps");

/* Set by exit: the timer may go off until its map is gone, and its calls would then be nobody's, or
 * another scheduler's. */
static bool lavd_over;

static u64 lavd_looked_at;

/* The cid stops being idle. */
static __always_inline void lavd_idle_over(lavd_cpu_t *cpu, u64 now)
{
	u64 since = cpu->idle_since_ns;

	if (!since)
		return;
	cpu->idle_since_ns = 0;
	if (time_after(now, since))
		cpu->idle_ns += now - since;
}

/* What was added to a sum since the last look; with what is going on now. */
static __always_inline u64 lavd_growth(u64 sum, u64 since, u64 now, u64 __arena *seen, u64 most)
{
	u64 before = *seen, grown;

	if (since && time_after(now, since))
		sum += now - since;
	*seen = sum;
	/* a turn that ended between two loads counts twice here, and less the next time */
	grown = time_after(sum, before) ? sum - before : 0;
	return grown < most ? grown : most;
}

static __always_inline u32 lavd_smooth(u32 average, u32 value)
{
	return (3 * average + value) / 4;
}

/* One cid's part of the interval. The load of this interval, in capacity. */
static __always_inline u32 lavd_look_at(u32 cid, lavd_cpu_t *cpu, u64 now, u64 interval)
{
	u64 idle, busy, invr, wall;
	u32 util;

	/* the kernel tells of changes only: who was idle at the start is seen by its bit */
	if (!cpu->idle_since_ns && !cpu->running_since_ns && scx_bit_test(scx_idle_cids, cid))
		cpu->idle_since_ns = now;
	idle = lavd_growth(cpu->idle_ns, cpu->idle_since_ns, now, &cpu->seen_idle_ns, interval);
	wall = interval - idle;
	busy = lavd_growth(cpu->busy_ns, cpu->running_since_ns, now, &cpu->seen_busy_ns, wall);
	util = wall * LAVD_ONE / interval;
	invr = util * (cpu->speed ?: LAVD_ONE) / LAVD_ONE;
	cpu->util_wall = lavd_smooth(cpu->util_wall, util);
	cpu->util_invr = lavd_smooth(cpu->util_invr, invr);
	cpu->util_stolen = lavd_smooth(cpu->util_stolen, (wall - busy) * LAVD_ONE / interval);
	lavd_want_perf(cpu, util > cpu->util_wall ? util : cpu->util_wall);
	/* a rise counts at once, a fall little by little */
	return invr > cpu->util_invr ? invr : cpu->util_invr;
}

/* Keep the set of calm cids; true for one that is disturbed. */
static __always_inline bool lavd_sort_calm(u32 cid, lavd_cpu_t *cpu, bool active)
{
	bool calm = scx_bit_test(lavd_calm(), cid);
	u32 limit = calm ? LAVD_DISTURBED : LAVD_DISTURBED / 2;
	bool disturbed = cpu->util_stolen > limit;

	if (calm != (active && !disturbed)) {
		if (calm)
			scx_bit_clear(lavd_calm(), cid);
		else
			scx_bit_set(lavd_calm(), cid);
	}
	return active && disturbed;
}

/* What a look over all cids adds up. */
struct lavd_sums {
	u64 load, util_wall, util_invr, lat_cri, perf_cri, nr_queued;
	u64 domain_load, domain_capacity;
	u32 nr_disturbed, nr_waiting;
	u32 stuck;	/* a cid that does not look at its queue, plus 1 */
};

static struct lavd_sums lavd_sums;

__weak int lavd_look_at_domain(u32 id, u64 now, u64 interval)
{
	const struct scx_domain_info *info = scx_domain_info(id);
	u32 nr_active = scx_hide(0), capacity = scx_hide(0);
	lavd_domain_t *domain = lavd_domain(id);
	u64 load = scx_hide(0), pinned = scx_hide(0);
	u32 cid;

	scx_arena_touch();
	if (!info || !domain || !interval)
		return 0;
	scx_for (cid, info->first, info->first + info->nr) {
		const struct scx_cid_info *cid_info = scx_cid_info(cid);
		bool active = scx_bit_test(scx_usable_cids, cid);
		lavd_cpu_t *cpu = lavd_cpu(cid);

		if (!cpu || !cid_info)
			break;
		load += lavd_look_at(cid, cpu, now, interval);
		if (lavd_is_stuck(cid, now))
			lavd_sums.stuck = cid + 1;
		pinned += lavd_growth(cpu->pinned_ns, 0, now, &cpu->seen_pinned_ns, interval);
		lavd_sums.util_wall += cpu->util_wall;
		lavd_sums.util_invr += cpu->util_invr;
		lavd_sums.lat_cri += cpu->lat_cri_avg;
		lavd_sums.perf_cri += cpu->perf_cri_avg;
		lavd_sums.nr_queued += cpu->nr_pinned;
		if (lavd_sort_calm(cid, cpu, active))
			lavd_sums.nr_disturbed++;
		if (active) {
			nr_active++;
			capacity += cid_info->capacity;
		}
	}
	lavd_sums.load += load;
	domain->util_pinned = lavd_smooth(domain->util_pinned, pinned * LAVD_ONE / (interval * (info->nr ?: 1)));
	domain->nr_active = nr_active;
	domain->capacity = capacity;
	if (domain->nr_queued > 0) {
		lavd_sums.nr_waiting++;
		lavd_sums.nr_queued += domain->nr_queued;
		load += domain->nr_queued * LAVD_ONE;
		lavd_sums.load += domain->nr_queued * LAVD_ONE;
	}
	domain->load = load * LAVD_ONE / (capacity ?: LAVD_ONE);
	lavd_sums.domain_load += load * LAVD_ONE;
	lavd_sums.domain_capacity += capacity;
	return 0;
}

/* The threshold of preemption: the top 1 ÷ 2^preempt_shift between the average and the maximum. */
static __always_inline void lavd_set_thresholds(void)
{
	u64 average = lavd_sums.lat_cri / scx_machine.nr_online, max = lavd_sys.lat_cri_max;

	lavd_sys.lat_cri_avg = average;
	if (max < average)
		max = average;
	lavd_sys.lat_cri_thr = max - ((max - average) >> preempt_shift);
	/* the maximum is raised by whoever starts to run, and sinks with time */
	lavd_sys.lat_cri_max = max - ((max - average) >> 5);
	lavd_sys.perf_cri_avg = lavd_sums.perf_cri / scx_machine.nr_online;
	lavd_sys.perf_cri_thr = lavd_sys.perf_cri_avg;
}

__weak int lavd_look_around(u64 now)
{
	u64 interval = now - lavd_looked_at;
	u32 id;

	scx_arena_touch();
	lavd_looked_at = now;
	__builtin_memset(&lavd_sums, 0, sizeof(lavd_sums));
	scx_for (id, 0, scx_machine.nr_domains)
		lavd_look_at_domain(id, now, interval);
	lavd_sys.util_wall = lavd_sums.util_wall / scx_machine.nr_online;
	lavd_sys.util_invr = lavd_sums.util_invr / scx_machine.nr_online;
	lavd_sys.nr_disturbed = lavd_sums.nr_disturbed;
	lavd_sys.nr_queued = lavd_sums.nr_queued;
	lavd_set_thresholds();
	if (scx_machine.nr_domains > 1)
		lavd_set_budgets(lavd_sums.domain_load, lavd_sums.domain_capacity, lavd_sums.nr_waiting);
	lavd_count_mode(bpf_ktime_get_ns());
	if (autopilot)
		lavd_autopilot();
	lavd_use_step(lavd_choose_step(lavd_sums.load));
	return 0;
}

static __always_inline u64 lavd_interval(void)
{
	return (u64)LAVD_INTERVAL_NS * (1 + scx_machine.nr_online / LAVD_INTERVAL_CIDS);
}

static int lavd_timer_fn(void *map, u32 *key, struct lavd_timer *t)
{
	if (lavd_over)
		return 0;
	lavd_look_around(scx_bpf_now());
	if (lavd_sums.stuck)
		lavd_push_first(lavd_sums.stuck - 1);
	lavd_see_samplers();
	if (bpf_timer_start(&t->timer, lavd_interval(), 0))
		scx_bpf_error("the timer does not start again");
	return 0;
}

static __always_inline s32 lavd_start_timer(void)
{
	u32 key = 0;
	struct lavd_timer *t = bpf_map_lookup_elem(&lavd_timers, &key);

	if (!t)
		return -3;
	lavd_looked_at = scx_bpf_now();
	bpf_timer_init(&t->timer, &lavd_timers, 1 /* CLOCK_MONOTONIC */);
	bpf_timer_set_callback(&t->timer, lavd_timer_fn);
	return bpf_timer_start(&t->timer, lavd_interval(), 0);
}

#endif
