/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One callback for both ops forms, and the table that names them.
 *
 *	s32 SCX_OP(simple, select_cid, struct task_struct *p, s32 prev_cid, u64 wake_flags)
 *	{ … }
 *	SCX_SCHEDULER(simple, .select_cid = simple_select_cid, …);
 *
 * SCX_OP(policy, op, …) writes the BPF program policy_op. It turns the CPU numbers that older
 * kernels pass into cids and the returned cid back, and runs the library's own part of the op
 * (idle tracking, task contexts, exit record) around the policy's. The same program serves
 * struct sched_ext_ops and struct sched_ext_ops_cid: only one of the two tables is created, and
 * scx_machine.cid_form, which the verifier knows, says which.
 *
 * SCX_SCHEDULER fills the table of the cid form; the framework copies it, member by member, into
 * the table of the CPU form (select_cid → select_cpu, set_cmask → set_cpumask, …) where the kernel
 * has only that. Callbacks that the library needs and the policy does not name get a default.
 *
 * Sleeping callbacks (init, init_task, …) use SCX_OP_SLEEPABLE.
 */
#ifndef __SCX_OPS_BPF_H
#define __SCX_OPS_BPF_H

#include <scx/exit.bpf.h>
#include <scx/idle.bpf.h>
#include <scx/numbering.bpf.h>
#include <scx/ops_tables.h>
#include <scx/task.bpf.h>

#define SCX_OP(policy, op, args...)		__SCX_OP("struct_ops/", policy, op, ##args)
#define SCX_OP_SLEEPABLE(policy, op, args...)	__SCX_OP("struct_ops.s/", policy, op, ##args)

#define __SCX_OP(section, policy, op, args...)					\
policy##_##op(unsigned long long *ctx);						\
static __always_inline typeof(policy##_##op(0))					\
____##policy##_##op(unsigned long long *ctx, ##args);				\
SEC(section #op)								\
typeof(policy##_##op(0)) policy##_##op(unsigned long long *ctx)			\
{										\
	_Pragma("GCC diagnostic push")						\
	_Pragma("GCC diagnostic ignored \"-Wint-conversion\"")			\
	__SCX_KIND_##op(____##policy##_##op, ##args);				\
	_Pragma("GCC diagnostic pop")						\
}										\
static __always_inline typeof(policy##_##op(0))					\
____##policy##_##op(unsigned long long *ctx, ##args)

/* The kinds of callbacks: what surrounds the policy's part `fn`, given the kernel's ctx. Inside a
 * block of its own, ctx is a copy with cids in place of CPU numbers. */
#define __SCX_PLAIN(fn, args...)	return fn(___bpf_ctx_cast(args))

/* The first argument is a CPU or cid; there may be a second. */
#define __SCX_CID0(fn, args...)							\
	unsigned long long *scx_ctx_ = ctx;					\
	{									\
		unsigned long long ctx[2] = { scx_from_kernel(scx_ctx_[0]) };	\
		if (___bpf_narg(args) > 1)					\
			ctx[1] = scx_ctx_[___bpf_narg(args) > 1 ? 1 : 0];	\
		fn(___bpf_ctx_cast(args));					\
	}

/* The second of three arguments is; `call` is what to do with fn and the copy. */
#define __SCX_CID1(call)							\
	unsigned long long *scx_ctx_ = ctx;					\
	{									\
		unsigned long long ctx[3] = {					\
			scx_ctx_[0], scx_from_kernel(scx_ctx_[1]), scx_ctx_[2],	\
		};								\
		call;								\
	}

#define __SCX_DISPATCH(fn, args...)						\
	scx_arena_touch();							\
	scx_idle_dispatch(scx_from_kernel(ctx[0]), (struct task_struct *)ctx[1]);	\
	__SCX_CID0(fn, ##args)

#define __SCX_UPDATE_IDLE(fn, args...)						\
	scx_idle_update(scx_from_kernel(ctx[0]), ctx[1]);			\
	__SCX_CID0(fn, ##args)

#define __SCX_SELECT(fn, args...) \
	__SCX_CID1(return scx_to_kernel(fn(___bpf_ctx_cast(args))))
#define __SCX_DUMP_CID(fn, args...) \
	__SCX_CID1(fn(___bpf_ctx_cast(args)))

/* The policy sees the task's set of allowed cids, already updated: (p, scx_bits allowed). */
#define __SCX_SET_CMASK(fn, args...)						\
	unsigned long long *scx_ctx_ = ctx;					\
	scx_task_set_allowed((struct task_struct *)ctx[0], ctx[1], sizeof(SCX_TASK_TYPE));	\
	{									\
		SCX_TASK_TYPE __arena *scx_t_ =					\
			scx_task_ctx((struct task_struct *)scx_ctx_[0]);	\
		unsigned long long ctx[2] = {					\
			scx_ctx_[0], (u64)scx_task_allowed(scx_t_),		\
		};								\
		if (scx_t_)							\
			fn(___bpf_ctx_cast(args));				\
	}

#define __SCX_INIT(fn, args...)							\
	s32 scx_err_ = scx_init(sizeof(SCX_TASK_TYPE));				\
	return scx_err_ ?: fn(___bpf_ctx_cast(args))

#define __SCX_INIT_CIDS(fn, args...)						\
	s32 scx_err_ = scx_override_in_init_cids();				\
	return scx_err_ ?: fn(___bpf_ctx_cast(args))

#define __SCX_EXIT(fn, args...)							\
	fn(___bpf_ctx_cast(args));						\
	scx_exit_save((struct scx_exit_info *)ctx[0])

/* A task that there is no context for has ended the scheduler. Its fork() does not fail for that: whoever
 * schedules next has it. */
#define __SCX_INIT_TASK(fn, args...)						\
	s32 scx_err_ = 0;							\
	if (!scx_task_init((struct task_struct *)ctx[0], sizeof(SCX_TASK_TYPE))) {	\
		scx_err_ = fn(___bpf_ctx_cast(args));				\
		/* the kernel calls no exit_task then */			\
		if (scx_err_)							\
			scx_task_exit((struct task_struct *)ctx[0]);		\
	}									\
	return scx_err_

#define __SCX_EXIT_TASK(fn, args...)						\
	fn(___bpf_ctx_cast(args));						\
	scx_task_exit((struct task_struct *)ctx[0])

/* One line an op: an unknown op does not compile. */
#define __SCX_KIND_select_cid		__SCX_SELECT
#define __SCX_KIND_enqueue		__SCX_PLAIN
#define __SCX_KIND_dequeue		__SCX_PLAIN
#define __SCX_KIND_dispatch		__SCX_DISPATCH
#define __SCX_KIND_tick			__SCX_PLAIN
#define __SCX_KIND_runnable		__SCX_PLAIN
#define __SCX_KIND_running		__SCX_PLAIN
#define __SCX_KIND_stopping		__SCX_PLAIN
#define __SCX_KIND_quiescent		__SCX_PLAIN
#define __SCX_KIND_yield		__SCX_PLAIN
#define __SCX_KIND_core_sched_before	__SCX_PLAIN
#define __SCX_KIND_set_weight		__SCX_PLAIN
#define __SCX_KIND_set_cmask		__SCX_SET_CMASK
#define __SCX_KIND_update_idle		__SCX_UPDATE_IDLE
#define __SCX_KIND_init_task		__SCX_INIT_TASK
#define __SCX_KIND_exit_task		__SCX_EXIT_TASK
#define __SCX_KIND_enable		__SCX_PLAIN
#define __SCX_KIND_disable		__SCX_PLAIN
#define __SCX_KIND_dump			__SCX_PLAIN
#define __SCX_KIND_dump_cid		__SCX_DUMP_CID
#define __SCX_KIND_dump_task		__SCX_PLAIN
#define __SCX_KIND_cgroup_init		__SCX_PLAIN
#define __SCX_KIND_cgroup_exit		__SCX_PLAIN
#define __SCX_KIND_cgroup_prep_move	__SCX_PLAIN
#define __SCX_KIND_cgroup_move		__SCX_PLAIN
#define __SCX_KIND_cgroup_cancel_move	__SCX_PLAIN
#define __SCX_KIND_cgroup_set_weight	__SCX_PLAIN
#define __SCX_KIND_cgroup_set_bandwidth	__SCX_PLAIN
#define __SCX_KIND_cgroup_set_idle	__SCX_PLAIN
#define __SCX_KIND_sub_attach		__SCX_PLAIN
#define __SCX_KIND_sub_detach		__SCX_PLAIN
#define __SCX_KIND_sub_caps_updated	__SCX_PLAIN
#define __SCX_KIND_sub_ecaps_updated	__SCX_PLAIN	/* cid form only: its cid is one */
#define __SCX_KIND_cid_release		__SCX_CID0	/* CPU form only: cpu_release */
#define __SCX_KIND_cid_online		__SCX_CID0
#define __SCX_KIND_cid_offline		__SCX_CID0
#define __SCX_KIND_init_cids		__SCX_INIT_CIDS
#define __SCX_KIND_init			__SCX_INIT
#define __SCX_KIND_exit			__SCX_EXIT

static __always_inline s32 scx_init(u64 ctx_size)
{
	scx_arena_touch();
	scx_slab.ctx_size = ctx_size;
	scx_override_in_init();
	return scx_check_cids();
}

#define SCX_SCHEDULER(policy, args...)						\
	char _license[] SEC("license") = "GPL";					\
	void SCX_OP(scx_default, update_idle, s32 cid, bool idle) {}		\
	void SCX_OP(scx_default, set_cmask, struct task_struct *p, scx_bits allowed) {}	\
	s32 SCX_OP_SLEEPABLE(scx_default, init_task, struct task_struct *p) { return 0; }	\
	void SCX_OP(scx_default, exit_task, struct task_struct *p) {}		\
	s32 SCX_OP_SLEEPABLE(scx_default, init_cids) { return 0; }		\
	s32 SCX_OP_SLEEPABLE(scx_default, init) { return 0; }			\
	void SCX_OP(scx_default, exit, struct scx_exit_info *ei) {}		\
	_Pragma("GCC diagnostic push")						\
	_Pragma("GCC diagnostic ignored \"-Winitializer-overrides\"")		\
	SEC(".struct_ops.link") struct sched_ext_ops_cid___scx policy##_ops = {	\
		.update_idle = scx_default_update_idle,				\
		.set_cmask = scx_default_set_cmask,				\
		.init_task = scx_default_init_task,				\
		.exit_task = scx_default_exit_task,				\
		.init_cids = scx_default_init_cids,				\
		.init = scx_default_init,					\
		.exit = scx_default_exit,					\
		.name = #policy,						\
		args								\
	};									\
	SEC(".struct_ops.link") struct sched_ext_ops___scx policy##_ops_cpu = {};	\
	_Pragma("GCC diagnostic pop")

struct sched_ext_ops___scx {
	SCX_OPS_TABLE_CPU
};

struct sched_ext_ops_cid___scx {
	SCX_OPS_TABLE_CID
};

#endif
