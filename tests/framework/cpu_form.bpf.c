/* SPDX-License-Identifier: GPL-2.0-only */
/* A scheduler in the kernel's words: it has the table of the CPU form only. Never loaded. */
#include <scx/common.bpf.h>

char _license[] SEC("license") = "GPL";

UEI_DEFINE(uei);

void BPF_STRUCT_OPS(old_enqueue, struct task_struct *p, u64 enq_flags) {}

void BPF_STRUCT_OPS(old_exit, struct scx_exit_info *ei)
{
	UEI_RECORD(uei, ei);
}

SCX_OPS_DEFINE(old_ops,
	       .enqueue = (void *)old_enqueue,
	       .exit = (void *)old_exit,
	       .name = "old");
