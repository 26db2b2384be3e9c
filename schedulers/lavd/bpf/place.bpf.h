/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a task that wakes up runs: on an idle cid near where it was.
 *
 * Sets come before distance: first the cids in use, then those for bursts, and only a task that may
 * use none of them wakes a resting one. In each the library's search goes outwards: the cid itself if
 * its whole core is idle, a whole core of its domain, a thread, and so on.
 */
#ifndef __LAVD_PLACE_BPF_H
#define __LAVD_PLACE_BPF_H

#include "queue.bpf.h"

/* Whether the task keeps off the CPUs that interrupts disturb: it is critical, and there is room on
 * the others. */
static __always_inline bool lavd_wants_calm(lavd_task_t *t)
{
	return READ_ONCE(lavd_sys.nr_disturbed) && t->lat_cri > lavd_sys.lat_cri_avg &&
	       lavd_sys.util_wall < lavd_percent(LAVD_ONE, lat_load_target_pct);
}

/* Where core types differ: a cid of the type that suits the task, near `cid`. */
static __always_inline s32 lavd_right_core(lavd_task_t *t, s32 cid)
{
	const struct scx_cid_info *info;
	const struct scx_domain_info *big;
	lavd_domain_t *domain;

	if (scx_machine.nr_tiers <= 1)
		return cid;
	info = scx_cid_info(cid);
	if (!info || info->tier == 0 || t->perf_cri <= lavd_sys.perf_cri_thr)
		return cid;
	domain = lavd_domain(info->domain);
	if (!domain)
		return cid;
	big = scx_domain_info(domain->near_big);
	return big ? big->first : cid;
}

/* Take an idle cid for the task, near `cid`; -1 where there is none. */
static __always_inline s32 lavd_claim(lavd_task_t *t, s32 cid)
{
	u64 allowed = (u64)scx_task_allowed(t);
	s32 found = -1;

	cid = lavd_right_core(t, cid);
	if (lavd_wants_calm(t))
		found = scx_claim_near_in(allowed, (u64)lavd_calm(), cid);
	if (found < 0)
		found = scx_claim_near(allowed, cid);
	if (found >= 0 || !lavd_compacted())
		return found;
	found = scx_claim_near_in(allowed, (u64)lavd_overflow(), cid);
	if (found < 0 && !t->scx.nr_allowed)
		return found;
	if (found < 0 && t->scx.nr_allowed < scx_machine.nr_cids &&
	    scx_range_find_and(allowed, scx_machine.usable_addr, 0, scx_machine.nr_online) < 0 &&
	    scx_range_find_and(allowed, (u64)lavd_overflow(), 0, scx_machine.nr_online) < 0)
		found = scx_claim_near_in(allowed, allowed, cid);
	return found;
}

/* Whether a cid in use is idle that is in this set, given by its address. */
__weak int lavd_finds_idle(u64 allowed_addr)
{
	scx_bits allowed = (scx_bits)allowed_addr;
	u32 word = scx_hide(0);

	scx_arena_touch();
	while (word < scx_machine.nr_words && can_loop) {
		u64 idle = READ_ONCE(scx_idle_cids[word]);

		if (idle & READ_ONCE(scx_usable_cids[word]) & READ_ONCE(allowed[word]))
			return 1;
		word = scx_hide(word + (idle ? 1 : scx_idle_gap(word)));
	}
	return 0;
}

/* The cid whose queue a task waits in: its own, unless that rests and others that it may use do not. */
static __always_inline s32 lavd_home(lavd_task_t *t, s32 cid)
{
	u64 allowed = (u64)scx_task_allowed(t);
	const struct scx_domain_info *info;
	s32 found;

	if (!lavd_compacted() || scx_bit_test(scx_usable_cids, cid))
		return cid;
	info = scx_domain_info(scx_cid_domain(cid));
	if (info) {
		found = scx_range_find_and(allowed, scx_machine.usable_addr, info->first, info->nr);
		if (found >= 0)
			return found;
	}
	found = scx_range_find_and(allowed, scx_machine.usable_addr, 0, scx_machine.nr_online);
	return found >= 0 ? found : cid;
}

/*
 * A synchronous wake-up: the waker is about to sleep. Unless the task's last cid is idle, and shares the
 * waker's caches, it follows its waker, if nobody waits there.
 */
static __always_inline s32 lavd_follow_waker(lavd_task_t *t, s32 prev_cid)
{
	s32 here = scx_this_cid(), domain_id = scx_cid_domain(here);
	lavd_domain_t *domain = lavd_domain(domain_id);
	scx_bits allowed = scx_task_allowed(t);
	lavd_cpu_t *cpu = lavd_cpu(here);

	if (!domain || !cpu || domain->nr_queued > 0 || cpu->nr_pinned || !cpu->running_lat_cri ||
	    !scx_bit_test(allowed, here) || !scx_bit_test(scx_usable_cids, here))
		return -1;
	if (scx_cid_domain(prev_cid) == domain_id && scx_bit_test(allowed, prev_cid) &&
	    scx_bit_test(scx_usable_cids, prev_cid) && scx_claim(prev_cid))
		return prev_cid;
	return scx_bpf_dsq_nr_queued(SCX_DSQ_LOCAL) ? -1 : here;
}

#endif
