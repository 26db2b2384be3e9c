/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a task of this cid waits: its domain's queue.
 */
#include <scx/scheduler.bpf.h>

u64 tiny_queue_of(s32 cid)
{
	s32 domain = scx_cid_domain(cid);

	return domain < 0 ? 0 : domain;
}
