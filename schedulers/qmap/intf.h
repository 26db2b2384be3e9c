/* SPDX-License-Identifier: GPL-2.0-only */
/* What scx_qmap's BPF side and its command share: layouts in the arena, and the knobs' values. */
#ifndef QMAP_INTF_H
#define QMAP_INTF_H

#include <scx/tables.h>

enum {
	QMAP_QUEUES = 5,
	QMAP_CHILDREN = 8,			/* sub-schedulers right below this one */
	QMAP_PARTS = QMAP_CHILDREN + 1,		/* the children, then this scheduler itself */
};

/* Who runs on a cid: a child (its slot, 0 … QMAP_CHILDREN - 1) or one of these. */
enum {
	QMAP_SELF = QMAP_CHILDREN,
	QMAP_POOL,		/* time-shared: whoever's turn it is */
	QMAP_NOBODY,		/* not held by this scheduler */
};

/* -J: what to do wrong on purpose. */
enum {
	QMAP_INJECT_NOTHING,
	QMAP_INJECT_WRONG_CID,		/* dispatch to a cid that this scheduler does not hold */
	QMAP_INJECT_INIT_FAIL,		/* fail init_task for commands called qmfail* */
	QMAP_INJECT_CGROUP_INIT_FAIL,	/* fail cgroup_init for cgroups called qmfail* */
};

/* Why the kernel handed a task back, by SCX_TASK_REENQ_*; older kernels do not say. */
enum {
	QMAP_REENQ_UNKNOWN,
	QMAP_REENQ_KFUNC,	/* a scheduler asked for it */
	QMAP_REENQ_IMMED,	/* it could not run at once where it was put with ENQ_IMMED */
	QMAP_REENQ_PREEMPTED,	/* another scheduling class took the CPU */
	QMAP_REENQ_CAP,		/* this scheduler does not hold the cid (any more) */
	QMAP_REENQ_REASONS,
};

/* Variable qmap_counts: since the start, only ever growing, but for nr_highpri. */
struct qmap_counts {
	u64 enqueued[QMAP_QUEUES];	/* put into a queue */
	u64 dispatched[QMAP_QUEUES];	/* taken out of it to run */
	u64 direct;			/* sent to an idle cid that select_cid chose */
	u64 direct_from_enqueue;	/* … that enqueue chose, where select_cid was not asked */
	u64 dequeued;			/* ops.dequeue calls */
	u64 core_sched_execed;		/* … of which core scheduling picked the task to run */
	u64 gone;			/* taken out of a queue, but the task had ended */
	u64 reenqueued[QMAP_REENQ_REASONS];
	u64 reenqueued_cid0;		/* … of which on cid 0 */
	u64 expedited_local;		/* boosted to the cid that looked */
	u64 expedited_remote;		/* … to another */
	u64 expedited_lost;		/* … and then taken by another cid */
	u64 expedited_from_timer;	/* … by the monitor timer */
	u64 lowpri;			/* put aside until the low-priority timer */
	u64 rescued;			/* sent to a cid not held, for the kernel's rescue */
	u64 injected;			/* … of which by -J wrong-cid */
	u64 immed_forced;		/* -F: sent to a busy cid */
	u64 withheld;			/* -t, -T: never dispatched */
	u64 nr_highpri;			/* now: queued tasks that -H will boost */
};

/* Variable qmap_queues, an entry a queue: a doubly linked list through the task contexts. */
struct qmap_queue {
	u64 head, tail;			/* arena addresses, 0: empty */
	u64 nr;				/* tasks in it */
	u64 head_seq, tail_seq;		/* core-sched: of the task that came to a cid last, and the next */
};

/* Variable qmap_perf, in 1/1024 of the biggest CPU's top performance; over the online cids. */
struct qmap_perf {
	u32 cur_min, cur_avg, cur_max;			/* as the kernel sees it */
	u32 target_min, target_avg, target_max;		/* as the policy asked for */
};

/* SCX_PER_CID(struct qmap_cid, qmap_cids) */
struct qmap_cid {
	u32 queue;		/* the queue it takes from */
	u32 left;		/* tasks that it may still take from it */
	u32 avg_weight;		/* of the tasks that ran here, decaying by ticks */
	u32 perf_target;	/* 0 … 1024 */
	u32 owner;		/* a child's slot or QMAP_* */
	u32 caps;		/* 0: may not run here (yet); 1: time-shared; 2: all of it */
	s32 credit[QMAP_PARTS];	/* kernels without caps: whose turn it is, see bpf/dispatch.bpf.h */
	u32 pad;
};

/* Variable qmap_parts, QMAP_PARTS entries: the children, then this scheduler itself. */
struct qmap_part {
	u64 cgroup_id;		/* 0: no child there; for itself -c's cgroup, 0 for the root */
	u64 alloc_ns;		/* cid-time: the sum over its cids of how long it had them */
	u64 dispatches;		/* times that its dispatch was asked, and found something */
	u32 weight;		/* cpu.weight, 1 … 10,000; for itself always 100 */
	u32 nr_cids;		/* held exclusively */
	u64 remainder;		/* its part of the pool, of the sum of all remainders */
	s64 credit;		/* the rotation's, in remainders */
};

/* Variable qmap_partition. */
struct qmap_partition {
	u64 at_ns;		/* when alloc_ns was brought up to date last (monotonic clock) */
	u64 window_ns;		/* time that alloc_ns covers */
	u32 active;		/* there are children, or this one is a child */
	u32 nr_held;		/* cids held exclusively */
	u32 nr_pool;		/* of these, time-shared for the remainders */
	u32 holder;		/* whose turn the pool is: a child's slot or QMAP_SELF */
	u32 nr_children;
	u32 pad;
};

#endif
