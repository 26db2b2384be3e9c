/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scx_simple: one queue for the machine, ordered by weighted virtual time (or first in, first out).
 *
 * The smallest whole scheduler, for reading. Tasks with equal weight share CPU time equally; a task
 * that slept gets at most one slice of credit. It fits machines with one last-level cache; on
 * others the single queue moves tasks between caches.
 */
#include <scx/scheduler.bpf.h>

const volatile bool fifo;	/* first in, first out instead of weighted vtime; default: off */

enum { SHARED_DSQ = 0 };

u64 __arena nr_local;		/* tasks sent straight to an idle CPU */
u64 __arena nr_shared;		/* tasks queued on the shared queue */

static u64 vtime_now;		/* the vtime of the task that started last */

s32 SCX_OP(simple, select_cid, struct task_struct *p, s32 prev_cid, u64 wake_flags)
{
	s32 cid = scx_claim_idle_near(p, prev_cid);

	if (cid < 0)
		return prev_cid;
	__sync_fetch_and_add(&nr_local, 1);
	scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, SCX_SLICE_DFL, SCX_ENQ_IMMED);
	return cid;
}

void SCX_OP(simple, enqueue, struct task_struct *p, u64 enq_flags)
{
	u64 vtime = p->scx.dsq_vtime;

	__sync_fetch_and_add(&nr_shared, 1);
	if (fifo) {
		scx_bpf_dsq_insert(p, SHARED_DSQ, SCX_SLICE_DFL, enq_flags);
	} else {
		if (time_before(vtime, vtime_now - SCX_SLICE_DFL))
			vtime = vtime_now - SCX_SLICE_DFL;
		scx_bpf_dsq_insert_vtime(p, SHARED_DSQ, SCX_SLICE_DFL, vtime, enq_flags);
	}
	scx_kick_idle_near(p, scx_task_cid(p));
}

void SCX_OP(simple, dispatch, s32 cid, struct task_struct *prev)
{
	scx_bpf_dsq_move_to_local(SHARED_DSQ, SCX_ENQ_IMMED);
}

/* A task queued between our look at the queue and this: look again. */
void SCX_OP(simple, update_idle, s32 cid, bool idle)
{
	if (idle && scx_bpf_dsq_nr_queued(SHARED_DSQ))
		scx_kick_cid(cid, 0);
}

void SCX_OP(simple, running, struct task_struct *p)
{
	if (time_before(vtime_now, p->scx.dsq_vtime))
		vtime_now = p->scx.dsq_vtime;
}

void SCX_OP(simple, stopping, struct task_struct *p, bool runnable)
{
	u64 used = SCX_SLICE_DFL - p->scx.slice;

	scx_bpf_task_set_dsq_vtime(p, p->scx.dsq_vtime + used * 100 / p->scx.weight);
}

/* CPU form: another scheduling class took the CPU. */
void SCX_OP(simple, cid_release, s32 cid, struct scx_cpu_release_args *args)
{
	scx_give_back_local();
}

void SCX_OP(simple, enable, struct task_struct *p)
{
	scx_bpf_task_set_dsq_vtime(p, vtime_now);
}

s32 SCX_OP_SLEEPABLE(simple, init)
{
	return scx_bpf_create_dsq(SHARED_DSQ, -1);
}

SCX_SCHEDULER(simple,
	.select_cid = simple_select_cid,
	.enqueue = simple_enqueue,
	.dispatch = simple_dispatch,
	.update_idle = simple_update_idle,
	.running = simple_running,
	.stopping = simple_stopping,
	.cid_release = simple_cid_release,
	.enable = simple_enable,
	.init = simple_init,
	.flags = SCX_OPS_ENQ_MIGRATION_DISABLED);
