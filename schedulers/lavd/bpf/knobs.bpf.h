/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be chosen: read-only data that the command sets from its options before the program loads.
 */
#ifndef __LAVD_KNOBS_BPF_H
#define __LAVD_KNOBS_BPF_H

/* Slices. The shortest: longer means fewer switches under load, shorter less waiting. 500 µs. */
const volatile u64 slice_min_ns = 500 * NSEC_PER_USEC;
/* The longest while others wait, and the scale of lag. 5 ms. */
const volatile u64 slice_max_ns = 5 * NSEC_PER_MSEC;
/* The longest where a task waits that can only run on that CPU; 0: as ever. 5 ms. */
const volatile u64 pinned_slice_ns = 5 * NSEC_PER_MSEC;
/* Every waiting task should get a turn within this time, as far as slice_min allows. 15 ms. */
const volatile u64 targeted_latency_ns = 15 * NSEC_PER_MSEC;
/* No longer slices for tasks whose usual run time does not fit. */
const volatile bool no_slice_boost = false;

/* Preemption by the most critical tasks: the top 1 / 2^preempt_shift between average and maximum. */
const volatile u32 preempt_shift = 6;
const volatile bool no_preemption = false;
/* Holders of a futex that others wait for are preempted like anybody. */
const volatile bool no_futex_boost = false;

/* Where tasks run. A synchronous wake-up does not draw the task to its waker. */
const volatile bool no_wake_sync = false;
/* For so long after a run a CPU's caches are taken to be warm for the task. 2 ms. */
const volatile u64 warm_cpu_ns = 2 * NSEC_PER_MSEC;
/* Latency-critical tasks keep off CPUs that interrupts and RT tasks disturb until the others are
 * used to this part, in percent. 75. */
const volatile u32 lat_load_target_pct = 75;
/* A queue for every CPU, not only for pinned tasks. */
const volatile bool per_cpu_dsq = false;

/* Balance. A domain is above or below its share by this part of the average load, in percent; 0: it
 * follows from how many domains have tasks waiting, and an idle CPU may take from any domain. 0. */
const volatile u32 mig_delta_pct = 0;
/* No balancing between domains while the machine is used less than this, in percent. 25. */
const volatile u32 lb_low_util_pct = 25;
/* No queueing, and so no deadlines, while the machine is used less than this, in percent. 10. */
const volatile u32 lb_local_dsq_util_pct = 10;
/* Balance moves a task a turn rather than as many as the difference asks for. */
const volatile bool no_fast_lb = false;

/* Power. Every CPU is used, however low the load. */
const volatile bool no_core_compaction = false;
/* No frequency targets. */
const volatile bool no_freq_scaling = false;
/* The power mode to begin with, enum lavd_mode. Balanced. */
const volatile u32 first_mode = LAVD_BALANCED;
/* The power mode follows the load (else lavd_sys.mode is the command's to set). */
const volatile bool autopilot = false;

#endif
