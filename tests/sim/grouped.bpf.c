/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One queue, in which a task's time counts by the weight of its cgroup. For cgroups_policy_test.cc.
 */
#define SCX_TASK_TYPE struct scx_task
#include <scx/scheduler.bpf.h>

enum { QUEUE = 7, SLICE_NS = 5000000 };

static u64 vtime_now;	/* the most that a task had when it ran */

/* cpu.weight of a cgroup as the kernel has it now; 0: there is none of that id. */
static u32 weight_of(u64 id)
{
	struct cgroup *cgroup = bpf_cgroup_from_id(id);
	u32 weight = 0;

	if (!cgroup)
		return 0;
	bpf_probe_read_kernel(&weight, sizeof(weight),
			      &((struct task_group *)cgroup->subsys[0])->scx.weight);
	bpf_cgroup_release(cgroup);
	return weight;
}

void SCX_OP(grouped, enqueue, struct task_struct *p, u64 enq_flags)
{
	u64 vtime = p->scx.dsq_vtime;

	if (time_before(vtime, vtime_now - SLICE_NS))
		vtime = vtime_now - SLICE_NS;
	scx_bpf_dsq_insert_vtime(p, QUEUE, SLICE_NS, vtime, enq_flags);
}

void SCX_OP(grouped, dispatch, s32 cid, struct task_struct *prev)
{
	scx_bpf_dsq_move_to_local(QUEUE);
}

void SCX_OP(grouped, running, struct task_struct *p)
{
	if (time_before(vtime_now, p->scx.dsq_vtime))
		vtime_now = p->scx.dsq_vtime;
}

void SCX_OP(grouped, stopping, struct task_struct *p, bool runnable)
{
	struct cgroup *cgroup = scx_bpf_task_cgroup(p);
	u64 id = cgroup->kn->id;

	bpf_cgroup_release(cgroup);
	p->scx.dsq_vtime += (SLICE_NS - p->scx.slice) * 100 / weight_of(id);
}

s32 SCX_OP_SLEEPABLE(grouped, init)
{
	if (weight_of(12345))
		return -17;
	return scx_bpf_create_dsq(QUEUE, -1);
}

SCX_SCHEDULER(grouped,
	.enqueue = grouped_enqueue,
	.dispatch = grouped_dispatch,
	.running = grouped_running,
	.stopping = grouped_stopping,
	.init = grouped_init);
