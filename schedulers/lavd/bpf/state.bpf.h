/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scx_lavd: what the parts of the policy share: the knobs, a task's context, the state by cid and
 * domain. README.md explains the policy; each other file here is one topic of it.
 */
#ifndef __LAVD_STATE_BPF_H
#define __LAVD_STATE_BPF_H

#define SCX_TASK_TYPE struct lavd_task
#include <scx/scheduler.bpf.h>
#include <scx/latency.bpf.h>
#include <scx/orders.bpf.h>
#include "../intf.h"

#define NSEC_PER_USEC	1000ULL
#define NSEC_PER_MSEC	1000000ULL
#define NSEC_PER_SEC	1000000000ULL

/* Knobs; the command sets them from its options. */
#include "knobs.bpf.h"

/* A task of nice 0 has this weight (SCX_CGROUP weights: 1 … 10000). */
enum { LAVD_WEIGHT_ONE = 100 };

/* Utilisations, capacities and speeds are parts of this. */
enum { LAVD_ONE = 1024 };

/* A cid is disturbed above this part of time taken by interrupts and other scheduling classes, and calm
 * again below the half of it. */
enum { LAVD_DISTURBED = LAVD_ONE / 8 };

/* What about a wake-up makes a task more critical (criticality.bpf.h). */
enum {
	LAVD_BY_HARDIRQ	= 1 << 0,
	LAVD_BY_SOFTIRQ	= 1 << 1,
	LAVD_BY_RT	= 1 << 2,
	LAVD_BY_KTHREAD	= 1 << 3,
	LAVD_SYNC	= 1 << 4,
};

/* What a task did with a futex that others wait for (futex.bpf.h). */
enum { LAVD_NO_FUTEX, LAVD_HOLDS_FUTEX, LAVD_WAS_BOOSTED };

struct lavd_task {
	struct scx_task scx;

	/* fairness */
	u64 service_ns;		/* virtual time served: run time ÷ weight, on the domain's clock */
	u64 deadline_ns;	/* of the present turn, on the same clock */
	s32 domain;		/* whose clock that is; -1: new */
	s32 queue;		/* waits in this DSQ (queue.bpf.h); -1: in none */

	/* habits: exponentially weighted averages */
	u64 runtime_ns;		/* run time from wake-up to sleep */
	u64 wait_interval_ns;	/* between two times that it goes to sleep */
	u64 wake_interval_ns;	/* between two times that it wakes somebody */
	u64 run_interval_ns;	/* between two times that it starts to run */
	u64 lat_cri;		/* latency criticality, with all circumstances */
	u64 lat_cri_near;	/* that of its last waker and of whom it last woke, added up */
	u64 perf_cri;		/* performance criticality; only where core types differ */

	/* the present turn */
	u64 started_at;
	u64 ran_ns;		/* since it woke up */
	u64 slept_at;
	u64 woke_at;		/* when it last woke somebody */
	u64 queued_at;		/* 0: not while samples were taken */
	u64 runnable_at;	/* since its last sleep; kept while somebody watches the latency */
	u64 stopped_at;
	u64 slice_ns;		/* given at the start of the turn */
	s32 last_cid;
	s32 suggested_cid;
	s32 waker_pid;
	char waker_comm[LAVD_COMM];	/* while samples are taken */
	u8 wakeup;		/* LAVD_BY_… */
	u8 futex;		/* LAVD_…_FUTEX */
	bool was_queued;	/* had to wait for its present turn */
	bool moves;		/* is to be placed anew, as if it were starting */
	u32 share;		/* of a CPU that it uses, of 1024: run time ÷ interval between sleeps */
	u32 futex_op;		/* of the system call that it is in */
	u32 pad;
};

typedef struct lavd_task __arena lavd_task_t;
typedef struct lavd_cpu __arena lavd_cpu_t;
typedef struct lavd_domain __arena lavd_domain_t;

SCX_PER_CID(struct lavd_cpu, lavd_cpu);
SCX_PER_DOMAIN(struct lavd_domain, lavd_domain);
struct lavd_sys __arena lavd_sys;
struct lavd_sample __arena lavd_samples[LAVD_NR_SAMPLES];

/* The cids in use are scx_usable_cids (power.bpf.h); behind them stand those for bursts. */
SCX_CID_SET(lavd_overflow);
/* Of those in use, the ones that interrupts and RT tasks leave alone. */
SCX_CID_SET(lavd_calm);

/* An average that takes an eighth of each new value. */
static __always_inline u64 lavd_average(u64 average, u64 value)
{
	return average - (average >> 3) + (value >> 3);
}

/* Time weighted by nice, 100 being nice 0. */
static __always_inline u64 lavd_weighted(u64 ns, u64 weight)
{
	/* most tasks are of nice 0 */
	return weight == LAVD_WEIGHT_ONE ? ns : ns * LAVD_WEIGHT_ONE / (weight ?: 1);
}

static __always_inline u64 lavd_percent(u64 whole, u64 percent)
{
	return whole * percent / 100;
}

/* Bound to one cid, where there are others. */
static __always_inline bool lavd_is_pinned(lavd_task_t *t)
{
	return scx_machine.nr_online > 1 && t->scx.nr_allowed == 1;
}

/* Whether some cids rest. */
static __always_inline bool lavd_compacted(void)
{
	return READ_ONCE(lavd_sys.nr_active) < scx_machine.nr_online;
}

#endif
