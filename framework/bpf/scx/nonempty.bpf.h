/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of many things are not empty, without a look at each: the words of a bitmap, queues.
 *
 * Above the things, numbered from 0 on, stand two levels of counts: how many of eight are not empty, and
 * how many of eight such eights. On a large machine under load nearly all idle words are empty, and a
 * search for an idle cid is over after a look at one count for each 4,096 cids. A count changes only
 * when something below it stops being empty or becomes empty, so CPUs do not all write to one place.
 *
 * A count of 0 hides nothing that was there before the look, not even for a moment: what is to stop being
 * empty is counted before it does (scx_nonempty_begins), and counted off after it has become empty
 * (scx_nonempty_ends).
 *
 * The counts lie in an array with an element for each thing, SCX_CID_SET() for words, given by its address.
 * It is used sparsely, so that the counts of two eights do not share a cache line.
 */
#ifndef __SCX_NONEMPTY_BPF_H
#define __SCX_NONEMPTY_BPF_H

#include <scx/arena.bpf.h>

enum { SCX_EIGHT = 8, SCX_EIGHTS = 64 };

struct scx_nonempty {
	u32 of_eight;		/* things; counted at the first of eight */
	u32 of_eights;		/* eights; counted at the first thing of eight eights */
};
SCX_STATIC_ASSERT(sizeof(struct scx_nonempty) == sizeof(u64), "as wide as a word of a set");

#define __scx_of_eight(counts, at) \
	(&((struct scx_nonempty __arena *)(counts))[(at) & -SCX_EIGHT].of_eight)
#define __scx_of_eights(counts, at) \
	(&((struct scx_nonempty __arena *)(counts))[(at) & -SCX_EIGHTS].of_eights)

/* Thing `at` is about to stop being empty. */
__weak int scx_nonempty_begins(u64 counts, u32 at)
{
	u32 __arena *eight = __scx_of_eight(counts, at), *eights = __scx_of_eights(counts, at);
	u32 old, seen;

	scx_arena_touch();
	old = READ_ONCE(*eight);
	while (can_loop) {
		if (!old)
			__sync_fetch_and_add(eights, 1);
		seen = __sync_val_compare_and_swap(eight, old, old + 1);
		if (seen == old)
			break;
		if (!old)
			__sync_fetch_and_add(eights, -1);
		old = seen;
	}
	return 0;
}

/* It has become empty, or did not stop being so after all. */
__weak int scx_nonempty_ends(u64 counts, u32 at)
{
	u32 __arena *eight = __scx_of_eight(counts, at), *eights = __scx_of_eights(counts, at);

	scx_arena_touch();
	if (__sync_fetch_and_add(eight, -1) == 1)
		__sync_fetch_and_add(eights, -1);
	return 0;
}

/* So many from `at` on are empty for sure; 0: look at it. */
static __always_inline u32 scx_nonempty_gap(u64 counts, u32 at)
{
	if (!READ_ONCE(*__scx_of_eights(counts, at)))
		return SCX_EIGHTS - at % SCX_EIGHTS;
	if (!READ_ONCE(*__scx_of_eight(counts, at)))
		return SCX_EIGHT - at % SCX_EIGHT;
	return 0;
}

/* Whether all `nr` are empty, for sure. */
static __always_inline bool scx_nonempty_nowhere(u64 counts, u32 nr)
{
	u32 at;

	for (at = scx_hide(0); at < nr && can_loop; at = scx_hide(at + SCX_EIGHTS)) {
		if (READ_ONCE(*__scx_of_eights(counts, at)))
			return false;
	}
	return true;
}

#endif
