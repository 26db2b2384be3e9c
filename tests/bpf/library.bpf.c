/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF library under test: each program is one call of it, driven from user space, which knows
 * what should come out. Any kernel with arenas runs this; nothing here needs sched_ext.
 */
#include <scx/arena.bpf.h>
#include <scx/cmask.bpf.h>
#include <scx/idle.bpf.h>
#include <scx/nonempty.bpf.h>
#include <scx/task.bpf.h>

#include "library_intf.h"

struct task {
	struct scx_task scx;
	u64 owner;
};

char _license[] SEC("license") = "GPL";

SCX_PER_CID(u64, set_a);
SCX_PER_CID(u64, set_b);
SCX_PER_CID(u64, owner);
SCX_PER_CID(u64, things);
SCX_PER_DOMAIN(u64, per_domain);
SCX_PER_DOMAIN(u64, visited);

struct library_found __arena found;

#define PROGRAM(name) SEC("syscall") int name(struct library_args *ctx)

/* One cid, `first`, of the set at `a`. */
PROGRAM(bit_test)
{
	scx_arena_touch();
	ctx->result = scx_bit_test((scx_bits)ctx->a, ctx->first);
	return 0;
}

PROGRAM(bit_set)
{
	scx_arena_touch();
	scx_bit_set((scx_bits)ctx->a, ctx->first);
	return 0;
}

PROGRAM(bit_clear)
{
	scx_arena_touch();
	scx_bit_clear((scx_bits)ctx->a, ctx->first);
	return 0;
}

PROGRAM(bit_take)
{
	scx_arena_touch();
	ctx->result = scx_bit_take((scx_bits)ctx->a, ctx->first);
	return 0;
}

/* `nr` cids from `first` on, of the set at `a`. */
PROGRAM(core_full)
{
	scx_arena_touch();
	ctx->result = scx_core_full((scx_bits)ctx->a, ctx->first, ctx->nr);
	return 0;
}

PROGRAM(core_set)
{
	scx_arena_touch();
	scx_core_set((scx_bits)ctx->a, ctx->first, ctx->nr);
	return 0;
}

PROGRAM(core_clear)
{
	scx_arena_touch();
	scx_core_clear((scx_bits)ctx->a, ctx->first, ctx->nr);
	return 0;
}

PROGRAM(range_find_and)
{
	ctx->result = scx_range_find_and(ctx->a, ctx->b, ctx->first, ctx->nr);
	return 0;
}

/* Tables: entry `first`. */
PROGRAM(cpu_to_cid)
{
	ctx->result = scx_cpu_to_cid(ctx->first);
	return 0;
}

PROGRAM(cid_to_cpu)
{
	ctx->result = scx_cid_to_cpu(ctx->first);
	return 0;
}

PROGRAM(cid_domain)
{
	ctx->result = scx_cid_domain(ctx->first);
	return 0;
}

/* The walk of domain `nr` over entry `first` of the neighbours; -1 where there is no such entry. */
PROGRAM(walk_start)
{
	const struct scx_neighbor *near = scx_neighbor(ctx->first);

	ctx->result = near ? (s64)scx_walk_start(near, ctx->nr) : -1;
	return 0;
}

/* Arrays by domain: adds 1 to element `first`; -1 where there is none. */
PROGRAM(count_domain)
{
	u64 __arena *count = per_domain(ctx->first);

	scx_arena_touch();
	ctx->result = -1;
	if (count)
		ctx->result = ++*count;
	return 0;
}

/* The domains near domain `first`, as they are visited, into the array; their number. Where `flag`,
 * but those that the counts at `a` say are empty. */
PROGRAM(walk_near)
{
	u32 n = scx_hide(0);
	u64 __arena *next;

	scx_arena_touch();
	scx_for_each_near_but(at, ctx->first, ctx->flag ? scx_nonempty_gap(ctx->a, at) : 0, {
		next = visited(n);
		if (!next)
			return 1;
		*next = at;
		n++;
	});
	ctx->result = n;
	return 0;
}

/* Things that are empty or not: thing `first`, counted at `a`. */
PROGRAM(nonempty_begins)
{
	ctx->result = scx_nonempty_begins(ctx->a, ctx->first);
	return 0;
}

PROGRAM(nonempty_ends)
{
	ctx->result = scx_nonempty_ends(ctx->a, ctx->first);
	return 0;
}

PROGRAM(nonempty_gap)
{
	scx_arena_touch();
	ctx->result = scx_nonempty_gap(ctx->a, ctx->first);
	return 0;
}

PROGRAM(nonempty_nowhere)
{
	scx_arena_touch();
	ctx->result = scx_nonempty_nowhere(ctx->a, ctx->nr);
	return 0;
}

/* Thing `first` stops being empty and becomes empty, `nr` times. Whoever looks meanwhile must see it. */
PROGRAM(nonempty_churn)
{
	u64 hidden = 0;
	u32 i;

	scx_arena_touch();
	for (i = scx_hide(0); i < ctx->nr && can_loop; i++) {
		scx_nonempty_begins(ctx->a, ctx->first);
		if (scx_nonempty_gap(ctx->a, ctx->first))
			hidden++;
		scx_nonempty_ends(ctx->a, ctx->first);
	}
	__sync_fetch_and_add(&found.turns, ctx->nr);
	__sync_fetch_and_add(&found.hidden, hidden);
	return 0;
}

/* Idle cids. `a` is the set of allowed ones. */
PROGRAM(idle_update)
{
	scx_idle_update(ctx->first, ctx->flag);
	return 0;
}

PROGRAM(claim)
{
	scx_arena_touch();
	ctx->result = scx_claim(ctx->first);
	return 0;
}

PROGRAM(claim_range)
{
	ctx->result = scx_claim_range(ctx->a, scx_machine.usable_addr, ctx->first, ctx->nr,
				      ctx->hint | (ctx->flag ? SCX_WHOLE_CORES : 0));
	return 0;
}

PROGRAM(claim_near)
{
	ctx->result = scx_claim_near(ctx->a, ctx->first);
	return 0;
}

/* Claims and gives back, `nr` times, near cid `first`. Who claims a cid is the only one that has it. */
PROGRAM(claim_churn)
{
	u64 turns = 0, nothing = 0, twice = 0;
	u64 __arena *mine;
	u32 i;
	s32 cid;

	scx_arena_touch();
	for (i = scx_hide(0); i < ctx->nr && can_loop; i++) {
		cid = scx_claim_near(ctx->a, ctx->first);
		if (cid < 0) {
			nothing++;
			continue;
		}
		mine = owner(cid);
		if (!mine)
			return 1;
		if (__sync_lock_test_and_set(mine, 1))
			twice++;
		if (!__sync_lock_test_and_set(mine, 0))
			twice++;
		scx_idle_update(cid, true);
		turns++;
	}
	__sync_fetch_and_add(&found.turns, turns);
	__sync_fetch_and_add(&found.nothing, nothing);
	__sync_fetch_and_add(&found.taken_twice, twice);
	return 0;
}

/* The slab. Contexts have the size that scx_task_init() would give them. */
static u64 context_size(void)
{
	return sizeof(struct task) + scx_machine.nr_words * 8;
}

PROGRAM(slab_grow)
{
	scx_arena_touch();
	ctx->result = scx_slab_grow(context_size());
	return 0;
}

PROGRAM(slab_pop)
{
	scx_arena_touch();
	ctx->result = scx_slab_pop();
	return 0;
}

PROGRAM(slab_push)
{
	scx_arena_touch();
	scx_slab_push(ctx->a, (struct scx_task __arena *)ctx->a);
	return 0;
}

/* Marks a context as held, or as free again; true where somebody else holds it as well. */
static bool held_by_another(u64 addr, bool hold)
{
	struct task __arena *t = (struct task __arena *)addr;

	return __sync_lock_test_and_set(&t->owner, hold) == hold;
}

/*
 * Takes contexts and gives them back, `nr` times; `flag`: lets the slab grow. Of two that it takes
 * one goes back at once and the other later: to somebody who is about to take the first one the list
 * looks as before, and what he holds for the next is no longer in it (ABA).
 */
PROGRAM(slab_churn)
{
	u64 turns = 0, nothing = 0, twice = 0, first, second;
	u32 i, j;

	scx_arena_touch();
	for (i = scx_hide(0); i < ctx->nr && can_loop; i++) {
		first = scx_slab_pop();
		if (!first && ctx->flag && !scx_slab_grow(context_size()))
			first = scx_slab_pop();
		if (!first) {
			nothing++;
			continue;
		}
		twice += held_by_another(first, true);
		second = scx_slab_pop();
		if (second)
			twice += held_by_another(second, true);
		twice += held_by_another(first, false);
		scx_slab_push(first, (struct scx_task __arena *)first);
		for (j = scx_hide(0); j < 100 && can_loop; j++)
			asm volatile("" ::: "memory");
		if (second) {
			twice += held_by_another(second, false);
			scx_slab_push(second, (struct scx_task __arena *)second);
		}
		turns++;
	}
	__sync_fetch_and_add(&found.turns, turns);
	__sync_fetch_and_add(&found.nothing, nothing);
	__sync_fetch_and_add(&found.taken_twice, twice);
	return 0;
}

/* A task's cids into the set at `a`. */

/*
 * Those of the task that calls, after it has read a byte of user space at `b` (0: none), for which it
 * may have to sleep. `b` becomes the kernel's mask of the task, its first word, and `flag` whether
 * that was the same before and after.
 */
PROGRAM(translate_cpumask)
{
	struct task_struct *p = bpf_get_current_task_btf();
	u64 before = 0, after = 0;
	char byte;

	if (ctx->b && bpf_copy_from_user(&byte, 1, (void *)ctx->b))
		return 1;
	bpf_probe_read_kernel(&before, sizeof(before), p->cpus_ptr);
	ctx->result = scx_translate_cpumask(p, ctx->a);
	bpf_probe_read_kernel(&after, sizeof(after), p->cpus_ptr);
	ctx->b = before;
	ctx->flag = after == before;
	return 0;
}

/* From the kernel's cmask at `b`. */
PROGRAM(copy_cmask)
{
	ctx->result = scx_copy_cmask(ctx->b, ctx->a);
	return 0;
}
