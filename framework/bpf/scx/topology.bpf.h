/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine, as the framework discovered it: which cid is which CPU, and what belongs together.
 *
 * Every unit (core, domain, LLC, node) is one contiguous range of cids, so these tables hold first
 * and count. They are read-only and sized from the running machine: declared here with one element
 * and grown before the program loads. The verifier knows every count as a constant.
 */
#ifndef __SCX_TOPOLOGY_BPF_H
#define __SCX_TOPOLOGY_BPF_H

#include <scx/common.bpf.h>
#include <scx/tables.h>

const volatile struct scx_machine scx_machine __weak;

__SCX_TABLE(struct scx_cid_info, scx_cids);
__SCX_TABLE(s32, scx_cpu_cids);
__SCX_TABLE(struct scx_domain_info, scx_domains);
__SCX_TABLE(struct scx_neighbor, scx_neighbors);
__SCX_TABLE(struct scx_range, scx_llcs);
__SCX_TABLE(struct scx_range, scx_nodes);

/*
 * Entry `id` of a table, or NULL. The barriers keep the compiler from what the verifier refuses:
 * the first hides the declared size of one element (with it in view any index may be taken for 0)
 * and where the index comes from (in a loop an offset would be stepped beside it, without a bound);
 * the second keeps the addition behind the check.
 */
#define __scx_entry(type, table, id, count)					\
({										\
	const type *scx_t_ = (const type *)table, *scx_e_ = NULL;		\
	u64 scx_i_ = (u32)(id);							\
	asm volatile("" : "+r"(scx_t_), "+r"(scx_i_));				\
	if (scx_i_ < (count)) {							\
		asm volatile("" : "+r"(scx_i_));				\
		scx_e_ = scx_t_ + scx_i_;					\
	}									\
	scx_e_;									\
})

#define scx_cid_info(cid) \
	__scx_entry(struct scx_cid_info, scx_cids, cid, scx_machine.nr_cids)
#define scx_domain_info(domain) \
	__scx_entry(struct scx_domain_info, scx_domains, domain, scx_machine.nr_domains)
#define scx_neighbor(i) \
	__scx_entry(struct scx_neighbor, scx_neighbors, i, scx_machine.nr_neighbors)
#define scx_llc_cids(llc)	__scx_entry(struct scx_range, scx_llcs, llc, scx_machine.nr_llcs)
#define scx_node_cids(node)	__scx_entry(struct scx_range, scx_nodes, node, scx_machine.nr_nodes)

/* Where a walk over a range of neighbour domains begins for domain `own`: behind its own place, round
 * the range (topology/domains.h, walk_start()). */
static __always_inline u32 scx_walk_start(const struct scx_neighbor *range, u32 own)
{
	u32 first = range->first, nr = range->nr;

	if (own + 1 >= first)
		return first + (own + 1 - first) % nr;
	return first + (nr - (first - own - 1) % nr) % nr;
}

/*
 * The statements for each other domain `at`, nearest first, each class of distance circularly from the
 * place of domain `own`. They may return. Two loops in the text of the caller, since the verifier walks
 * an iterator's state, kept between calls, two to five times as often.
 *
 * scx_for_each_near_but leaves out what `gap`, an expression of `at`, says of a domain: so many from it on
 * need not be looked at, none where it is 0.
 */
#define scx_for_each_near(at, own, statements...) \
	scx_for_each_near_but(at, own, 0, statements)

#define scx_for_each_near_but(at, own, gap, statements...)			\
do {										\
	const struct scx_domain_info *scx_d_ = scx_domain_info(own);		\
	u32 scx_n_ = scx_d_ ? scx_hide(scx_d_->near_first) : 0;			\
	u32 scx_last_ = scx_d_ ? scx_n_ + scx_d_->near_nr : 0;			\
										\
	while (scx_n_ < scx_last_ && can_loop) {				\
		const struct scx_neighbor *scx_r_ = scx_neighbor(scx_n_++);	\
		s32 at, scx_start_, scx_end_, scx_gap_;				\
										\
		if (!scx_r_ || scx_r_->nr <= 0)					\
			break;							\
		/* to the end of the range, then from its beginning on */	\
		at = scx_start_ = scx_walk_start(scx_r_, own);			\
		scx_end_ = scx_hide(scx_r_->first + scx_r_->nr);		\
		while (can_loop) {						\
			if (at >= scx_end_) {					\
				if (scx_end_ == scx_start_)			\
					break;					\
				at = scx_hide(scx_r_->first);			\
				scx_end_ = scx_start_;				\
				continue;					\
			}							\
			scx_gap_ = (gap);					\
			if (!scx_gap_ && at != (s32)(own))			\
				statements					\
			at = scx_hide(at + (scx_gap_ ?: 1));			\
		}								\
	}									\
} while (0)

/* The cid of a CPU and back, -1 where there is none. */
static __always_inline s32 scx_cpu_to_cid(s32 cpu)
{
	const s32 *cid = __scx_entry(s32, scx_cpu_cids, cpu, scx_machine.nr_cpu_ids);

	return cid ? *cid : -1;
}

static __always_inline s32 scx_cid_to_cpu(s32 cid)
{
	const struct scx_cid_info *info = scx_cid_info(cid);

	return info ? info->cpu : -1;
}

/* The domain of a cid; -1 for a CPU that was offline at start. */
static __always_inline s32 scx_cid_domain(s32 cid)
{
	const struct scx_cid_info *info = scx_cid_info(cid);

	return info ? info->domain : -1;
}

#endif
