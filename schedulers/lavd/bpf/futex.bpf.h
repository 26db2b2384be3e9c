/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Holders of a contended lock. Who had to wait for a futex and got it holds what others wait for,
 * until it wakes the next one: it counts for more when it wakes up, is not preempted, and may run
 * one slice longer, once. Sleeping ends it: then it holds up nobody by running too short.
 *
 * The kernel's own functions tell (fexit), or where it cannot be traced that way the system call's
 * tracepoints. Neither is loaded with --no-futex-boost.
 */
#ifndef __LAVD_FUTEX_BPF_H
#define __LAVD_FUTEX_BPF_H

#include "state.bpf.h"

static __always_inline void lavd_futex_taken(bool taken)
{
	lavd_task_t *t = scx_task_ctx(bpf_get_current_task_btf());

	if (t)
		t->futex = taken ? LAVD_HOLDS_FUTEX : LAVD_NO_FUTEX;
}

struct hrtimer_sleeper;

SEC("?fexit/__futex_wait")
int BPF_PROG(lavd_futex_wait, u32 *uaddr, unsigned int flags, u32 val, struct hrtimer_sleeper *to,
	     u32 bitset, int ret)
{
	if (!ret)
		lavd_futex_taken(true);
	return 0;
}

SEC("?fexit/futex_lock_pi")
int BPF_PROG(lavd_futex_lock_pi, u32 *uaddr, unsigned int flags, s64 *time, int trylock, int ret)
{
	if (!ret)
		lavd_futex_taken(true);
	return 0;
}

SEC("?fentry/futex_wake")
int BPF_PROG(lavd_futex_wake)
{
	lavd_futex_taken(false);
	return 0;
}

SEC("?fentry/futex_unlock_pi")
int BPF_PROG(lavd_futex_unlock_pi)
{
	lavd_futex_taken(false);
	return 0;
}

/* The tracepoints do not say at the end of the call which operation it was: what a task asked for is
 * kept meanwhile. */
enum { LAVD_FUTEX_WAIT = 0, LAVD_FUTEX_WAKE = 1, LAVD_FUTEX_LOCK_PI = 6, LAVD_FUTEX_UNLOCK_PI = 7,
       LAVD_FUTEX_WAIT_BITSET = 9, LAVD_FUTEX_WAKE_BITSET = 10, LAVD_FUTEX_LOCK_PI2 = 13,
       LAVD_FUTEX_COMMAND = 127 };

struct lavd_enter_futex {
	u64 common;
	u64 nr;
	u64 uaddr;
	u64 op;
};

struct lavd_exit_futex {
	u64 common;
	u64 nr;
	s64 ret;
};

SEC("?tracepoint/syscalls/sys_enter_futex")
int lavd_enter_futex(struct lavd_enter_futex *args)
{
	lavd_task_t *t = scx_task_ctx(bpf_get_current_task_btf());
	u32 op = args->op & LAVD_FUTEX_COMMAND;

	if (!t)
		return 0;
	t->futex_op = op;
	if (op == LAVD_FUTEX_WAKE || op == LAVD_FUTEX_WAKE_BITSET || op == LAVD_FUTEX_UNLOCK_PI)
		t->futex = LAVD_NO_FUTEX;
	return 0;
}

SEC("?tracepoint/syscalls/sys_exit_futex")
int lavd_exit_futex(struct lavd_exit_futex *args)
{
	lavd_task_t *t = scx_task_ctx(bpf_get_current_task_btf());
	u32 op;

	if (!t || args->ret)
		return 0;
	op = t->futex_op;
	if (op == LAVD_FUTEX_WAIT || op == LAVD_FUTEX_WAIT_BITSET || op == LAVD_FUTEX_LOCK_PI ||
	    op == LAVD_FUTEX_LOCK_PI2)
		t->futex = LAVD_HOLDS_FUTEX;
	return 0;
}

/* A holder's slice is over: one more, once. */
static __always_inline bool lavd_futex_boosts(lavd_task_t *t)
{
	if (t->futex != LAVD_HOLDS_FUTEX)
		return false;
	t->futex = LAVD_WAS_BOOSTED;
	return true;
}

#endif
