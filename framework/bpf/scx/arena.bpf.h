/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scheduler's arena: memory that BPF and user space share, which holds all mutable state.
 *
 * There is exactly one a scheduler, as the cid form demands. Three kinds of things live in it:
 * globals declared with __arena (counters, user space reads them as skel->arena->NAME), arrays with
 * an element a cid or a domain (below; the framework lays them out before the scheduler attaches),
 * and what the scheduler allocates as it runs (task contexts, scx/task.bpf.h).
 *
 * Arena memory is safe by construction: a wrong address reads 0 and a wrong store is dropped.
 */
#ifndef __SCX_ARENA_BPF_H
#define __SCX_ARENA_BPF_H

#include <scx/common.bpf.h>
#include <scx/tables.h>

enum { SCX_PAGE_SIZE = 4096 };

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1 << 20);		/* pages: 4 GiB, the most there can be */
#ifdef __TARGET_ARCH_arm64
	__ulong(map_extra, 0x1ull << 32);	/* where user space sees it */
#else
	__ulong(map_extra, 0x1ull << 45);	/* clear of AddressSanitizer's shadow */
#endif
} scx_arena __weak SEC(".maps");

/* A program that only gets arena addresses from elsewhere must still name the map, or the verifier
 * says "addr_space_cast insn can only be used in a program that has an associated arena". */
#define scx_arena_touch() asm volatile("" ::"r"(&scx_arena))

/*
 * An array in the arena with one element for each cid, or each domain:
 *
 *	SCX_PER_CID(struct my_cpu, my_cpu);
 *	struct my_cpu __arena *c = my_cpu(cid);		NULL where there is no such cid
 *
 * The elements are zero when the scheduler attaches. User space reads them through
 * Object::per_cid().
 */
#define SCX_PER_CID(type, name)		__SCX_PER(cid, nr_cids, type, name)
#define SCX_PER_DOMAIN(type, name)	__SCX_PER(domain, nr_domains, type, name)

/* A set of cids, empty when the scheduler attaches: name() is its scx_bits (scx/cmask.bpf.h). */
#define SCX_CID_SET(name)							\
const volatile struct scx_arena_array scx_per_word_##name __weak = {		\
	.elem_size = sizeof(u64),						\
};										\
static __always_inline u64 __arena *name(void)					\
{										\
	return (u64 __arena *)scx_per_word_##name.addr;				\
}

#define __SCX_PER(unit, count, type, name)					\
const volatile struct scx_arena_array scx_per_##unit##_##name __weak = {	\
	.elem_size = sizeof(type),						\
};										\
static __always_inline type __arena *name(u32 id)				\
{										\
	if (id >= scx_machine.count)						\
		return NULL;							\
	return (type __arena *)scx_per_##unit##_##name.addr + id;		\
}

#endif
