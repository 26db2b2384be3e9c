/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sub-schedulers: dividing this scheduler's cids among itself and the schedulers of child cgroups.
 *
 * From 7.3 on a child may use the cids on which its parent grants it capabilities. The parent divides
 * the cids that it holds exclusively by cpu.weight (its own weight counts 100): each participant
 * gets the whole part of its share for itself, and the cids that are left over, the pool, are held by
 * one participant at a time, each as often as its remainder says. So the time that each has on cids
 * follows the weights exactly. A pool's holder has SCX_CAP_ENQ_IMMED only: it may run tasks there at
 * once, and cannot hand the cid on. A parent without an exclusive cid ends its children.
 *
 * Before (7.1, 7.2) the kernel knows no capabilities and a child does not learn which cids are its
 * own. There the participants take turns by weight at each dispatch, on every cid.
 *
 * The partition has many callers and one runner at a time: who finds it busy leaves a request behind
 * that the runner sees before it goes.
 */
#ifndef QMAP_PARTITION_BPF_H
#define QMAP_PARTITION_BPF_H

#include "queue.bpf.h"
#include "shares.bpf.h"

#define qmap_has_caps()		bpf_ksym_exists(scx_bpf_sub_grant)
#define qmap_has_subs()		bpf_ksym_exists(scx_bpf_sub_dispatch)

typedef struct scx_kernel_cmask __arena *qmap_mask;

/* Masks over all cids, as the kernel takes them; addresses, allocated by qmap_sub_init(). */
enum {
	MASK_SELF,	/* cids where this scheduler's own tasks belong */
	MASK_POOL,
	MASK_EXCL,	/* held, and handed on */
	MASK_SHARED,	/* held, as a turn of the parent's pool */
	MASK_A, MASK_B,	/* the partition's scratch */
	NR_MASKS,
};
u64 __arena qmap_masks[NR_MASKS];

/* Requests for a division so far, and whether somebody is at it. */
static u64 part_asked, part_busy;

enum { NO_CAPS, CAPS_SHARED, CAPS_ALL };

static __always_inline qmap_mask qmap_mask_at(u32 i)
{
	return (qmap_mask)qmap_masks[i];
}

static __always_inline scx_bits qmap_mask_bits(u32 i)
{
	return (scx_bits)&qmap_mask_at(i)->bits;
}

static __always_inline void qmap_mask_clear(u32 i)
{
	scx_bits bits = qmap_mask_bits(i);
	u32 word;

	scx_for (word, 0, scx_machine.nr_words)
		bits[word] = 0;
}

static __always_inline u64 qmap_all_caps(void)
{
	return SCX_CAP_ENQ_IMMED | SCX_CAP_ENQ | SCX_CAP_PREEMPT | SCX_CAP_PERF;
}

/* A time share of a cid. */
static __always_inline u64 qmap_share_caps(void)
{
	return SCX_CAP_ENQ_IMMED | SCX_CAP_PERF;
}

/* Whether this scheduler's tasks may be put on the cid now. Owner and caps have two writers, each
 * of which comes here after its write: the later one sees both, and who was overtaken goes again. */
static __always_inline void qmap_update_usable(u32 cid)
{
	struct qmap_cid __arena *c = qmap_cids(cid);
	u32 owner, caps;

	if (!c)
		return;
	do {
		owner = READ_ONCE(c->owner);
		caps = READ_ONCE(c->caps);
		if (caps && (owner == QMAP_SELF ||
			     (owner == QMAP_POOL && READ_ONCE(qmap_partition.holder) == QMAP_SELF)))
			scx_bit_set(scx_usable_cids, cid);
		else
			scx_bit_clear(scx_usable_cids, cid);
	} while ((READ_ONCE(c->owner) != owner || READ_ONCE(c->caps) != caps) && can_loop);
}

/* Charge the time since the last call to those who had the cids meanwhile. */
static __always_inline void qmap_charge(void)
{
	u64 now = bpf_ktime_get_ns(), delta = now - qmap_partition.at_ns;
	u32 i;

	if (!qmap_partition.at_ns)
		delta = 0;
	qmap_partition.at_ns = now;
	qmap_partition.window_ns += delta;
	scx_for (i, 0, QMAP_PARTS) {
		u64 nr = qmap_parts[i].nr_cids;

		if (i == qmap_partition.holder)
			nr += qmap_partition.nr_pool;
		qmap_parts[i].alloc_ns += nr * delta;
	}
}

/* Give each cid its owner: in cid order first this scheduler's own, then the children's by slot, then
 * the pool. Cids that another gets are kicked, for the new owner to start at once. */
__weak int qmap_assign_cids(void)
{
	scx_bits excl = qmap_mask_bits(MASK_EXCL), shared = qmap_mask_bits(MASK_SHARED);
	scx_bits self = qmap_mask_bits(MASK_SELF), pool = qmap_mask_bits(MASK_POOL);
	u32 left = qmap_parts[QMAP_SELF].nr_cids, part = scx_hide(QMAP_SELF), cid, owner;

	scx_arena_touch();
	scx_for (cid, 0, scx_machine.nr_cids) {
		struct qmap_cid __arena *c = qmap_cids(cid);

		if (!c)
			break;
		if (scx_bit_test(excl, cid)) {
			while (!left && part != QMAP_POOL && can_loop) {
				part = part == QMAP_SELF ? 0 : part + 1;
				if (part == QMAP_CHILDREN)
					part = QMAP_POOL;
				else
					left = qmap_parts[part].nr_cids;
			}
			owner = part;
			left -= part != QMAP_POOL;
		} else {
			owner = scx_bit_test(shared, cid) ? QMAP_SELF : QMAP_NOBODY;
		}
		if (owner == QMAP_SELF)
			scx_bit_set(self, cid);
		else
			scx_bit_clear(self, cid);
		if (owner == QMAP_POOL)
			scx_bit_set(pool, cid);
		else
			scx_bit_clear(pool, cid);
		if (c->owner == owner && owner != QMAP_POOL)
			continue;
		WRITE_ONCE(c->owner, owner);
		qmap_update_usable(cid);
		if (owner != QMAP_NOBODY)
			scx_kick_cid(cid, SCX_KICK_PREEMPT);
	}
	return 0;
}

/* Tell the kernel which cids a child has now. It works out itself what that changes. */
__weak int qmap_grant(u32 child)
{
	scx_bits pool = qmap_mask_bits(MASK_POOL);
	scx_bits mine = qmap_mask_bits(MASK_A), others = qmap_mask_bits(MASK_B);
	u64 cgroup_id;
	u32 cid;

	scx_arena_touch();
	if (child >= QMAP_CHILDREN)
		return 0;
	cgroup_id = qmap_parts[child].cgroup_id;
	if (!cgroup_id || !qmap_has_caps())
		return 0;
	qmap_mask_clear(MASK_A);
	qmap_mask_clear(MASK_B);
	scx_for (cid, 0, scx_machine.nr_cids) {
		struct qmap_cid __arena *c = qmap_cids(cid);

		if (c && c->owner == child)
			scx_bit_set(mine, cid);
		else if (!scx_bit_test(pool, cid))
			scx_bit_set(others, cid);
	}
	scx_bpf_sub_revoke(cgroup_id, qmap_all_caps(), qmap_mask_at(MASK_B));
	scx_bpf_sub_revoke(cgroup_id, SCX_CAP_ENQ | SCX_CAP_PREEMPT, qmap_mask_at(MASK_POOL));
	if (qmap_partition.holder == child)
		scx_bpf_sub_grant(cgroup_id, qmap_share_caps(), qmap_mask_at(MASK_POOL), NULL);
	else
		scx_bpf_sub_revoke(cgroup_id, qmap_share_caps(), qmap_mask_at(MASK_POOL));
	scx_bpf_sub_grant(cgroup_id, qmap_all_caps(), qmap_mask_at(MASK_A), NULL);
	return 0;
}

static __always_inline void qmap_end_child(u32 child)
{
	u64 cgroup_id = qmap_parts[child].cgroup_id;

	if (cgroup_id)
		scx_bpf_sub_kill(cgroup_id, "its parent holds no cid to share with it");
}

__weak int qmap_partition_once(void)
{
	scx_bits excl = qmap_mask_bits(MASK_EXCL), shared = qmap_mask_bits(MASK_SHARED);
	u32 nr_held = scx_hide(0), word, i;

	scx_arena_touch();
	qmap_charge();
	qmap_partition.active = sub_cgroup_id || qmap_partition.nr_children;
	if (!qmap_has_caps())
		return 0;
	scx_bpf_sub_caps(0, SCX_CAP_ENQ, qmap_mask_at(MASK_EXCL));
	scx_bpf_sub_caps(0, SCX_CAP_ENQ_IMMED, qmap_mask_at(MASK_SHARED));
	scx_for (word, 0, scx_machine.nr_words) {
		u64 bits = excl[word];

		/* those that are offline are nobody's */
		bits &= word <= (scx_machine.nr_online - 1) >> 6 ?
			scx_range_word(0, scx_machine.nr_online - 1, word) : 0;
		excl[word] = bits;
		shared[word] &= ~bits;
		nr_held += __builtin_popcountll(bits);
	}
	qmap_compute_shares(nr_held);
	if (!qmap_partition.nr_pool || qmap_partition.holder >= QMAP_PARTS ||
	    !qmap_parts[qmap_partition.holder].remainder)
		qmap_partition.holder = QMAP_SELF;
	qmap_assign_cids();
	scx_for (i, 0, QMAP_CHILDREN) {
		qmap_grant(i);
		if (!nr_held)
			qmap_end_child(i);
	}
	return 0;
}

static __always_inline bool qmap_part_begin(void)
{
	return !__sync_val_compare_and_swap(&part_busy, 0, 1);
}

static __always_inline void qmap_part_end(void)
{
	__sync_lock_test_and_set(&part_busy, 0);
}

/* Divide the cids anew. */
static __always_inline void qmap_repartition(void)
{
	u64 seen;

	__sync_fetch_and_add(&part_asked, 1);
	while (qmap_part_begin() && can_loop) {
		seen = __sync_fetch_and_add(&part_asked, 0);
		qmap_partition_once();
		qmap_part_end();
		if (__sync_fetch_and_add(&part_asked, 0) == seen)
			break;
	}
}

/* The pool goes to the next holder. */
__weak int qmap_rotate(void)
{
	u32 old, next, cid;
	u64 seen;

	scx_arena_touch();
	if (!qmap_has_caps() || !qmap_partition.nr_pool || !qmap_part_begin())
		return 0;
	seen = __sync_fetch_and_add(&part_asked, 0);
	old = qmap_partition.holder;
	next = qmap_next_holder();
	if (next != old) {
		qmap_charge();
		WRITE_ONCE(qmap_partition.holder, next);
		if (old < QMAP_CHILDREN)
			qmap_grant(old);
		if (next < QMAP_CHILDREN)
			qmap_grant(next);
		scx_for (cid, 0, scx_machine.nr_cids) {
			if (!scx_bit_test(qmap_mask_bits(MASK_POOL), cid))
				continue;
			qmap_update_usable(cid);
			scx_kick_cid(cid, SCX_KICK_PREEMPT);
		}
	}
	qmap_part_end();
	if (__sync_fetch_and_add(&part_asked, 0) != seen)
		qmap_repartition();
	return 0;
}

/* The masks, and the start: the root has every cid for itself, a child none before it is told. Where
 * the kernel has no capabilities, a child may use any cid that it is asked on. */
static __always_inline s32 qmap_sub_init(void)
{
	u64 size = sizeof(struct scx_kernel_cmask) + (scx_machine.nr_words + 1) * 8, addr;
	bool all = !sub_cgroup_id || !qmap_has_caps();
	u32 i, cid;

	addr = (u64)bpf_arena_alloc_pages(&scx_arena, NULL,
					  (NR_MASKS * size + SCX_PAGE_SIZE - 1) / SCX_PAGE_SIZE, -1, 0);
	if (!addr) {
		scx_bpf_error("no memory for masks of %u cids", scx_machine.nr_cids);
		return -12;
	}
	scx_for (i, 0, NR_MASKS) {
		qmap_mask mask = (qmap_mask)(addr + i * size);

		mask->base = 0;
		mask->nr_cids = scx_machine.nr_cids;
		mask->alloc_words = scx_machine.nr_words + 1;
		qmap_masks[i] = addr + i * size;
	}
	scx_for (cid, 0, scx_machine.nr_cids) {
		struct qmap_cid __arena *c = qmap_cids(cid);

		if (!c)
			break;
		c->owner = all ? QMAP_SELF : QMAP_NOBODY;
		c->caps = all ? CAPS_ALL : NO_CAPS;
		if (all)
			scx_bit_set(qmap_mask_bits(MASK_SELF), cid);
		else
			scx_bit_clear(scx_usable_cids, cid);
	}
	qmap_parts[QMAP_SELF].cgroup_id = sub_cgroup_id;
	qmap_parts[QMAP_SELF].weight = 100;
	qmap_parts[QMAP_SELF].nr_cids = sub_cgroup_id ? 0 : scx_machine.nr_online;
	qmap_partition.holder = QMAP_SELF;
	qmap_partition.active = sub_cgroup_id != 0;
	qmap_partition.nr_held = qmap_parts[QMAP_SELF].nr_cids;
	return 0;
}

#endif
