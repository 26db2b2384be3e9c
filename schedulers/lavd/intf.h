/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What scx_lavd's BPF side and its command share. Utilisations are parts of 1024.
 */
#ifndef __LAVD_INTF_H
#define __LAVD_INTF_H

#include <scx/tables.h>

enum lavd_mode { LAVD_PERFORMANCE, LAVD_BALANCED, LAVD_POWERSAVE, LAVD_NR_MODES };

/* The state of a cid (array lavd_cpu). Counters only grow; each has one writer, the cid itself. */
struct lavd_cpu {
	/* what runs here; others look at it before they preempt */
	u64 running_lat_cri;	/* its criticality; 0: nothing of ours runs */
	u64 running_deadline;	/* on the domain's clock */
	u64 running_since_ns;
	u64 busy_until_ns;	/* when it will most likely stop by itself */
	u64 idle_since_ns;	/* 0: not idle */
	u64 lat_cri_avg;	/* running average of the criticality of what runs here */
	u64 perf_cri_avg;	/* the same of performance criticality */
	u32 nr_pinned;		/* tasks in this cid's own queue */
	u32 speed;		/* capacity · frequency, of 1024: what run time counts for */
	u32 util_wall;		/* average of the time that it was not idle */
	u32 util_invr;		/* the same, scaled by capacity */
	u32 util_stolen;	/* average of the time that neither we nor idle had: interrupts, RT, deadline */
	u32 perf_target;	/* frequency wanted, of 1024 */
	u32 perf_set;		/* and asked for */
	u32 running_share;	/* of a CPU, that the running task uses, of 1024 */

	/* counters */
	u64 nr_sched;		/* tasks that started to run here */
	u64 nr_lat_critical;	/* of these, above the average latency criticality */
	u64 nr_perf_critical;	/* of these, above the threshold of performance criticality */
	u64 nr_direct;		/* of these, sent straight to an idle CPU without queueing */
	u64 nr_migrated;	/* of these, last ran in another domain */
	u64 nr_stolen;		/* tasks taken from another domain's queue */
	u64 nr_preempt;		/* times that somebody more urgent ended a task's slice here */
	u64 busy_ns;		/* time that tasks ran here */
	u64 idle_ns;
	u64 seen_busy_ns, seen_idle_ns;	/* at the last look of the timer */
	u64 pinned_ns;		/* of busy_ns, by pinned tasks; counted while samples are taken */
	u64 seen_pinned_ns;
};
SCX_STATIC_ASSERT(sizeof(struct lavd_cpu) == 192, "three cache lines, shared with user space");

/* The state of a compute domain (array lavd_domain). */
struct lavd_domain {
	u64 clock_ns;		/* virtual service clock: that of the queued tasks that got their turn */
	s64 nr_queued;		/* tasks in the domain's queue */
	u64 window_clock_ns;	/* the clock when this window of time began */
	u64 window_at_ns;	/* and when that was */
	u64 load;		/* running and queued, per capacity of its active cids */
	s64 budget;		/* tasks it should get (> 0: a stealer) or give (< 0: a stealee) */
	u32 nr_active;		/* active cids */
	u32 capacity;		/* of them */
	s32 near_big;		/* the nearest domain of the biggest core type, -1: none */
	u32 util_pinned;	/* average of its cids' time that pinned tasks had, while samples are taken */
};
SCX_STATIC_ASSERT(sizeof(struct lavd_domain) == 64, "one cache line, shared with user space");

/* The whole machine (arena variable lavd_sys). */
struct lavd_sys {
	u32 mode;		/* enum lavd_mode; the command changes it, or with autopilot BPF */
	u32 nr_active;		/* active cids */
	u32 nr_overflow;
	u32 nr_stealee;		/* domains above their share */
	u32 nr_disturbed;	/* active cids that interrupts and RT tasks disturb */
	u32 reserved;
	u32 util_wall;		/* averages over the machine */
	u32 util_invr;
	u64 lat_cri_avg;
	u64 lat_cri_max;
	u64 lat_cri_thr;	/* above it a task may preempt */
	u64 perf_cri_avg;
	u64 perf_cri_thr;	/* above it a task belongs on a big core */
	u64 mode_ns[LAVD_NR_MODES];	/* time spent in each */
	u64 mode_since_ns;	/* not yet in mode_ns */
	u64 nr_queued;
	u64 sampling_until_ns;	/* samples are taken until then (monotonic clock); the command sets it */
	u64 sample_head;	/* samples taken so far */
};

/* What a sample says in `flags`. */
enum {
	LAVD_IS_LAT_CRITICAL	= 1 << 0,
	LAVD_IS_PERF_CRITICAL	= 1 << 1,
	LAVD_ON_BIG		= 1 << 2,
	LAVD_IS_GREEDY		= 1 << 3,	/* served more than its share */
};

/* A task that stopped running (arena array lavd_samples; sample n is at n % LAVD_NR_SAMPLES).
 * Names and meaning as in the statistics. */
enum { LAVD_NR_SAMPLES = 512, LAVD_COMM = 16 };

struct lavd_sample {
	u64 seq;		/* n + 1, written last; anything else: being written */
	s32 pid, waker_pid;
	char comm[LAVD_COMM], waker_comm[LAVD_COMM];
	u32 flags;
	s32 cpu_id, prev_cpu_id, suggested_cpu_id, warm_cpu_id;
	u32 static_prio;
	u64 slice_wall, slice_used_wall;
	u64 lat_cri, avg_lat_cri;
	u64 rerunnable_interval_wall, resched_interval_wall;
	u64 run_freq, avg_runtime_wall, wait_freq, wake_freq;
	u64 perf_cri, thr_perf_cri;
	u32 cpuperf_cur, cpu_util_wall, cpu_util_invr, steal_util_wall, steal_util_invr;
	u32 dom_pinned_util_wall, dom_pinned_util_invr, nr_active;
	u64 dsq_id, dsq_consume_lat;
	u32 lat_headroom, vuln_thresh, task_util_est, norm_lat_cri, cpu_heat;
	u32 pad;
};

#endif
