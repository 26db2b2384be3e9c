/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Preference orders: which cids to use first when a load needs few of them, and how many
 * (docs/topology.md, "Preference orders"). For schedulers that compact; not for placing a single
 * task, which is a matter of distance.
 *
 *	const struct scx_order_step *step = scx_order_step(i);
 *	const u64 *word = step ? scx_order_word(step->first_word + (cid >> 6)) : NULL;
 *
 * Not part of scx/scheduler.bpf.h: whoever includes this has the orders made at each start, which
 * takes time on large machines.
 */
#ifndef __SCX_ORDERS_BPF_H
#define __SCX_ORDERS_BPF_H

#include <scx/topology.bpf.h>

/* The words are the larger table: 8,192 cids are 128 words, twice a step, and an order has at most
 * 64 steps: 256 KiB. A map's value may be some gigabytes. */
__SCX_TABLE(struct scx_order_step, scx_order_steps);
__SCX_TABLE(u64, scx_order_words);

/* Step `i` of both orders, or NULL: performance has 0 … nr_perf_steps - 1, powersave the next
 * nr_save_steps. */
#define scx_order_step(i)							\
	__scx_entry(struct scx_order_step, scx_order_steps, i,			\
		    scx_machine.nr_perf_steps + scx_machine.nr_save_steps)

/* Word `i` of the sets, or NULL: the step says which. */
#define scx_order_word(i) \
	__scx_entry(u64, scx_order_words, i, scx_machine.nr_order_words)

#endif
