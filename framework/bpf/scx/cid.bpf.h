/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers that take and return cids on every kernel.
 *
 * scx_machine.cid_form is read-only data, so the verifier knows it and drops the other branch: a
 * kfunc that this kernel lacks, or forbids in this form, is never reached.
 */
#ifndef __SCX_CID_BPF_H
#define __SCX_CID_BPF_H

#include <scx/hotplug.bpf.h>
#include <scx/topology.bpf.h>

/* Between the number that the kernel uses in this form (a CPU or a cid) and the cid. */
static __always_inline s32 scx_from_kernel(s32 cpu_or_cid)
{
	return scx_machine.cid_form ? cpu_or_cid : scx_cpu_to_cid(cpu_or_cid);
}

static __always_inline s32 scx_to_kernel(s32 cid)
{
	return scx_machine.cid_form ? cid : scx_cid_to_cpu(cid);
}

/* The cid that a task is on, or will wake up on. */
static __always_inline s32 scx_task_cid(const struct task_struct *p)
{
	if (scx_machine.cid_form)
		return scx_bpf_task_cid(p);
	return scx_cpu_to_cid(scx_bpf_task_cpu(p));
}

/* The cid that this program runs on. */
static __always_inline s32 scx_this_cid(void)
{
	if (scx_machine.cid_form)
		return scx_bpf_this_cid();
	return scx_cpu_to_cid(bpf_get_smp_processor_id());
}

/* From a CPU that is nearly offline nothing happens: the kernel would keep the kick until the CPU is
 * back, and could not end the scheduler before (docs/kernels.md). */
static __always_inline void scx_kick_cid(s32 cid, u64 kick_flags)
{
	if (!scx_takes_calls_here())
		return;
	if (scx_machine.cid_form)
		scx_bpf_kick_cid(cid, kick_flags);
	else
		scx_bpf_kick_cpu(scx_cid_to_cpu(cid), kick_flags);
}

/* Performance of a cid, 0 … SCX_CPUPERF_ONE: what it can do, what it does, what is asked of it. */
static __always_inline u32 scx_cidperf_cap(s32 cid)
{
	return scx_machine.cid_form ? scx_bpf_cidperf_cap(cid)
				    : scx_bpf_cpuperf_cap(scx_cid_to_cpu(cid));
}

static __always_inline u32 scx_cidperf_cur(s32 cid)
{
	return scx_machine.cid_form ? scx_bpf_cidperf_cur(cid)
				    : scx_bpf_cpuperf_cur(scx_cid_to_cpu(cid));
}

static __always_inline void scx_cidperf_set(s32 cid, u32 perf)
{
	if (scx_machine.cid_form)
		scx_bpf_cidperf_set(cid, perf);
	else
		scx_bpf_cpuperf_set(scx_cid_to_cpu(cid), perf);
}

/* The local DSQ of a cid. */
static __always_inline u64 scx_local_dsq_on(s32 cid)
{
	return SCX_DSQ_LOCAL_ON | (u32)scx_to_kernel(cid);
}

#endif
