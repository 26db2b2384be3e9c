/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scx_hooked: first in, first out, with tracing programs beside the ops. They find the task's context
 * in the arena, leave something there, and kick, as a scheduler that listens to more than the ops
 * would. And it measures how long tasks wait.
 */
#define SCX_TASK_TYPE struct hooked_task
#include <scx/scheduler.bpf.h>
#include <scx/latency.bpf.h>

struct hooked_task {
	struct scx_task scx;
	u64 nr_execs;
	u64 queued_at;		/* 0: nobody watched then */
};

enum { SHARED_DSQ = 0, EOPNOTSUPP = 95 };

u64 __arena nr_exec;		/* calls of hooked_exec */
u64 __arena nr_exec_ctx;	/* those that found the task's context */
u64 __arena nr_seen_by_ops;	/* tasks in `stopping` that hooked_exec had marked */
u64 __arena nr_kicked;
u64 __arena nr_exit;
u64 __arena nr_fork;
u64 __arena told;		/* what the command writes while we run */
u64 __arena nr_told;		/* stops since it did */

SEC("?tp_btf/sched_process_exec")
int BPF_PROG(hooked_exec, struct task_struct *p, pid_t old_pid, void *bprm)
{
	SCX_TASK_TYPE __arena *t = scx_task_ctx(p);
	s32 cid = scx_this_cid();

	__sync_fetch_and_add(&nr_exec, 1);
	if (t) {
		t->nr_execs++;
		__sync_fetch_and_add(&nr_exec_ctx, 1);
	}
	/* a kfunc that tells whether the kernel knows for which scheduler it is called */
	if (cid >= 0 && scx_bpf_dsq_nr_queued(SHARED_DSQ) >= 0) {
		scx_kick_cid(cid, SCX_KICK_PREEMPT);
		__sync_fetch_and_add(&nr_kicked, 1);
	}
	return 0;
}


/* Every process that ends goes through this function. */
SEC("?fentry/do_group_exit")
int BPF_PROG(hooked_exit)
{
	struct task_struct *p = bpf_get_current_task_btf();

	if (scx_task_ctx(p))
		__sync_fetch_and_add(&nr_exit, 1);
	return 0;
}

SEC("?tracepoint/sched/sched_process_fork")
int hooked_fork(void *ctx)
{
	scx_arena_touch();
	__sync_fetch_and_add(&nr_fork, 1);
	return 0;
}

SEC("?fexit/no_such_function")
int BPF_PROG(hooked_nothing)
{
	return 0;
}

/* In the kernel's type information, and not to be traced. */
SEC("?fentry/__bpf_prog_enter")
int BPF_PROG(hooked_notrace)
{
	return 0;
}

void SCX_OP(hooked, enqueue, struct task_struct *p, u64 enq_flags)
{
	SCX_TASK_TYPE __arena *t = scx_task_ctx(p);

	if (t)
		t->queued_at = scx_latency_watched() ? scx_bpf_now() : 0;
	scx_bpf_dsq_insert(p, SHARED_DSQ, SCX_SLICE_DFL, enq_flags);
	scx_kick_idle_near(p, scx_task_cid(p));
}

void SCX_OP(hooked, dispatch, s32 cid, struct task_struct *prev)
{
	scx_bpf_dsq_move_to_local(SHARED_DSQ);
}

void SCX_OP(hooked, running, struct task_struct *p)
{
	SCX_TASK_TYPE __arena *t = scx_task_ctx(p);

	if (scx_latency_watched() && t && t->queued_at)
		scx_latency_add(scx_task_cid(p), scx_bpf_now() - t->queued_at);
}

void SCX_OP(hooked, stopping, struct task_struct *p, bool runnable)
{
	SCX_TASK_TYPE __arena *t = scx_task_ctx(p);

	if (told)
		__sync_fetch_and_add(&nr_told, 1);
	if (t && t->nr_execs) {
		t->nr_execs = 0;
		__sync_fetch_and_add(&nr_seen_by_ops, 1);
	}
}

/* With it, kernels from 7.1 on refuse kfuncs to programs that they cannot tell the scheduler of. */
s32 SCX_OP_SLEEPABLE(hooked, sub_attach, struct scx_sub_attach_args *args)
{
	return -EOPNOTSUPP;
}

s32 SCX_OP_SLEEPABLE(hooked, init)
{
	return scx_bpf_create_dsq(SHARED_DSQ, -1);
}

SCX_SCHEDULER(hooked,
	.enqueue = hooked_enqueue,
	.dispatch = hooked_dispatch,
	.running = hooked_running,
	.stopping = hooked_stopping,
	.sub_attach = hooked_sub_attach,
	.init = hooked_init);
