/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A scheduler in the kernel's own words, CPU numbers and one header: what people have who come from
 * tools/sched_ext. It must compile unchanged.
 */
#include <scx/common.bpf.h>

char _license[] SEC("license") = "GPL";

const volatile bool keep_order;

UEI_DEFINE(uei);

#define QUEUE 7

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(key_size, sizeof(u32));
	__uint(value_size, sizeof(u64));
	__uint(max_entries, 2);
} counts SEC(".maps");

static void count(u32 which)
{
	u64 *value = bpf_map_lookup_elem(&counts, &which);

	if (value)
		(*value)++;
}

s32 BPF_STRUCT_OPS(way_select_cpu, struct task_struct *p, s32 prev_cpu, u64 wake_flags)
{
	bool is_idle = false;
	s32 cpu = scx_bpf_select_cpu_dfl(p, prev_cpu, wake_flags, &is_idle);

	if (is_idle) {
		count(0);
		scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, SCX_SLICE_DFL, 0);
	}
	return cpu;
}

void BPF_STRUCT_OPS(way_enqueue, struct task_struct *p, u64 enq_flags)
{
	count(1);
	if (keep_order)
		scx_bpf_dsq_insert(p, QUEUE, SCX_SLICE_DFL, enq_flags);
	else
		scx_bpf_dsq_insert_vtime(p, QUEUE, SCX_SLICE_DFL, p->scx.dsq_vtime, enq_flags);
}

void BPF_STRUCT_OPS(way_dispatch, s32 cpu, struct task_struct *prev)
{
	scx_bpf_dsq_move_to_local(QUEUE);
}

void BPF_STRUCT_OPS(way_stopping, struct task_struct *p, bool runnable)
{
	p->scx.dsq_vtime += (SCX_SLICE_DFL - p->scx.slice) * 100 / p->scx.weight;
}

s32 BPF_STRUCT_OPS_SLEEPABLE(way_init)
{
	return scx_bpf_create_dsq(QUEUE, -1);
}

void BPF_STRUCT_OPS(way_exit, struct scx_exit_info *ei)
{
	UEI_RECORD(uei, ei);
}

SCX_OPS_DEFINE(way_ops,
	       .select_cpu	= (void *)way_select_cpu,
	       .enqueue		= (void *)way_enqueue,
	       .dispatch	= (void *)way_dispatch,
	       .stopping	= (void *)way_stopping,
	       .init		= (void *)way_init,
	       .exit		= (void *)way_exit,
	       .flags		= SCX_OPS_ENQ_LAST,
	       .name		= "kernel_way");
