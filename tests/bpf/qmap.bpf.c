/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scx_qmap's queues and the arithmetic of its partition, driven from user space (qmap_test.cc). Any
 * kernel with arenas runs this; nothing here needs sched_ext.
 */
#include "../../schedulers/qmap/bpf/state.bpf.h"

/* There is no scheduler to end: count instead. */
u64 __arena nr_errors;
#undef scx_bpf_error
#define scx_bpf_error(fmt, args...) __sync_fetch_and_add(&nr_errors, 1)

#include "../../schedulers/qmap/bpf/queue.bpf.h"
#include "../../schedulers/qmap/bpf/shares.bpf.h"

#include "qmap_intf.h"

char _license[] SEC("license") = "GPL";

struct qmap_task __arena tasks[NR_TEST_TASKS];
/* Who holds a task that is in no queue. */
u64 __arena held[NR_TEST_TASKS];
struct qmap_found __arena found;

#define PROGRAM(name) SEC("syscall") int name(struct qmap_test_args *ctx)

static u64 task_at(u32 i)
{
	return (u64)&tasks[i];
}

static u32 index_of(u64 addr)
{
	return ((u32)addr - (u32)(u64)&tasks) / sizeof(struct qmap_task);
}

PROGRAM(reset)
{
	u32 i;

	for (i = scx_hide(0); i < NR_TEST_TASKS && can_loop; i++)
		tasks[i].queue = -1;
	return 0;
}

PROGRAM(push)
{
	qmap_push(task_at(ctx->task), ctx->queue);
	return 0;
}

PROGRAM(pop)
{
	u32 addr = qmap_pop(ctx->queue);

	ctx->result = addr ? (s64)index_of(addr) : -1;
	return 0;
}

PROGRAM(remove)
{
	ctx->result = qmap_remove(task_at(ctx->task));
	return 0;
}

static bool hold(u32 i, bool now)
{
	return i < NR_TEST_TASKS && __sync_lock_test_and_set(&held[i], now) != now;
}

/* Takes tasks out of queues, from the head and from the middle, and puts each back into another one;
 * `nr` times. Who takes a task holds it; that somebody else does at the same time must not be. */
PROGRAM(churn)
{
	u32 seed = ctx->seed, i, n;
	u64 turns = 0, twice = 0;

	scx_arena_touch();
	for (n = scx_hide(0); n < ctx->nr && can_loop; n++) {
		seed = seed * 1664525 + 1013904223;
		if (seed >> 31) {
			u32 addr = qmap_pop((seed >> 8) % QMAP_QUEUES);

			if (!addr)
				continue;
			i = index_of(addr);
		} else {
			i = (seed >> 8) % NR_TEST_TASKS;
			if (!qmap_remove(task_at(i)))
				continue;
		}
		twice += !hold(i, true);
		turns++;
		twice += !hold(i, false);
		qmap_push(task_at(i), (seed >> 20) % QMAP_QUEUES);
	}
	__sync_fetch_and_add(&found.turns, turns);
	__sync_fetch_and_add(&found.taken_twice, twice);
	return 0;
}

PROGRAM(shares)
{
	qmap_compute_shares(ctx->nr);
	return 0;
}

PROGRAM(next_holder)
{
	scx_arena_touch();
	ctx->result = qmap_next_holder();
	return 0;
}
