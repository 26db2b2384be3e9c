/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scx_missing: calls a kernel function that no kernel has.
 */
#include <scx/scheduler.bpf.h>

void scx_bpf_no_such_thing(void) __ksym;

void SCX_OP(missing, dispatch, s32 cid, struct task_struct *prev)
{
	scx_bpf_no_such_thing();
}

SCX_SCHEDULER(missing, .dispatch = missing_dispatch);
