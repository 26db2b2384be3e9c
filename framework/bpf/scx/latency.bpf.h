/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long tasks wait between becoming runnable and running, as a histogram for each cid. A policy
 * that includes this has the target `latency` in its statistics, without a line in its command:
 *
 *	if (scx_latency_watched())
 *		t->runnable_at = scx_bpf_now();			in runnable
 *	…
 *	if (scx_latency_watched() && …)
 *		scx_latency_add(cid, now - t->runnable_at);	in running
 *
 * Nothing is counted while nobody watches: the framework keeps scx_latency_watched() true as long as
 * some connection has asked for the target. It may become true at any time. So a time stamp may be
 * missing or left from an earlier time, which the policy must be able to tell: the task has slept or
 * run since.
 *
 * Not part of scx/scheduler.bpf.h: a policy that takes no time stamps has nothing to tell.
 */
#ifndef __SCX_LATENCY_BPF_H
#define __SCX_LATENCY_BPF_H

#include <scx/arena.bpf.h>
#include <scx/topology.bpf.h>

/* Whether anybody watches; user space writes it. */
u32 scx_latency_wanted __weak SEC(".data.scx_latency");

SCX_PER_CID(struct scx_latency, scx_latency);

#define scx_latency_watched()	unlikely(READ_ONCE(scx_latency_wanted))

/* A task of this cid waited so long. Only for programs that run on the cid: it is the one writer of
 * its counters. */
__weak int scx_latency_add(s32 cid, u64 ns)
{
	struct scx_latency __arena *own = scx_latency(cid);
	u64 us = ns / 1000, bucket = us ? 64 - __builtin_clzll(us) : 0;

	scx_arena_touch();
	if (!own)
		return 0;
	if (bucket >= SCX_LATENCY_BUCKETS)
		bucket = SCX_LATENCY_BUCKETS - 1;
	own->count[bucket]++;
	return 0;
}

#endif
