/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scx_lavd: what the parts of the policy share: the knobs, a task's context, the state by cid and
 * domain. README.md explains the policy; each other file here is one topic of it.
 */
#ifndef __LAVD_STATE_BPF_H
#define __LAVD_STATE_BPF_H

#define SCX_TASK_TYPE struct lavd_task
#include <scx/scheduler.bpf.h>
#include "../intf.h"

#define NSEC_PER_USEC	1000ULL
#define NSEC_PER_MSEC	1000000ULL
#define NSEC_PER_SEC	1000000000ULL

/* Knobs. All in nanoseconds; the command sets them from its options. */
extern const volatile u64 slice_min_ns;
extern const volatile u64 slice_max_ns;
extern const volatile u64 targeted_latency_ns;

/* A task of nice 0 has this weight (SCX_CGROUP weights: 1 … 10000). */
enum { LAVD_WEIGHT_ONE = 100 };

struct lavd_task {
	struct scx_task scx;

	/* fairness */
	u64 service_ns;		/* virtual time served: run time ÷ weight, on the domain's clock */
	s32 domain;		/* whose clock that is; -1: new */
	bool queued;		/* waits in the domain's queue */
	bool was_queued;	/* had to wait for its present turn */

	/* habits: exponentially weighted averages */
	u64 runtime_ns;		/* run time from wake-up to sleep */
	u64 wait_interval_ns;	/* between two times that it goes to sleep */
	u64 wake_interval_ns;	/* between two times that it wakes somebody */
	u64 lat_cri;		/* latency criticality, from the three above and the weight */

	/* the present turn */
	u64 started_at;
	u64 ran_ns;		/* since it woke up */
	u64 slept_at;
	u64 woke_at;		/* when it last woke somebody */
};

typedef struct lavd_task __arena lavd_task_t;

SCX_PER_CID(struct lavd_cpu, lavd_cpu);
SCX_PER_DOMAIN(struct lavd_domain, lavd_domain);

/* An average that takes an eighth of each new value. */
static __always_inline u64 lavd_average(u64 average, u64 value)
{
	return average - (average >> 3) + (value >> 3);
}

/* Time weighted by nice, 100 being nice 0. */
static __always_inline u64 lavd_weighted(u64 ns, u64 weight)
{
	return ns * LAVD_WEIGHT_ONE / (weight ?: 1);
}

#endif
