/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything for a scheduler that is written once, in cids, and runs on every kernel:
 *
 *	SCX_OP, SCX_SCHEDULER		callbacks and their table		scx/ops.bpf.h
 *	scx_task_cid, scx_kick_cid, …	cids on every kernel			scx/cid.bpf.h
 *	scx_cid_info, …			the machine				scx/topology.bpf.h
 *	scx_claim_idle_near, …		idle cids				scx/idle.bpf.h
 *	scx_task_ctx			a context for each task			scx/task.bpf.h
 *	__arena, SCX_PER_CID, …		memory shared with user space		scx/arena.bpf.h
 *	SCX_LOCKS, scx_locked		locks					scx/lock.bpf.h
 *	(installing the numbering)						scx/numbering.bpf.h
 *	scx_bits, scx_range_*		sets of cids				scx/cmask.bpf.h
 */
#ifndef __SCX_SCHEDULER_BPF_H
#define __SCX_SCHEDULER_BPF_H

#include <scx/arena.bpf.h>
#include <scx/cid.bpf.h>
#include <scx/cmask.bpf.h>
#include <scx/common.bpf.h>
#include <scx/exit.bpf.h>
#include <scx/idle.bpf.h>
#include <scx/lock.bpf.h>
#include <scx/numbering.bpf.h>
#include <scx/ops.bpf.h>
#include <scx/task.bpf.h>
#include <scx/topology.bpf.h>

#endif
