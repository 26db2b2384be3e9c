/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Balance between domains.
 *
 *	load = (sum of its cids' utilisation, scaled by capacity + 1024 · tasks that wait) ÷ capacity in use
 *
 * Every interval the domains above the average load become stealees, those below it stealers, each
 * with a budget of half of what separates it from the average, in tasks, so that a round neither
 * overshoots nor stampedes. A stealer takes from the nearest stealee before it looks at its own queue.
 *
 * Whatever the budgets say, a cid that would go idle may take from any domain: nearest first, and
 * every class of distance is walked circularly from the domain's own place, so that stealers spread.
 */
#ifndef __LAVD_BALANCE_BPF_H
#define __LAVD_BALANCE_BPF_H

#include "queue.bpf.h"

/* How far from the average a domain must be, without --mig-delta-pct, as a part of the average: less
 * where every domain has tasks that wait. */
enum { LAVD_DELTA_CALM = 4, LAVD_DELTA_SOME = 8, LAVD_DELTA_FULL = 16 };

/* Take a task for `cid` from another domain; with `budgeted` only as far as the budgets go. */
static __always_inline bool lavd_take_from_others(s32 cid, s32 own, bool budgeted)
{
	lavd_domain_t *mine = lavd_domain(own);
	lavd_cpu_t *cpu = lavd_cpu(cid);

	if (!mine || !cpu || lavd_all_queues_empty())
		return false;
	scx_for_each_near_but(at, own, lavd_empty_queues(at), {
		lavd_domain_t *domain = lavd_domain(at);

		if (domain && domain->nr_queued > 0 && (!budgeted || domain->budget < 0) &&
		    scx_bpf_dsq_move_to_local(at, SCX_ENQ_IMMED)) {
			if (budgeted) {
				__sync_fetch_and_add(&domain->budget, 1);
				__sync_fetch_and_add(&mine->budget, -1);
			}
			cpu->nr_stolen++;
			return true;
		}
	});
	return false;
}

/* A stealer's turn to take; false where there is nothing to balance. */
static __always_inline bool lavd_balance(s32 cid, s32 own, lavd_domain_t *domain)
{
	return scx_machine.nr_domains > 1 && domain->budget > 0 && READ_ONCE(lavd_sys.nr_stealee) &&
	       lavd_take_from_others(cid, own, true);
}

/* Before the cid goes idle. With --mig-delta-pct the budgets alone decide. */
static __always_inline bool lavd_steal(s32 cid, s32 own)
{
	return scx_machine.nr_domains > 1 && lavd_take_from_others(cid, own, mig_delta_pct != 0);
}

/* The load of each domain is known: who gives, and who takes. */
static __always_inline void lavd_set_budgets(u64 load_sum, u64 capacity_sum, u32 nr_waiting)
{
	u64 average = load_sum / (capacity_sum ?: 1), delta;
	u32 id, nr_stealee = scx_hide(0);

	if (mig_delta_pct)
		delta = lavd_percent(average, mig_delta_pct);
	else if (!nr_waiting)
		delta = average / LAVD_DELTA_CALM;
	else if (nr_waiting < scx_machine.nr_domains)
		delta = average / LAVD_DELTA_SOME;
	else
		delta = average / LAVD_DELTA_FULL;
	scx_for (id, 0, scx_machine.nr_domains) {
		lavd_domain_t *domain = lavd_domain(id);
		s64 tasks;

		if (!domain)
			break;
		domain->budget = 0;
		if (!domain->capacity || lavd_sys.util_wall < lavd_percent(LAVD_ONE, lb_low_util_pct))
			continue;
		/* load is by 1024 of capacity, so load · capacity ÷ 1024² is in tasks */
		tasks = ((s64)(average - domain->load) * (s64)domain->capacity) >> 21;
		if (domain->load > average + delta && domain->nr_queued > 0) {
			nr_stealee++;
			domain->budget = tasks < -1 && !no_fast_lb ? tasks : -1;
		} else if (domain->load + delta < average) {
			domain->budget = tasks > 1 && !no_fast_lb ? tasks : 1;
		}
	}
	lavd_sys.nr_stealee = nr_stealee;
}

#endif
