/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asks the kernel (7.2 on) for its numbering of cids, of the scheduler that runs if there is one.
 * The kernel makes a numbering when a scheduler attaches; so where none runs, the probe is one for a
 * moment. It takes no task but those that ask for SCHED_EXT, and leaves those to the kernel's
 * defaults.
 */
#include <scx/scheduler.bpf.h>

#include "probe.h"

SCX_PER_CID(struct probe_cid, probe_cid);

u32 __arena nr_cids;	/* that the kernel has; all possible CPUs */

/* As struct scx_cid_topo; a kernel that has fewer members leaves the others -1. */
struct cid_topo {
	s32 core_cid, core_idx, llc_cid, llc_idx, node_cid, node_idx, shard_cid, shard_idx;
};

void scx_bpf_cid_topo(s32 cid, struct cid_topo *out, size_t out__sz) __ksym __weak;

SEC("syscall")
int probe_read(void *ctx)
{
	s32 cid;

	scx_arena_touch();
	nr_cids = scx_bpf_nr_cids();
	/* Asking for a cid that the kernel does not have would end the scheduler that runs. */
	for (cid = scx_hide(0); cid < scx_machine.nr_cids && cid < nr_cids && can_loop; cid++) {
		struct probe_cid __arena *out = probe_cid(cid);
		struct cid_topo topo;

		if (!out)
			break;
		scx_bpf_cid_topo(cid, &topo, sizeof(topo));
		out->cpu = scx_bpf_cid_to_cpu(cid);
		out->core_cid = topo.core_cid;
		out->core_idx = topo.core_idx;
		out->llc_cid = topo.llc_cid;
		out->llc_idx = topo.llc_idx;
		out->node_cid = topo.node_cid;
		out->node_idx = topo.node_idx;
		out->shard_cid = topo.shard_cid;
		out->shard_idx = topo.shard_idx;
	}
	return 0;
}

SCX_SCHEDULER(probe, .flags = SCX_OPS_SWITCH_PARTIAL);
