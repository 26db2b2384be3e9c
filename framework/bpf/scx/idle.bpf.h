/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which cids are idle, and taking one of them.
 *
 * The kernel's own idle masks are cpumasks that only the CPU form may read. This tracking is one
 * bitmap over cids in the arena, kept by the update_idle callback, and one of the cids whose whole
 * core is idle where the machine has SMT. SCX_SCHEDULER hooks it in.
 *
 * To take an idle cid is to clear its bit; who clears it owns the cid's next turn and must give it
 * a task (insert into its local DSQ, or return it from select_cid) or kick it. Two gaps are known:
 *
 * - The kernel calls update_idle on the way from a task to idle and back, but not when an idle CPU
 *   that was kicked finds nothing and stays idle. Its bit would stay cleared for good; so the
 *   dispatch wrapper sets it again whenever the idle task is what runs.
 * - A task may be queued after a CPU has looked at the queue and before its bit is set. Whoever
 *   queues must look for idle cids after queueing (scx_kick_idle_near), and update_idle must look at
 *   the queue after the bit is set (the policy does, it knows its queues).
 */
#ifndef __SCX_IDLE_BPF_H
#define __SCX_IDLE_BPF_H

#include <scx/cid.bpf.h>
#include <scx/cmask.bpf.h>
#include <scx/nonempty.bpf.h>
#include <scx/task.bpf.h>

#define scx_idle_cids		((scx_bits)scx_machine.idle_addr)
#define scx_idle_cores		((scx_bits)scx_machine.idle_cores_addr)
/* The cids that claims may take: all that were online at start. A policy that gives cids away, or
 * rests some, clears their bits and sets them again; what is idle is tracked for all cids. */
#define scx_usable_cids		((scx_bits)scx_machine.usable_addr)

/* Which words of the bitmap are not empty (scx/nonempty.bpf.h). Up to 512 cids the words themselves are
 * as quickly looked at. */
SCX_CID_SET(scx_idle_counts);

static __always_inline bool scx_idle_is_counted(void)
{
	return scx_machine.nr_words > SCX_EIGHT;
}

/* This word is empty: so many from it on, itself included, have for sure no idle cid. */
static __always_inline u32 scx_idle_gap(u32 word)
{
	return scx_idle_is_counted() ? scx_nonempty_gap((u64)scx_idle_counts(), word) ?: 1 : 1;
}

/* Set the bit of a cid that goes idle. */
static __always_inline void scx_idle_set(u32 cid)
{
	u64 __arena *word = &scx_idle_cids[cid >> 6];
	u64 bit = 1ull << (cid & 63), old = READ_ONCE(*word), seen;

	while (!(old & bit) && can_loop) {
		bool first = scx_idle_is_counted() && !old;

		if (first)
			scx_nonempty_begins((u64)scx_idle_counts(), cid >> 6);
		seen = __sync_val_compare_and_swap(word, old, old | bit);
		if (seen == old)
			return;
		if (first)
			scx_nonempty_ends((u64)scx_idle_counts(), cid >> 6);
		old = seen;
	}
}

/* The word of the bitmap had these bits, and `bit` of them was cleared. */
static __always_inline void scx_idle_cleared(u32 word, u64 old, u64 bit)
{
	if (scx_idle_is_counted() && old == bit)
		scx_nonempty_ends((u64)scx_idle_counts(), word);
}

/* Clear the bit of a cid; true where this call is the one that cleared it. */
static __always_inline bool scx_idle_clear(u32 cid)
{
	u64 __arena *word = &scx_idle_cids[cid >> 6];
	u64 bit = 1ull << (cid & 63), old = READ_ONCE(*word), seen;

	while ((old & bit) && can_loop) {
		seen = __sync_val_compare_and_swap(word, old, old & ~bit);
		if (seen == old) {
			scx_idle_cleared(cid >> 6, old, bit);
			return true;
		}
		old = seen;
	}
	return false;
}

/* The cid went idle, or got work. Also sets the bits of the whole core where all of it is idle. */
__weak int scx_idle_update(s32 cid, bool idle)
{
	const struct scx_cid_info *info = scx_cid_info(cid);

	scx_arena_touch();
	if (!info)
		return 0;
	if (idle) {
		scx_idle_set(cid);
		if (scx_machine.smt && info->core_nr > 0 &&
		    scx_core_full(scx_idle_cids, info->core_first, info->core_nr))
			scx_core_set(scx_idle_cores, info->core_first, info->core_nr);
	} else {
		scx_idle_clear(cid);
		if (scx_machine.smt && info->core_nr > 0)
			scx_core_clear(scx_idle_cores, info->core_first, info->core_nr);
	}
	return 0;
}

/* Dispatch runs on this cid; prev is NULL where no task of ours ran last. */
static __always_inline void scx_idle_dispatch(s32 cid, struct task_struct *prev)
{
	struct task_struct *curr;

	if (prev || (u32)cid >= scx_machine.nr_cids)
		return;
	curr = bpf_get_current_task_btf();
	if (curr->pid == 0 && !scx_bit_test(scx_idle_cids, cid))
		scx_idle_update(cid, true);
}

/* The cid was taken: its core is no longer all idle. */
static __always_inline void scx_core_taken(u32 cid)
{
	const struct scx_cid_info *info = scx_cid_info(cid);

	if (info && info->core_nr > 0)
		scx_core_clear(scx_idle_cores, info->core_first, info->core_nr);
}

/* Take one idle cid; true where this call got it. */
static __always_inline bool scx_claim(u32 cid)
{
	if (!scx_idle_clear(cid))
		return false;
	if (scx_machine.smt)
		scx_core_taken(cid);
	return true;
}

/* Added to a hint: only cids whose whole core is idle will do. */
enum { SCX_WHOLE_CORES = 1 << 30 };

/* Take the first idle cid of first … last that is in both sets; -1 and -2 as scx_claim_range(). */
__weak s32 scx_claim_span(u64 allowed_addr, u64 within_addr, u32 first, u32 last, bool whole_cores)
{
	scx_bits allowed = (scx_bits)allowed_addr, within = (scx_bits)within_addr;
	scx_bits idle = scx_idle_cids, cores = whole_cores ? scx_idle_cores : within;
	u64 seen = scx_hide(0);	/* threads, where whole cores are wanted */
	u32 word = scx_hide(first >> 6);

	scx_arena_touch();
	while (word <= last >> 6 && can_loop) {
		u64 old = READ_ONCE(idle[word]), threads, bits = 0;

		/* hidden anew each time: 6.12 follows what it knows of the number turn by turn */
		if (!old) {
			word = scx_hide(word + scx_idle_gap(word));
			continue;
		}
		threads = old & allowed[word] & READ_ONCE(within[word]);
		if (threads) {
			threads &= scx_range_word(first, last, word);
			bits = threads & READ_ONCE(cores[word]);
		}
		if (bits) {
			u64 bit = bits & -bits;
			u32 cid = word * 64 + __builtin_ctzll(bits);

			/* another may have changed the word: then look at it again */
			if (__sync_val_compare_and_swap(&idle[word], old, old & ~bit) != old)
				continue;
			scx_idle_cleared(word, old, bit);
			if (scx_machine.smt)
				scx_core_taken(cid);
			return cid;
		}
		seen |= threads;
		word = scx_hide(word + 1);
	}
	return seen ? -1 : -2;
}

/*
 * Take an idle cid of [first, first + nr) that is in both sets, given by their addresses; -1 where
 * there is none, -2 where without SCX_WHOLE_CORES there is none either. The walk goes round once, from
 * word `hint >> 6` on where that lies in the range, so that those who start from different places do not
 * fight for the same bit.
 */
__weak s32 scx_claim_range(u64 allowed_addr, u64 within_addr, u32 first, u32 nr, u32 hint)
{
	bool whole_cores = hint & SCX_WHOLE_CORES;
	u32 last = first + nr - 1, from;
	s32 found, before = -2;

	if (!nr || last >= scx_machine.nr_cids)
		return -1;
	hint &= ~SCX_WHOLE_CORES;
	from = hint & ~63;
	if (from <= first || hint > last)
		return scx_claim_span(allowed_addr, within_addr, first, last, whole_cores);
	found = scx_claim_span(allowed_addr, within_addr, from, last, whole_cores);
	if (found < 0)
		before = scx_claim_span(allowed_addr, within_addr, first, from - 1, whole_cores);
	return found > before ? found : before;
}

/* Take an idle cid of a range, a whole idle core if there is one. */
static __always_inline s32 scx_claim_core_or_thread(u64 allowed, u64 within, u32 first, u32 nr,
						    u32 hint)
{
	s32 cid = -1;

	if (scx_machine.smt)
		cid = scx_claim_range(allowed, within, first, nr, hint | SCX_WHOLE_CORES);
	if (cid == -1)
		cid = scx_claim_range(allowed, within, first, nr, hint);
	return cid < 0 ? -1 : cid;
}

/*
 * Take an idle cid that is in both sets, as close to `cid` as there is one: itself if its whole core is
 * idle; in its domain a whole core, then a thread; the same in its LLC, its node, the machine. -1: none.
 */
__weak s32 scx_claim_near_in(u64 allowed_addr, u64 within_addr, s32 cid)
{
	scx_bits allowed = (scx_bits)allowed_addr, within = (scx_bits)within_addr;
	const struct scx_cid_info *info = scx_cid_info(cid);
	const struct scx_domain_info *domain;
	const struct scx_range *unit;
	s32 found;

	scx_arena_touch();
	/* most often nothing is idle, and that is soon said */
	if (scx_machine.nr_words == 1 &&
	    !(READ_ONCE(scx_idle_cids[0]) & READ_ONCE(within[0]) & allowed[0]))
		return -1;
	if (scx_idle_is_counted() && scx_nonempty_nowhere((u64)scx_idle_counts(), scx_machine.nr_words))
		return -1;
	if (!info || info->domain < 0)
		return scx_claim_core_or_thread(allowed_addr, within_addr, 0, scx_machine.nr_online, 0);
	if (scx_bit_test(allowed, cid) && scx_bit_test(within, cid) &&
	    (!scx_machine.smt || scx_bit_test(scx_idle_cores, cid)) && scx_claim(cid))
		return cid;
	domain = scx_domain_info(info->domain);
	if (domain) {
		found = scx_claim_core_or_thread(allowed_addr, within_addr, domain->first, domain->nr, cid);
		if (found >= 0)
			return found;
	}
	unit = scx_llc_cids(info->llc);
	if (scx_machine.nr_tiers > 1 && unit) {
		found = scx_claim_core_or_thread(allowed_addr, within_addr, unit->first, unit->nr, cid);
		if (found >= 0)
			return found;
	}
	unit = scx_node_cids(info->node);
	if (scx_machine.nr_llcs > scx_machine.nr_nodes && unit) {
		found = scx_claim_core_or_thread(allowed_addr, within_addr, unit->first, unit->nr, cid);
		if (found >= 0)
			return found;
	}
	if (scx_machine.nr_nodes > 1)
		return scx_claim_core_or_thread(allowed_addr, within_addr, 0, scx_machine.nr_online, cid);
	return -1;
}

/* The same among the usable ones. */
static __always_inline s32 scx_claim_near(u64 allowed_addr, s32 cid)
{
	return scx_claim_near_in(allowed_addr, scx_machine.usable_addr, cid);
}

/* For the policy: an idle cid that the task may use, near `cid`; -1 where none is. The caller owns
 * it (see above). */
#define scx_claim_idle_near(p, cid)						\
({										\
	SCX_TASK_TYPE __arena *scx_t_ = scx_task_ctx(p);			\
	scx_t_ ? scx_claim_near((u64)scx_task_allowed(scx_t_), cid) : -1;	\
})

/* After queueing a task where several cids look: wake an idle one near `cid`, if there is one. */
#define scx_kick_idle_near(p, cid)						\
({										\
	s32 scx_idle_ = scx_claim_idle_near(p, cid);				\
	if (scx_idle_ >= 0)							\
		scx_kick_cid(scx_idle_, SCX_KICK_IDLE);				\
})

#endif
