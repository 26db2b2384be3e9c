/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scx_faulty: first in, first out, until it does what a scheduler must not. For tests of what the
 * framework then says and leaves behind.
 */
#include <scx/scheduler.bpf.h>
#include "faulty.h"

const volatile u32 fault;

/* No kernel has it. */
void scx_bpf_no_such_thing(void) __ksym __weak;

enum { SHARED_DSQ = 0, LOST_DSQ = 1 };

void SCX_OP(faulty, enqueue, struct task_struct *p, u64 enq_flags)
{
	/* this queue is never looked at: the watchdog finds the task */
	if (fault == FAULT_STALL && p->tgid == p->pid && !(p->flags & PF_KTHREAD) &&
	    p->static_prio == NICE_TO_PRIO(7)) {
		scx_bpf_dsq_insert(p, LOST_DSQ, SCX_SLICE_DFL, enq_flags);
		return;
	}
	scx_bpf_dsq_insert(p, SHARED_DSQ, SCX_SLICE_DFL, enq_flags);
	scx_kick_idle_near(p, scx_task_cid(p));
}

void SCX_OP(faulty, dispatch, s32 cid, struct task_struct *prev)
{
	if (scx_bpf_dsq_move_to_local(SHARED_DSQ))
		return;
	if (fault == FAULT_ERROR)
		scx_bpf_error("cid %d found nothing and gave up", cid);
	if (fault == FAULT_EXIT)
		scx_bpf_exit(42, "cid %d has had enough", cid);
	if (fault == FAULT_VERIFIER)
		scx_bpf_no_such_thing();
}

void SCX_OP(faulty, update_idle, s32 cid, bool idle)
{
	/* as a policy does that sees work when its CPU goes idle: here one that is offline already */
	if (fault == FAULT_LAST_KICK && idle && !scx_takes_calls_here())
		scx_kick_cid(cid, 0);
}

s32 SCX_OP_SLEEPABLE(faulty, init)
{
	return scx_bpf_create_dsq(SHARED_DSQ, -1) ?: scx_bpf_create_dsq(LOST_DSQ, -1);
}

SCX_SCHEDULER(faulty,
	.enqueue = faulty_enqueue,
	.dispatch = faulty_dispatch,
	.update_idle = faulty_update_idle,
	.init = faulty_init,
	.timeout_ms = 2000);
