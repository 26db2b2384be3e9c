/* SPDX-License-Identifier: GPL-2.0-only */
/* What the division of cids among sub-schedulers means for a task and for a dispatch. */
#ifndef QMAP_SUB_BPF_H
#define QMAP_SUB_BPF_H

#include "partition.bpf.h"

static __always_inline bool qmap_may_use(qmap_task_ptr t, u32 mask)
{
	return scx_range_find_and((u64)scx_task_allowed(t), (u64)qmap_mask_bits(mask), 0,
				  scx_machine.nr_cids) >= 0;
}

/* A task that may run on none of this scheduler's own cids. In the pool it can wait for our turn, unless
 * it is bound to one cid: such are the kernel's threads of a CPU, which others wait for. */
static __always_inline bool qmap_stranded(qmap_task_ptr t)
{
	return qmap_has_caps() && qmap_partition.active && !qmap_may_use(t, MASK_SELF) &&
	       !(qmap_parts[QMAP_SELF].remainder && t->scx.nr_allowed > 1 &&
		 qmap_may_use(t, MASK_POOL));
}

/* Some cid that the task may use, wherever. */
static __always_inline s32 qmap_any_allowed(qmap_task_ptr t)
{
	u64 allowed = (u64)scx_task_allowed(t);

	return scx_range_find_and(allowed, allowed, 0, scx_machine.nr_cids);
}

/* The child whose cid this is now; QMAP_SELF or QMAP_NOBODY where it is no child's. */
static __always_inline u32 qmap_owner(s32 cid)
{
	struct qmap_cid __arena *c = qmap_cids(cid);
	u32 owner;

	if (!c || !qmap_partition.active)
		return QMAP_SELF;
	owner = READ_ONCE(c->owner);
	return owner == QMAP_POOL ? READ_ONCE(qmap_partition.holder) : owner;
}

/* Have a child dispatch on this cid; true where it had something. */
static __always_inline bool qmap_ask_child(u32 child)
{
	struct qmap_part __arena *part = &qmap_parts[child];
	u64 cgroup_id;

	if (child >= QMAP_CHILDREN)
		return false;
	cgroup_id = READ_ONCE(part->cgroup_id);
	if (!cgroup_id || !scx_bpf_sub_dispatch(cgroup_id))
		return false;
	__sync_fetch_and_add(&part->dispatches, 1);
	return true;
}

#endif
