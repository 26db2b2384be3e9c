/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets of cids: bitmaps in the arena, bit n for cid n, scx_machine.nr_words words long.
 *
 * A unit of the machine is a range of cids, so "an idle cid of this LLC that the task may use" is
 * a walk over the words of one range, each an AND of two words. Changes are atomic: a bit is set
 * and cleared with an atomic OR and AND whose old value is not used (the x86 JIT has no fetching
 * form for arenas), and taken with a bounded compare-and-swap.
 */
#ifndef __SCX_CMASK_BPF_H
#define __SCX_CMASK_BPF_H

#include <scx/arena.bpf.h>
#include <scx/topology.bpf.h>

typedef u64 __arena *scx_bits;

static __always_inline bool scx_bit_test(scx_bits bits, u32 cid)
{
	return READ_ONCE(bits[cid >> 6]) >> (cid & 63) & 1;
}

/* Relaxed order is what makes clang 20 and newer emit the form without the old value; on x86 it is a
 * full barrier all the same. */
static __always_inline void scx_bit_set(scx_bits bits, u32 cid)
{
	__atomic_fetch_or(&bits[cid >> 6], 1ull << (cid & 63), __ATOMIC_RELAXED);
}

static __always_inline void scx_bit_clear(scx_bits bits, u32 cid)
{
	__atomic_fetch_and(&bits[cid >> 6], ~(1ull << (cid & 63)), __ATOMIC_RELAXED);
}

/* Clear a bit; true where this call is the one that cleared it. */
static __always_inline bool scx_bit_take(scx_bits bits, u32 cid)
{
	u64 __arena *word = &bits[cid >> 6];
	u64 bit = 1ull << (cid & 63), old = READ_ONCE(*word), seen;

	while ((old & bit) && can_loop) {
		seen = __sync_val_compare_and_swap(word, old, old & ~bit);
		if (seen == old)
			return true;
		old = seen;
	}
	return false;
}

/* The bits of [first, last] that fall into word `word`; requires that some do. */
static __always_inline u64 scx_range_word(u32 first, u32 last, u32 word)
{
	u64 mask = ~0ull;

	if (word == first >> 6)
		mask &= ~0ull << (first & 63);
	if (word == last >> 6)
		mask &= ~0ull >> (63 - (last & 63));
	return mask;
}

/*
 * The threads of a core: at most 64, so they lie in one word or in two. For each word of it:
 * scx_core_words() names the first word and the bits in it and in the next.
 */
struct scx_core_words {
	u32 word;
	u64 bits, next_bits;
};

static __always_inline struct scx_core_words scx_core_words(u32 first, u32 nr)
{
	u64 all = nr >= 64 ? ~0ull : (1ull << nr) - 1;
	u32 shift = first & 63;

	return (struct scx_core_words){
		.word = first >> 6,
		.bits = all << shift,
		.next_bits = shift ? all >> (64 - shift) : 0,
	};
}

static __always_inline bool scx_core_full(scx_bits bits, u32 first, u32 nr)
{
	struct scx_core_words w = scx_core_words(first, nr);

	return (READ_ONCE(bits[w.word]) & w.bits) == w.bits &&
	       (!w.next_bits || (READ_ONCE(bits[w.word + 1]) & w.next_bits) == w.next_bits);
}

static __always_inline void scx_core_set(scx_bits bits, u32 first, u32 nr)
{
	struct scx_core_words w = scx_core_words(first, nr);

	__atomic_fetch_or(&bits[w.word], w.bits, __ATOMIC_RELAXED);
	if (w.next_bits)
		__atomic_fetch_or(&bits[w.word + 1], w.next_bits, __ATOMIC_RELAXED);
}

static __always_inline void scx_core_clear(scx_bits bits, u32 first, u32 nr)
{
	struct scx_core_words w = scx_core_words(first, nr);

	__atomic_fetch_and(&bits[w.word], ~w.bits, __ATOMIC_RELAXED);
	if (w.next_bits)
		__atomic_fetch_and(&bits[w.word + 1], ~w.next_bits, __ATOMIC_RELAXED);
}

/*
 * The first cid of [first, first + nr) that is in both sets, -1 where none is. The sets are given
 * by their arena addresses: a global function, which the verifier walks once, takes no pointers.
 */
__weak s32 scx_range_find_and(u64 a_addr, u64 b_addr, u32 first, u32 nr)
{
	scx_bits a = (scx_bits)a_addr, b = (scx_bits)b_addr;
	u32 last = first + nr - 1, word;

	scx_arena_touch();
	if (!nr || last >= scx_machine.nr_cids)
		return -1;
	for (word = scx_hide(first >> 6); word <= last >> 6 && can_loop; word++) {
		u64 both = READ_ONCE(a[word]) & READ_ONCE(b[word]) &
			   scx_range_word(first, last, word);

		if (both)
			return word * 64 + __builtin_ctzll(both);
	}
	return -1;
}

#endif
