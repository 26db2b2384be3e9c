/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A context for each task, in the arena: the policy's own fields and the cids the task may use.
 *
 * A policy puts struct scx_task first in a struct of its own, and says so before it includes this:
 *
 *	#define SCX_TASK_TYPE struct my_task
 *	#include <scx/scheduler.bpf.h>
 *	struct my_task { struct scx_task scx; u64 my_field; };
 *	struct my_task __arena *t = scx_task_ctx(p);	NULL for a task that never was initialised
 *
 * The contexts come from a slab that grows by chunks of arena pages when a task starts (init_task
 * may sleep) and never shrinks; a finished task's context is used again. The free list is lock-free,
 * since the kernels before 6.15 have no lock that could serve, and its head carries a tag against
 * the ABA problem. The arena is the only limit (4 GiB: millions of tasks) unless the policy sets
 * scx_task_limit; reaching either is an error that says how many contexts there are.
 */
#ifndef __SCX_TASK_BPF_H
#define __SCX_TASK_BPF_H

#include <scx/arena.bpf.h>
#include <scx/cid.bpf.h>
#include <scx/cmask.bpf.h>

struct scx_task {
	u32 next;		/* free list: low half of the next context's address */
	u32 nr_allowed;		/* number of cids that the task may use */
} __attribute__((aligned(8)));	/* so is a policy's struct: the words of the set follow it */

#ifndef SCX_TASK_TYPE
#define SCX_TASK_TYPE struct scx_task
#endif

struct scx_task_slot {
	u64 addr;		/* arena address of the context */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct scx_task_slot);
} scx_task_slots __weak SEC(".maps");

struct scx_slab __arena scx_slab __weak;

/* A policy's own limit on the number of contexts; 0: the arena is the only one. */
const volatile u64 scx_task_limit __weak;

enum { SCX_SLAB_CHUNK_PAGES = 8 };

#define scx_task_ctx(p) ((SCX_TASK_TYPE __arena *)scx_task_addr(p))

static __always_inline u64 scx_task_addr(struct task_struct *p)
{
	struct scx_task_slot *slot = bpf_task_storage_get(&scx_task_slots, p, NULL, 0);

	scx_arena_touch();
	return slot ? slot->addr : 0;
}

/* The set of cids that the task may use. Bits of cids that do not exist are 0. */
#define scx_task_allowed(t) \
	((scx_bits)((u64)(t) + sizeof(SCX_TASK_TYPE)))

static __always_inline void scx_slab_push(u64 first, struct scx_task __arena *last)
{
	u64 old = READ_ONCE(scx_slab.head), seen, new;

	while (can_loop) {
		last->next = (u32)old;
		new = ((old >> 32) + 1) << 32 | (u32)first;
		seen = __sync_val_compare_and_swap(&scx_slab.head, old, new);
		if (seen == old)
			return;
		old = seen;
	}
}

static __always_inline u64 scx_slab_pop(void)
{
	u64 old = READ_ONCE(scx_slab.head), seen, new;

	while ((u32)old && can_loop) {
		/* Another may take and use this context meanwhile: then next is garbage, but the
		 * tag has moved on and the swap fails. */
		struct scx_task __arena *t = (struct scx_task __arena *)(u64)(u32)old;

		new = ((old >> 32) + 1) << 32 | READ_ONCE(t->next);
		seen = __sync_val_compare_and_swap(&scx_slab.head, old, new);
		if (seen == old)
			return (u32)old;
		old = seen;
	}
	return 0;
}

/* A chunk of fresh contexts for the free list; 0, or -ENOMEM. May sleep. */
static __always_inline s32 scx_slab_grow(u64 size)
{
	u32 pages = SCX_SLAB_CHUNK_PAGES, nr, i;
	u64 addr;

	if (size > pages * SCX_PAGE_SIZE)
		pages = (size + SCX_PAGE_SIZE - 1) / SCX_PAGE_SIZE;
	addr = (u64)bpf_arena_alloc_pages(&scx_arena, NULL, pages, -1, 0);
	if (!addr)
		return -12;
	nr = pages * SCX_PAGE_SIZE / size;
	for (i = scx_hide(0); i + 1 < nr && can_loop; i++)
		((struct scx_task __arena *)(addr + i * size))->next = (u32)(addr + (i + 1) * size);
	scx_slab_push(addr, (struct scx_task __arena *)(addr + (nr - 1) * size));
	__sync_fetch_and_add(&scx_slab.nr_total, nr);
	return 0;
}

/* Translate the kernel's mask of CPUs into the task's set of cids; the number of cids in it. */
__weak u32 scx_translate_cpumask(struct task_struct *p __arg_trusted, u64 allowed_addr)
{
	scx_bits allowed = (scx_bits)allowed_addr;
	u32 word, nr = 0, nr_cpu_words = (scx_machine.nr_cpu_ids + 63) / 64;
	u64 mask_addr = (u64)p->cpus_ptr;

	scx_arena_touch();
	/* A task that must not migrate for a while has a mask of one CPU and keeps its nr_cpus_allowed. */
	if (p->nr_cpus_allowed >= scx_machine.nr_cids && !p->migration_disabled) {
		for (word = scx_hide(0); word < scx_machine.nr_words && can_loop; word++)
			allowed[word] = scx_range_word(0, scx_machine.nr_cids - 1, word);
		return scx_machine.nr_cids;
	}
	for (word = scx_hide(0); word < scx_machine.nr_words && can_loop; word++)
		allowed[word] = 0;
	for (word = scx_hide(0); word < nr_cpu_words && can_loop; word++) {
		u64 bits = 0;

		/* words beyond nr_cpu_ids may not exist: the kernel allocates masks that short */
		bpf_probe_read_kernel(&bits, sizeof(bits), (void *)(mask_addr + word * 8));
		while (bits && can_loop) {
			s32 cid = scx_cpu_to_cid(word * 64 + __builtin_ctzll(bits));

			bits &= bits - 1;
			if (cid >= 0) {
				scx_bit_set(allowed, cid);
				nr++;
			}
		}
	}
	return nr;
}

/* The task must stay on the CPU that it is on, though the set of cids that it may use does not say so
 * before it has been switched out. The kernel keeps whoever runs a BPF program where it is meanwhile,
 * which does not count; where cid_release gives tasks back two run, so there the one that ran counts
 * whether it must stay or not. It asks a scheduler with SCX_OPS_ENQ_MIGRATION_DISABLED where such a task is to
 * wait; from a DSQ it gives it to its CPU only, and to put it into another's local DSQ is an error. */
static __always_inline bool scx_migration_disabled(const struct task_struct *p)
{
	return p->migration_disabled > (p == bpf_get_current_task_btf());
}

/* Copy the kernel's mask of cids, which it hands over in the arena (cid form). Inline: to the verifier
 * its address is a pointer, which cannot be passed as a global function's number. */
static __always_inline u32 scx_copy_cmask(u64 cmask_addr, u64 allowed_addr)
{
	struct scx_kernel_cmask __arena *cmask = (struct scx_kernel_cmask __arena *)cmask_addr;
	scx_bits allowed = (scx_bits)allowed_addr;
	u32 word, nr = 0, first, last;

	scx_arena_touch();
	first = cmask->base;
	last = first + cmask->nr_cids - 1;
	for (word = scx_hide(0); word < scx_machine.nr_words && can_loop; word++) {
		u64 bits = 0;

		/* bits[] lies on the grid of 64 cids: its first word is the one that holds base */
		if (cmask->nr_cids && word >= first >> 6 && word <= last >> 6)
			bits = cmask->bits[word - (first >> 6)] & scx_range_word(first, last, word);
		allowed[word] = bits;
		for (; bits && can_loop; bits &= bits - 1)
			nr++;
	}
	return nr;
}

static __always_inline s32 scx_task_init(struct task_struct *p, u64 ctx_size)
{
	u64 size = ctx_size + scx_machine.nr_words * 8, addr, used, i;
	struct scx_task __arena *t;
	struct scx_task_slot *slot;

	scx_arena_touch();
	used = __sync_fetch_and_add(&scx_slab.nr_used, 1);
	if (scx_task_limit && used >= scx_task_limit) {
		__sync_fetch_and_add(&scx_slab.nr_used, -1);
		scx_bpf_error("no context for task %d (%s): all of %llu are in use",
			      p->pid, p->comm, scx_task_limit);
		return -12;
	}
	addr = scx_slab_pop();
	if (!addr && !scx_slab_grow(size))
		addr = scx_slab_pop();
	slot = bpf_task_storage_get(&scx_task_slots, p, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!addr || !slot) {
		if (addr)
			scx_slab_push(addr, (struct scx_task __arena *)addr);
		__sync_fetch_and_add(&scx_slab.nr_used, -1);
		scx_bpf_error("no memory for the context of task %d (%s): %llu contexts of %llu bytes in use",
			      p->pid, p->comm, used, size);
		return -12;
	}
	t = (struct scx_task __arena *)addr;
	for (i = scx_hide(0); i < ctx_size / 8 && can_loop; i++)
		((u64 __arena *)t)[i] = 0;
	t->nr_allowed = scx_translate_cpumask(p, addr + ctx_size);
	slot->addr = addr;
	return 0;
}

static __always_inline void scx_task_exit(struct task_struct *p)
{
	struct scx_task_slot *slot = bpf_task_storage_get(&scx_task_slots, p, NULL, 0);
	u64 addr;

	scx_arena_touch();
	if (!slot || !slot->addr)
		return;
	addr = slot->addr;
	slot->addr = 0;		/* the slot itself goes with the task */
	scx_slab_push(addr, (struct scx_task __arena *)addr);
	__sync_fetch_and_add(&scx_slab.nr_used, -1);
}

/* The kernel's new affinity of a task, in either form. */
static __always_inline void scx_task_set_allowed(struct task_struct *p, u64 kernel_mask,
						 u64 ctx_size)
{
	u64 addr = scx_task_addr(p);
	struct scx_task __arena *t = (struct scx_task __arena *)addr;

	if (!addr)
		return;
	if (scx_machine.cid_form)
		t->nr_allowed = scx_copy_cmask(kernel_mask, addr + ctx_size);
	else
		t->nr_allowed = scx_translate_cpumask(p, addr + ctx_size);
}

#endif
