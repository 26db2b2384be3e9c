/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Overtaking in SHARED_DSQ, by iterating over DSQs and moving tasks between them. With -H, tasks of
 * nice -20 go to HIGHPRI_DSQ and from there to a cid that takes them at once; it matters with a
 * batch above 1 only, for SHARED_DSQ is short otherwise. And a sub-scheduler's tasks that lost
 * all their cids while they were queued go to the kernel's rescue.
 *
 * Called by dispatch and by the monitor's timer: a kernel allows these moves with and without the
 * run queue's lock.
 */
#ifndef QMAP_BOOST_BPF_H
#define QMAP_BOOST_BPF_H

#include "sub.bpf.h"

static u64 highpri_seq;

static __always_inline bool qmap_must_scan(void)
{
	return boost_highpri || (qmap_has_caps() && qmap_partition.active);
}

/* Send a stranded task to a cid that it may use, for the kernel to let it run there now and then. */
static __always_inline void qmap_rescue(struct bpf_iter_scx_dsq *it, struct task_struct *p,
					qmap_task_ptr t)
{
	s32 cid = qmap_any_allowed(t);

	if (cid < 0 || !scx_has_enum(scx_enq_flags, SCX_ENQ_RESCUE))
		return;
	qmap_count(rescued);
	scx_bpf_dsq_move(it, p, scx_local_dsq_on(cid), SCX_ENQ_RESCUE);
}

/* Take out of SHARED_DSQ what must not wait in line there. */
static __always_inline void qmap_pick_out(void)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	qmap_task_ptr t;

	if (!scx_bpf_dsq_nr_queued(SHARED_DSQ))
		return;
	bpf_iter_scx_dsq_new(&it, SHARED_DSQ, 0);
	while ((p = bpf_iter_scx_dsq_next(&it)) && can_loop) {
		t = scx_task_ctx(p);
		if (!t)
			continue;
		if (qmap_stranded(t)) {
			qmap_rescue(&it, p, t);
		} else if (t->highpri) {
			t->highpri = false;
			scx_bpf_dsq_move_set_slice(&it, slice_ns * 2);
			scx_bpf_dsq_move_set_vtime(&it, highpri_seq++);
			scx_bpf_dsq_move_vtime(&it, p, HIGHPRI_DSQ, 0);
		}
	}
	bpf_iter_scx_dsq_destroy(&it);
}

/* Where a boosted task is to run: on `cid` if it can, else on any cid of ours. */
static __always_inline s32 qmap_boost_to(qmap_task_ptr t, s32 cid)
{
	scx_bits allowed = scx_task_allowed(t);

	if (scx_bit_test(allowed, cid) && scx_bit_test(scx_usable_cids, cid))
		return cid;
	return scx_range_find_and((u64)allowed, (u64)scx_usable_cids, 0, scx_machine.nr_cids);
}

static __always_inline bool qmap_move_boosted(s32 cid, bool from_timer)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	bool got = false;
	qmap_task_ptr t;
	s32 target;

	if (!scx_bpf_dsq_nr_queued(HIGHPRI_DSQ))
		return false;
	bpf_iter_scx_dsq_new(&it, HIGHPRI_DSQ, 0);
	while (!got && (p = bpf_iter_scx_dsq_next(&it)) && can_loop) {
		t = scx_task_ctx(p);
		if (!t)
			continue;
		target = qmap_boost_to(t, cid);
		if (target < 0) {
			if (qmap_stranded(t))
				qmap_rescue(&it, p, t);
			continue;
		}
		if (!scx_bpf_dsq_move(&it, p, scx_local_dsq_on(target),
				      SCX_ENQ_PREEMPT | SCX_ENQ_IMMED)) {
			qmap_count(expedited_lost);
			continue;
		}
		got = target == cid;
		if (got)
			qmap_count(expedited_local);
		else
			qmap_count(expedited_remote);
		if (from_timer)
			qmap_count(expedited_from_timer);
	}
	bpf_iter_scx_dsq_destroy(&it);
	return got;
}

/* Boost. True where `cid` got a task. */
__weak int qmap_expedite(s32 cid, bool from_timer)
{
	bool got;

	scx_arena_touch();
	if ((u32)cid >= scx_machine.nr_cids)
		return 0;
	/* iterating wants it, and to 6.12 a function that a timer calls has it from nobody */
	bpf_rcu_read_lock();
	qmap_pick_out();
	got = qmap_move_boosted(cid, from_timer);
	bpf_rcu_read_unlock();
	return got;
}

#endif
