/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What scx_lavd's BPF side and its command share.
 */
#ifndef __LAVD_INTF_H
#define __LAVD_INTF_H

#include <scx/tables.h>

/* The state of a cid (array lavd_cpu). Counters only grow; each has one writer, the cid itself. */
struct lavd_cpu {
	u64 nr_sched;		/* tasks that started to run here */
	u64 nr_lat_critical;	/* of these, above the average criticality */
	u64 nr_direct;		/* of these, sent straight to an idle CPU without queueing */
	u64 nr_migrated;	/* of these, last ran in another domain */
	u64 nr_stolen;		/* tasks taken from another domain's queue */
	u64 busy_ns;		/* time that tasks ran here */
	u64 lat_cri_avg;	/* running average of the criticality of what runs here */
	u64 reserved;		/* a cache line */
};
SCX_STATIC_ASSERT(sizeof(struct lavd_cpu) == 64, "one cache line, shared with user space");

/* The state of a compute domain (array lavd_domain). */
struct lavd_domain {
	u64 clock_ns;		/* virtual service clock: that of the queued tasks that got their turn */
	s64 nr_queued;		/* tasks in the domain's queue */
	u64 window_clock_ns;	/* the clock when this window of time began */
	u64 window_at_ns;	/* and when that was */
	u64 pad[4];
};
SCX_STATIC_ASSERT(sizeof(struct lavd_domain) == 64, "one cache line, shared with user space");

#endif
