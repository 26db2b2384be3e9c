/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Agreeing with the kernel on the numbering of cids, before the policy's init.
 *
 * The tables and the arena are laid out for the framework's numbering. In the cid form the kernel
 * must have the same one: on most machines it has by itself; where it has not (core types that mix
 * in an LLC), the framework sets scx_machine.override_cids and the numbering is installed here. The
 * CPU form needs no agreement.
 */
#ifndef __SCX_NUMBERING_BPF_H
#define __SCX_NUMBERING_BPF_H

#include <scx/arena.bpf.h>
#include <scx/topology.bpf.h>

/* nr_cpu_ids cids by CPU, then nr_shards first cids of shards; filled where the numbering is to be
 * installed. 7.3 takes it from the arena, at scx_machine.override_addr. */
s32 scx_override[1] __weak SEC(".data.scx_override");

/* Called from init until 7.2 and from init_cids since 7.3. Both are weak and found by their
 * prototypes: the kernel has one of them. */
void scx_bpf_cid_override___mem(const s32 *cpu_to_cid, u32 cpu_to_cid__sz) __ksym __weak;
void scx_bpf_cid_override___arena(const s32 __arena *cpu_to_cid, u32 cpu_to_cid_cnt,
				  const s32 __arena *shard_start, u32 shard_start_cnt) __ksym __weak;

static __always_inline s32 scx_override_in_init_cids(void)
{
	const s32 __arena *table = (const s32 __arena *)scx_machine.override_addr;

	scx_arena_touch();
	if (scx_machine.override_cids && bpf_ksym_exists(scx_bpf_cid_override___arena))
		scx_bpf_cid_override___arena(table, scx_machine.nr_cpu_ids,
					     table + scx_machine.nr_cpu_ids,
					     scx_machine.nr_shards);
	return 0;
}

static __always_inline void scx_override_in_init(void)
{
	if (scx_machine.override_cids && bpf_ksym_exists(scx_bpf_cid_override___mem))
		scx_bpf_cid_override___mem(scx_override, scx_machine.nr_cpu_ids * sizeof(s32));
}

/*
 * Where the kernel's numbering is another all the same, the framework hears of it through the exit
 * code and runs the CPU form.
 */
__weak s32 scx_check_cids(void)
{
	s32 cid, cpu;

	if (!scx_machine.cid_form)
		return 0;
	for (cid = scx_hide(0); cid < scx_machine.nr_cids && can_loop; cid++) {
		cpu = scx_bpf_cid_to_cpu(cid);
		if (cpu != scx_cid_to_cpu(cid)) {
			scx_bpf_exit(SCX_ECODE_CID_MISMATCH,
				     "cid %d is CPU %d to the kernel and CPU %d to the scheduler",
				     cid, cpu, scx_cid_to_cpu(cid));
			return -22;
		}
	}
	return 0;
}

#endif
