/* SPDX-License-Identifier: GPL-2.0-only */
/* The knobs, the state in the arena, and a task's context. */
#ifndef QMAP_STATE_BPF_H
#define QMAP_STATE_BPF_H

#define SCX_TASK_TYPE struct qmap_task
#include <scx/scheduler.bpf.h>
#include "../intf.h"

enum {
	SHARED_DSQ,		/* tasks on their way from a queue to a cid */
	HIGHPRI_DSQ,		/* those of them that -H boosts */
	LOWPRI_DSQ,		/* tasks of nice 19, until the timer moves them on */
	HIGHPRI_WEIGHT = 8668,	/* nice -20 */
	LOWPRI_NS = 10000000,
	MONITOR_NS = 1000000000,
};

const volatile u64 slice_ns = 20000000;	/* the time slice of every task */
const volatile u32 batch = 1;		/* tasks that one dispatch takes out of the queues */
const volatile bool boost_highpri;	/* nice -20 tasks overtake what waits in SHARED_DSQ */
const volatile bool print_events;	/* SHARED_DSQ and event counters to the trace pipe, each second */
const volatile bool print_messages;	/* cgroup callbacks to the trace pipe */
const volatile bool quiet_dump;		/* nothing of ours in the debug dump */
const volatile s32 disallow_tgid;	/* this process may not become a sched_ext task; 0: none */
const volatile u64 sub_cgroup_id;	/* the cgroup that this is the scheduler of; 0: the root */
const volatile u64 rotate_ns = 200000000;	/* a turn of the time-shared cids */

/* Faults on purpose; 0: none. */
const volatile u64 error_after;		/* scx_bpf_error() at the nth enqueue */
const volatile u64 stall_user_nth;	/* every nth user task is never dispatched */
const volatile u64 stall_kernel_nth;	/* every nth kernel thread is not */
const volatile u64 loop_after;		/* dispatch without end after n dispatched tasks */
const volatile u64 immed_nth;		/* every nth enqueue goes to its busy cid */
const volatile u32 inject;		/* QMAP_INJECT_* */

struct qmap_task {
	struct scx_task scx;
	u64 id;			/* tid, or the pid where the kernel has no tids */
	u64 next, prev;		/* in the queue: arena addresses, 0 at the ends */
	u64 core_sched_seq;
	s32 pid;
	s32 queue;		/* the queue it is in, -1: none */
	u32 direct;		/* select_cid claimed a cid: enqueue puts it there */
	u32 highpri;		/* queued, and to be boosted */
};

struct qmap_counts __arena qmap_counts;
struct qmap_queue __arena qmap_queues[QMAP_QUEUES];
struct qmap_perf __arena qmap_perf;
struct qmap_part __arena qmap_parts[QMAP_PARTS];
struct qmap_partition __arena qmap_partition;

SCX_PER_CID(struct qmap_cid, qmap_cids);

#define qmap_count(field)	__sync_fetch_and_add(&qmap_counts.field, 1)

/* Whether somebody has part `i` of the cids: this scheduler itself always. */
static __always_inline bool qmap_takes_part(u32 i)
{
	return i == QMAP_SELF || qmap_parts[i].cgroup_id;
}

/* From a task's weight (100: nice 0) to its queue. */
static __always_inline u32 qmap_queue_of(u32 weight)
{
	return weight <= 25 ? 0 : weight <= 50 ? 1 : weight < 200 ? 2 : weight < 400 ? 3 : 4;
}

#endif
