/* SPDX-License-Identifier: GPL-2.0-only */
/* The arithmetic of dividing cids by weight: whole cids, and turns at what is left over. */
#ifndef QMAP_SHARES_BPF_H
#define QMAP_SHARES_BPF_H

#include "state.bpf.h"

/* How many cids each participant gets for itself, and what is left over for the pool. */
__weak int qmap_compute_shares(u32 nr_held)
{
	u64 sum = scx_hide(0);
	u32 given = scx_hide(0), i;

	scx_arena_touch();
	scx_for (i, 0, QMAP_PARTS)
		if (qmap_takes_part(i))
			sum += qmap_parts[i].weight;
	scx_for (i, 0, QMAP_PARTS) {
		struct qmap_part __arena *part = &qmap_parts[i];
		u64 share = 0;

		if (qmap_takes_part(i))
			share = (u64)nr_held * part->weight;
		part->nr_cids = share / sum;
		part->remainder = share % sum;
		if (!part->remainder)
			part->credit = 0;
		given += part->nr_cids;
	}
	qmap_partition.nr_held = nr_held;
	qmap_partition.nr_pool = nr_held - given;
	return 0;
}

/* Whose turn the pool is next: smooth weighted round-robin by the remainders. */
static __always_inline u32 qmap_next_holder(void)
{
	u32 best = QMAP_SELF, i;
	s64 sum = scx_hide(0);

	scx_for (i, 0, QMAP_PARTS) {
		qmap_parts[i].credit += qmap_parts[i].remainder;
		sum += qmap_parts[i].remainder;
	}
	scx_for (i, 0, QMAP_CHILDREN)
		if (qmap_parts[i].remainder && qmap_parts[i].credit > qmap_parts[best].credit)
			best = i;
	qmap_parts[best].credit -= sum;
	return best;
}

#endif
