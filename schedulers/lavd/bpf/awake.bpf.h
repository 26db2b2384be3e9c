/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cids that stay idle though they should not, which the timer looks for.
 *
 * A wake-up may be lost: who claims an idle cid owes it a task, but where the kernel then takes another
 * CPU, because the claimed one is coming or going, its bit stays clear and nobody finds it idle.
 *
 * And a CPU that begins to go offline is not asked for tasks any more while the kernel still waits for
 * readers of RCU. One of those among the tasks that may run on this CPU only, preempted and queued, is
 * what it waits for: without help until the watchdog ends the scheduler (seen on 6.18, as an RCU
 * stall). Such tasks are put into the CPU's local queue, which it does look at.
 */
#ifndef __LAVD_AWAKE_BPF_H
#define __LAVD_AWAKE_BPF_H

#include "queue.bpf.h"

/* Idle for so long though its bit is clear, or with tasks in its own queue: it is woken. After the longer
 * time that has not helped, so it does not look at the queue. */
enum { LAVD_DOUBTFUL_NS = 20 * 1000 * 1000, LAVD_STUCK_NS = 100 * 1000 * 1000 };

/* The task with the earliest deadline, if none is there already. The kernel goes on from it to the
 * next one by itself only when this has run. */
static __noinline void lavd_push_first(s32 cid)
{
	u64 local = scx_local_dsq_on(cid);
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;

	if (scx_bpf_dsq_nr_queued(local))
		return;
	/* the timer's function counts as a part of init, which may sleep: "requires RCU critical section
	 * protection" */
	bpf_rcu_read_lock();
	bpf_iter_scx_dsq_new(&it, lavd_own_queue(cid), 0);
	p = bpf_iter_scx_dsq_next(&it);
	if (p)
		scx_bpf_dsq_move(&it, p, local, 0);
	bpf_iter_scx_dsq_destroy(&it);
	bpf_rcu_read_unlock();
}

/* Wake a cid that has been idle for a while and should not be; 1 where that does not help. */
__weak int lavd_is_stuck(u32 cid, u64 now)
{
	lavd_cpu_t *cpu = lavd_cpu(cid);
	u64 since;

	scx_arena_touch();
	if (!cpu)
		return 0;
	since = cpu->idle_since_ns;
	if (!since || time_before(now, since + LAVD_DOUBTFUL_NS) ||
	    (scx_bit_test(scx_idle_cids, cid) && !cpu->nr_pinned))
		return 0;
	scx_kick_cid(cid, SCX_KICK_IDLE);
	return cpu->nr_pinned && time_after(now, since + LAVD_STUCK_NS);
}

#endif
