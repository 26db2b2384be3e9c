/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In which context a program was called: for a task, or in the middle of one for an interrupt. A
 * wake-up from an interrupt is nothing that the interrupted task did.
 *
 * The kernel keeps this in its preemption count, on x86 in a per-CPU variable (its own from 6.15 on, a
 * member of pcpu_hot before), on arm64 in the task. Elsewhere, and where the kernel's type
 * information lacks it, every call counts as one for a task.
 */
#ifndef __SCX_CONTEXT_BPF_H
#define __SCX_CONTEXT_BPF_H

#include <scx/common.bpf.h>

enum { SCX_IN_TASK, SCX_IN_SOFTIRQ, SCX_IN_HARDIRQ };

/* Of the kernel's preemption count (include/linux/preempt.h): the bit of a softirq that is being
 * served; those of hard interrupts, at 16 until 7.2 (with the NMIs behind them) and at 24 since 7.3,
 * where those below count by whom interrupts are disabled, which hardly anybody yet uses. */
enum { SCX_SERVING_SOFTIRQ = 1 << 8, SCX_SERVING_HARDIRQ = 0xfff << 16 };

#ifdef __TARGET_ARCH_arm64
struct thread_info___scx_arm64 {
	u64 preempt_count;
} __attribute__((preserve_access_index));

static __always_inline u32 scx_preempt_count(void)
{
	struct task_struct *p = bpf_get_current_task_btf();
	struct thread_info___scx_arm64 *info = (void *)p;	/* its first member */

	if (bpf_core_field_exists(info->preempt_count))
		return BPF_CORE_READ(info, preempt_count);
	return 0;
}
#else
struct pcpu_hot___scx {
	int preempt_count;
} __attribute__((preserve_access_index));

extern const struct pcpu_hot___scx pcpu_hot __ksym __weak;	/* drop after 6.14 */
extern const int __preempt_count __ksym __weak;		/* since 6.15; wider since 7.3 */

static __always_inline u32 scx_preempt_count(void)
{
	if (&__preempt_count)
		return *(const int *)bpf_this_cpu_ptr(&__preempt_count);
	if (&pcpu_hot)
		return ((const struct pcpu_hot___scx *)bpf_this_cpu_ptr(&pcpu_hot))->preempt_count;
	return 0;
}
#endif

static __always_inline u32 scx_context(void)
{
	u32 count = scx_preempt_count();

	if (count & SCX_SERVING_HARDIRQ)
		return SCX_IN_HARDIRQ;
	return count & SCX_SERVING_SOFTIRQ ? SCX_IN_SOFTIRQ : SCX_IN_TASK;
}

#endif
