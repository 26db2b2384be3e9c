/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel tells about cgroups, and about the sub-schedulers that have them. */
#ifndef QMAP_CGROUP_BPF_H
#define QMAP_CGROUP_BPF_H

#include "partition.bpf.h"

enum cgroup_subsys_id___qmap { cpu_cgrp_id___qmap };

/* The cgroup's cpu.weight. The kernel tells of changes only. */
static __always_inline u32 qmap_cgroup_weight(u64 cgroup_id)
{
	struct cgroup *cgroup = bpf_cgroup_from_id(cgroup_id);
	u32 weight = 0;
	u64 at, css = 0;

	if (!cgroup)
		return 100;
	at = (u64)cgroup + bpf_core_field_offset(struct cgroup, subsys) +
	     bpf_core_enum_value(enum cgroup_subsys_id___qmap, cpu_cgrp_id___qmap) * sizeof(u64);
	bpf_probe_read_kernel(&css, sizeof(css), (void *)at);
	if (css) {
		at = css - bpf_core_field_offset(struct task_group, css) +
		     bpf_core_field_offset(struct task_group, scx.weight);
		bpf_probe_read_kernel(&weight, sizeof(weight), (void *)at);
	}
	bpf_cgroup_release(cgroup);
	return weight ?: 100;
}

s32 SCX_OP_SLEEPABLE(qmap, cgroup_init, struct cgroup *cgroup, struct scx_cgroup_init_args *args)
{
	char name[7] = {};

	if (print_messages)
		bpf_printk("cgroup %llu: weight %u", cgroup->kn->id, args->weight);
	if (inject == QMAP_INJECT_CGROUP_INIT_FAIL) {
		bpf_probe_read_kernel_str(name, sizeof(name), cgroup->kn->name);
		if (!bpf_strncmp(name, 6, "qmfail"))
			return -12;
	}
	return 0;
}

void SCX_OP(qmap, cgroup_set_weight, struct cgroup *cgroup, u32 weight)
{
	u64 id = cgroup->kn->id;
	u32 i;

	scx_arena_touch();
	if (print_messages)
		bpf_printk("cgroup %llu: weight %u now", id, weight);
	if (!qmap_has_subs())
		return;
	scx_for (i, 0, QMAP_CHILDREN) {
		if (qmap_parts[i].cgroup_id != id)
			continue;
		qmap_parts[i].weight = weight;
		qmap_repartition();
		break;
	}
}

void SCX_OP(qmap, cgroup_set_bandwidth, struct cgroup *cgroup, u64 period_us, u64 quota_us,
	    u64 burst_us)
{
	if (print_messages)
		bpf_printk("cgroup %llu: %lld of %llu us now", cgroup->kn->id, quota_us, period_us);
}

void SCX_OP(qmap, cgroup_move, struct task_struct *p, struct cgroup *from, struct cgroup *to)
{
	if (print_messages)
		bpf_printk("task %d: from cgroup %llu to %llu", p->pid, from->kn->id, to->kn->id);
}

struct sched_ext_ops___qmap {
	u64 sub_cgroup_id;
} __attribute__((preserve_access_index));

#define cgroup_of(args) (((struct sched_ext_ops___qmap *)(args)->ops)->sub_cgroup_id)

s32 SCX_OP(qmap, sub_attach, struct scx_sub_attach_args *args)
{
	u64 id = cgroup_of(args);
	u32 i;

	scx_arena_touch();
	if (qmap_has_caps() && !qmap_partition.nr_held)
		return -28;	/* ENOSPC: a time share cannot be handed on */
	scx_for (i, 0, QMAP_CHILDREN) {
		struct qmap_part __arena *part = &qmap_parts[i];

		if (part->cgroup_id)
			continue;
		part->weight = qmap_cgroup_weight(id);
		part->alloc_ns = part->dispatches = part->credit = 0;
		part->nr_cids = part->remainder = 0;
		WRITE_ONCE(part->cgroup_id, id);
		__sync_fetch_and_add(&qmap_partition.nr_children, 1);
		qmap_repartition();
		return 0;
	}
	return -28;
}

void SCX_OP(qmap, sub_detach, struct scx_sub_detach_args *args)
{
	u64 id = cgroup_of(args);
	u32 i;

	scx_arena_touch();
	scx_for (i, 0, QMAP_CHILDREN) {
		if (qmap_parts[i].cgroup_id != id)
			continue;
		WRITE_ONCE(qmap_parts[i].cgroup_id, 0);
		__sync_fetch_and_add(&qmap_partition.nr_children, -1);
		qmap_repartition();
		break;
	}
}

void SCX_OP(qmap, sub_caps_updated, const void *cids, u64 caps)
{
	scx_arena_touch();
	qmap_repartition();
}

/* What this scheduler may do on a cid, now that it is in effect there. */
void SCX_OP(qmap, sub_ecaps_updated, s32 cid, u64 before, u64 after)
{
	struct qmap_cid __arena *c = qmap_cids(cid);

	scx_arena_touch();
	if (!c)
		return;
	WRITE_ONCE(c->caps, after & SCX_CAP_ENQ ? CAPS_ALL :
			    after & SCX_CAP_ENQ_IMMED ? CAPS_SHARED : NO_CAPS);
	qmap_update_usable(cid);
}

#endif
