/* SPDX-License-Identifier: GPL-2.0-only */
/* What goes wrong on purpose: -e, -t, -T, -l, -J, -F. */
#ifndef QMAP_FAULTS_BPF_H
#define QMAP_FAULTS_BPF_H

#include "sub.bpf.h"

/* How many of something there were, for faults that come at the nth. */
static u64 nr_enqueues, nr_user, nr_kernel, nr_dispatched, nr_immed, nr_injected;

static __always_inline bool every_nth(u64 nth, u64 *count)
{
	return nth && !((__sync_fetch_and_add(count, 1) + 1) % nth);
}

/* Faults on purpose. True where the task is done with. */
static __always_inline bool inject_faults(struct task_struct *p, qmap_task_ptr t, u64 enq_flags)
{
	bool kernel = p->flags & PF_KTHREAD;

	if (error_after && __sync_fetch_and_add(&nr_enqueues, 1) + 1 == error_after)
		scx_bpf_error("error asked for after %llu enqueues", error_after);
	if (kernel ? every_nth(stall_kernel_nth, &nr_kernel) : every_nth(stall_user_nth, &nr_user)) {
		qmap_count(withheld);
		return true;
	}
	if (enq_flags & SCX_ENQ_REENQ)
		return false;
	if (inject == QMAP_INJECT_WRONG_CID && qmap_has_caps() && t->scx.nr_allowed > 1 &&
	    every_nth(64, &nr_injected)) {
		u32 cid;

		scx_for (cid, 0, scx_machine.nr_online) {
			struct qmap_cid __arena *c = qmap_cids(cid);

			if (!c || c->owner != QMAP_NOBODY || !scx_bit_test(scx_task_allowed(t), cid))
				continue;
			qmap_count(injected);
			qmap_count(rescued);
			scx_bpf_dsq_insert(p, scx_local_dsq_on(cid), slice_ns,
					   enq_flags | SCX_ENQ_RESCUE);
			return true;
		}
	}
	if (scx_has_enum(scx_enq_flags, SCX_ENQ_IMMED) && every_nth(immed_nth, &nr_immed)) {
		t->direct = false;
		qmap_count(immed_forced);
		scx_bpf_dsq_insert(p, scx_local_dsq_on(scx_task_cid(p)), slice_ns,
				   enq_flags | SCX_ENQ_IMMED);
		return true;
	}
	return false;
}

/* -l: hand a task that is not queued to the kernel again and again, so that dispatch never ends. */
static __always_inline bool loop_on_purpose(void)
{
	struct task_struct *p;

	if (!loop_after || nr_dispatched <= loop_after)
		return false;
	p = bpf_task_from_pid(2);	/* kthreadd, which mostly sleeps */
	if (!p)
		return false;
	scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, slice_ns, 0);
	bpf_task_release(p);
	return true;
}

#endif
