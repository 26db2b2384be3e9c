/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The members of struct sched_ext_ops and struct sched_ext_ops_cid over all kernels, 6.12 to 7.3
 * (read off the kernels' BTF). Every callback is declared with the type of its BPF program, which
 * takes the raw context: a table then needs no casts, and a callback that returns the wrong type
 * does not compile.
 */
#ifndef __SCX_OPS_TABLES_H
#define __SCX_OPS_TABLES_H

#define SCX_OPS_TABLE_COMMON							\
	void (*enqueue)(unsigned long long *ctx);				\
	void (*dequeue)(unsigned long long *ctx);				\
	void (*dispatch)(unsigned long long *ctx);				\
	void (*tick)(unsigned long long *ctx);					\
	void (*runnable)(unsigned long long *ctx);				\
	void (*running)(unsigned long long *ctx);				\
	void (*stopping)(unsigned long long *ctx);				\
	void (*quiescent)(unsigned long long *ctx);				\
	bool (*yield)(unsigned long long *ctx);					\
	bool (*core_sched_before)(unsigned long long *ctx);			\
	void (*set_weight)(unsigned long long *ctx);				\
	void (*update_idle)(unsigned long long *ctx);				\
	s32 (*init_task)(unsigned long long *ctx);				\
	void (*exit_task)(unsigned long long *ctx);				\
	void (*enable)(unsigned long long *ctx);				\
	void (*disable)(unsigned long long *ctx);				\
	void (*dump)(unsigned long long *ctx);					\
	void (*dump_task)(unsigned long long *ctx);				\
	s32 (*cgroup_init)(unsigned long long *ctx);				\
	void (*cgroup_exit)(unsigned long long *ctx);				\
	s32 (*cgroup_prep_move)(unsigned long long *ctx);			\
	void (*cgroup_move)(unsigned long long *ctx);				\
	void (*cgroup_cancel_move)(unsigned long long *ctx);			\
	void (*cgroup_set_weight)(unsigned long long *ctx);			\
	void (*cgroup_set_bandwidth)(unsigned long long *ctx);			\
	void (*cgroup_set_idle)(unsigned long long *ctx);			\
	s32 (*sub_attach)(unsigned long long *ctx);				\
	void (*sub_detach)(unsigned long long *ctx);				\
	void (*sub_caps_updated)(unsigned long long *ctx);			\
	void (*sub_ecaps_updated)(unsigned long long *ctx);			\
	s32 (*init_cids)(unsigned long long *ctx);				\
	s32 (*init)(unsigned long long *ctx);					\
	void (*exit)(unsigned long long *ctx);					\
	u32 dispatch_max_batch;							\
	u64 flags;								\
	u32 timeout_ms;								\
	u32 exit_dump_len;							\
	u64 hotplug_seq;							\
	u32 cid_shard_size;							\
	u32 rescue_bandwidth_ppt;						\
	u32 rescue_quantum_us;							\
	u64 sub_cgroup_id;							\
	char name[128];

#define SCX_OPS_TABLE_CPU							\
	s32 (*select_cpu)(unsigned long long *ctx);				\
	void (*set_cpumask)(unsigned long long *ctx);				\
	void (*cpu_acquire)(unsigned long long *ctx);				\
	void (*cpu_release)(unsigned long long *ctx);				\
	void (*cpu_online)(unsigned long long *ctx);				\
	void (*cpu_offline)(unsigned long long *ctx);				\
	void (*dump_cpu)(unsigned long long *ctx);				\
	SCX_OPS_TABLE_COMMON

/* The cgroup callbacks of the cid form are called cgroup_* in 7.2 and cpuctl_* from 7.3 on. Write
 * cgroup_*; the framework moves them. cid_release is the CPU form's cpu_release; no kernel's cid form
 * has it. */
#define SCX_OPS_TABLE_CID							\
	s32 (*select_cid)(unsigned long long *ctx);				\
	void (*set_cmask)(unsigned long long *ctx);				\
	void (*cid_online)(unsigned long long *ctx);				\
	void (*cid_offline)(unsigned long long *ctx);				\
	void (*cid_release)(unsigned long long *ctx);				\
	void (*dump_cid)(unsigned long long *ctx);				\
	s32 (*cpuctl_init)(unsigned long long *ctx);				\
	void (*cpuctl_exit)(unsigned long long *ctx);				\
	s32 (*cpuctl_prep_move)(unsigned long long *ctx);			\
	void (*cpuctl_move)(unsigned long long *ctx);				\
	void (*cpuctl_cancel_move)(unsigned long long *ctx);			\
	void (*cpuctl_set_weight)(unsigned long long *ctx);			\
	void (*cpuctl_set_bandwidth)(unsigned long long *ctx);			\
	void (*cpuctl_set_idle)(unsigned long long *ctx);			\
	SCX_OPS_TABLE_COMMON

#endif
