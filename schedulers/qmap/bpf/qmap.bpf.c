/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scx_qmap: five FIFOs by weight, and as many features of sched_ext as fit around them.
 *
 * A task's weight chooses its queue; each cid goes round the queues and takes 1, 2, 4, 8 and 16 tasks
 * from them. A task that wakes up while a cid is idle goes straight there. It is made for trying and
 * testing the kernel's interfaces, not for running a machine well.
 */
#include "cgroup.bpf.h"
#include "dispatch.bpf.h"
#include "dump.bpf.h"
#include "enqueue.bpf.h"
#include "monitor.bpf.h"
#include "state.bpf.h"

/* A task queued between our look at the queues and this: look again. */
void SCX_OP(qmap, update_idle, s32 cid, bool idle)
{
	scx_arena_touch();
	if (idle && (qmap_any_queued() || scx_bpf_dsq_nr_queued(SHARED_DSQ)))
		scx_kick_cid(cid, 0);
}

/* Performance by the weights of what runs, as a show: four quarters by queue. */
void SCX_OP(qmap, tick, struct task_struct *p)
{
	s32 cid = scx_this_cid();
	struct qmap_cid __arena *c = qmap_cids(cid);

	scx_arena_touch();
	if (!c)
		return;
	c->avg_weight = c->avg_weight * 3 / 4 + p->scx.weight / 4;
	c->perf_target = qmap_queue_of(c->avg_weight) * SCX_CPUPERF_ONE / (QMAP_QUEUES - 1);
	scx_cidperf_set(cid, c->perf_target);
}

/* How far a task is from the head of its queue, in dispatches of the lightest queue. The head moves with
 * every task that comes to a cid, also past the queue: or a queue from which none is ever taken would
 * leave its tasks farther and farther behind all others. */
static __always_inline s64 queue_distance(struct task_struct *p, qmap_task_ptr t)
{
	u32 index = qmap_queue_of(p->scx.weight);
	s64 distance = t->core_sched_seq - qmap_queues[index].head_seq;

	/* The next queue is served twice as often. Behind the head a task is the more urgent the
	 * heavier it is, so the factor turns round. */
	return distance >= 0 ? distance << (QMAP_QUEUES - 1 - index) : distance * (1ll << index);
}

bool SCX_OP(qmap, core_sched_before, struct task_struct *a, struct task_struct *b)
{
	qmap_task_ptr ta = scx_task_ctx(a), tb = scx_task_ctx(b);

	/* Another scheduler's task: as the kernel itself orders them. */
	if (!ta || !tb)
		return a->on_cpu != b->on_cpu ? b->on_cpu
					      : time_before(a->scx.runnable_at, b->scx.runnable_at);
	return queue_distance(a, ta) < queue_distance(b, tb);
}

/* CPU form: another scheduling class took the CPU. */
void SCX_OP(qmap, cid_release, s32 cid, struct scx_cpu_release_args *args)
{
	scx_give_back_local();
}

s32 SCX_OP_SLEEPABLE(qmap, init_task, struct task_struct *p, struct scx_init_task_args *args)
{
	qmap_task_ptr t = scx_task_ctx(p);

	if (inject == QMAP_INJECT_INIT_FAIL && !bpf_strncmp(p->comm, 6, "qmfail"))
		return -12;
	if (!t)
		return -2;
	/* at a fork the kernel refuses it: the child has its parent's policy */
	if (disallow_tgid && p->tgid == disallow_tgid && !args->fork)
		p->scx.disallow = true;
	t->id = bpf_core_field_exists(p->scx.tid) ? p->scx.tid : (u64)p->pid;
	t->pid = p->pid;
	t->queue = -1;
	return 0;
}

s32 SCX_OP_SLEEPABLE(qmap, init)
{
	s32 err = qmap_sub_init();
	u32 dsq;

	for (dsq = scx_hide(SHARED_DSQ); !err && dsq <= LOWPRI_DSQ && can_loop; dsq++)
		err = scx_bpf_create_dsq(dsq, -1);
	return err ?: qmap_start_timers();
}

void SCX_OP(qmap, exit, struct scx_exit_info *ei)
{
	qmap_over = true;
}

SCX_SCHEDULER(qmap,
	.select_cid = qmap_select_cid,
	.enqueue = qmap_enqueue,
	.dequeue = qmap_dequeue,
	.dispatch = qmap_dispatch,
	.tick = qmap_tick,
	.core_sched_before = qmap_core_sched_before,
	.update_idle = qmap_update_idle,
	.cid_release = qmap_cid_release,
	.init_task = qmap_init_task,
	.dump = qmap_dump,
	.dump_cid = qmap_dump_cid,
	.dump_task = qmap_dump_task,
	.cgroup_init = qmap_cgroup_init,
	.cgroup_set_weight = qmap_cgroup_set_weight,
	.cgroup_set_bandwidth = qmap_cgroup_set_bandwidth,
	.cgroup_move = qmap_cgroup_move,
	.sub_attach = qmap_sub_attach,
	.sub_detach = qmap_sub_detach,
	.sub_caps_updated = qmap_sub_caps_updated,
	.sub_ecaps_updated = qmap_sub_ecaps_updated,
	.init = qmap_init,
	.exit = qmap_exit,
	.flags = SCX_OPS_ENQ_EXITING | SCX_OPS_ENQ_MIGRATION_DISABLED | SCX_OPS_TID_TO_TASK,
	.timeout_ms = 5000);
