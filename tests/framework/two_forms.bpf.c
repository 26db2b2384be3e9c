/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A scheduler for the tests of the ops tables: members that some kernels lack or call by another
 * name, in both forms. It is opened and never loaded.
 */
#include <scx/scheduler.bpf.h>

s32 SCX_OP(two, select_cid, struct task_struct *p, s32 prev_cid, u64 wake_flags)
{
	return prev_cid;
}

void SCX_OP(two, enqueue, struct task_struct *p, u64 enq_flags) {}
void SCX_OP(two, set_cmask, struct task_struct *p, scx_bits allowed) {}
void SCX_OP(two, cid_online, s32 cid) {}
void SCX_OP(two, cid_offline, s32 cid) {}
void SCX_OP(two, dump_cid, struct scx_dump_ctx *dctx, s32 cid, bool idle) {}
s32 SCX_OP_SLEEPABLE(two, cgroup_init, struct cgroup *cgrp, struct scx_cgroup_init_args *args)
{
	return 0;
}
void SCX_OP(two, cgroup_set_weight, struct cgroup *cgrp, u32 weight) {}
void SCX_OP(two, cgroup_set_idle, struct cgroup *cgrp, bool idle) {}

SCX_SCHEDULER(two,
	.select_cid = two_select_cid,
	.enqueue = two_enqueue,
	.set_cmask = two_set_cmask,
	.cid_online = two_cid_online,
	.cid_offline = two_cid_offline,
	.dump_cid = two_dump_cid,
	.cgroup_init = two_cgroup_init,
	.cgroup_set_weight = two_cgroup_set_weight,
	.cgroup_set_idle = two_cgroup_set_idle,
	.flags = SCX_OPS_ENQ_LAST | 1ull << 8,	/* SCX_OPS_TID_TO_TASK, since 7.2 */
	.timeout_ms = 5000,
	.exit_dump_len = 4096,
	.cid_shard_size = 16);
