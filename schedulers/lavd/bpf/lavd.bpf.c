/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scx_lavd: latency-criticality aware virtual deadlines.
 *
 * This file is the callbacks in the order of a task's life; what they decide stands in the topic
 * files: criticality.bpf.h, deadline.bpf.h, queue.bpf.h. README.md explains the policy.
 */
#include "state.bpf.h"
#include "criticality.bpf.h"
#include "deadline.bpf.h"
#include "queue.bpf.h"

/* The shortest slice. Longer: fewer switches under load; shorter: less waiting. Default 500 µs. */
const volatile u64 slice_min_ns = 500 * NSEC_PER_USEC;
/* The longest slice while others wait, and the scale of lag. Default 5 ms. */
const volatile u64 slice_max_ns = 5 * NSEC_PER_MSEC;
/* Every waiting task should get a turn within this time, as far as slice_min allows. Default 15 ms. */
const volatile u64 targeted_latency_ns = 15 * NSEC_PER_MSEC;

s32 SCX_OP_SLEEPABLE(lavd, init)
{
	u32 id;

	for (id = scx_hide(0); id < scx_machine.nr_domains && can_loop; id++) {
		s32 err = scx_bpf_create_dsq(id, -1);

		if (err) {
			scx_bpf_error("cannot create the queue of domain %d: %d", id, err);
			return err;
		}
	}
	return 0;
}

/* A new task: nothing is known, so it is taken for one that runs for half a slice at a time. */
s32 SCX_OP_SLEEPABLE(lavd, init_task, struct task_struct *p)
{
	lavd_task_t *t = scx_task_ctx(p);

	if (!t)
		return -12;
	t->domain = -1;
	t->runtime_ns = slice_max_ns / 2;
	t->wait_interval_ns = NSEC_PER_SEC;
	t->wake_interval_ns = NSEC_PER_SEC;
	return 0;
}

/* Also called once before a new task first runs, when its weight is known. */
void SCX_OP(lavd, set_weight, struct task_struct *p, u32 weight)
{
	lavd_task_t *t = scx_task_ctx(p);

	if (t)
		t->lat_cri = lavd_lat_cri(t, weight);
}

void SCX_OP(lavd, runnable, struct task_struct *p, u64 enq_flags)
{
	struct task_struct *waker;
	lavd_task_t *t;

	if (!(enq_flags & SCX_ENQ_WAKEUP))
		return;
	waker = bpf_get_current_task_btf();
	if (!waker->pid)
		return;
	t = scx_task_ctx(waker);
	if (t)
		lavd_note_wake(t, scx_bpf_now());
}

s32 SCX_OP(lavd, select_cid, struct task_struct *p, s32 prev_cid, u64 wake_flags)
{
	lavd_task_t *t = scx_task_ctx(p);
	struct lavd_cpu __arena *cpu;
	s32 cid;

	if (!t)
		return prev_cid;
	cid = scx_claim_near((u64)scx_task_allowed(t), prev_cid);
	if (cid < 0)
		return prev_cid;
	/* An idle CPU: nobody is ahead of the task there. */
	cpu = lavd_cpu(cid);
	if (cpu)
		__sync_fetch_and_add(&cpu->nr_direct, 1);
	scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, lavd_slice(t, p->scx.weight, 0, 1, 0), 0);
	return cid;
}

void SCX_OP(lavd, enqueue, struct task_struct *p, u64 enq_flags)
{
	s32 cid = scx_task_cid(p);
	lavd_task_t *t = scx_task_ctx(p);

	/* The kernel's own threads of one CPU do what that CPU needs at once. */
	if (!t || ((p->flags & PF_KTHREAD) && p->nr_cpus_allowed == 1)) {
		scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, slice_max_ns, enq_flags);
		return;
	}
	if (!lavd_enqueue_at(p, t, cid, enq_flags)) {
		scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, slice_max_ns, enq_flags);
		return;
	}
	t->was_queued = true;
	cid = scx_claim_near((u64)scx_task_allowed(t), cid);
	if (cid >= 0)
		scx_kick_cid(cid, SCX_KICK_IDLE);
}

void SCX_OP(lavd, dispatch, s32 cid, struct task_struct *prev)
{
	s32 own = scx_cid_domain(cid);
	const struct scx_domain_info *info = scx_domain_info(own);
	bool may_go_on = prev && (prev->scx.flags & SCX_TASK_QUEUED);

	if (!info)
		return;
	if (may_go_on && lavd_is_first(prev, own)) {
		lavd_go_on(prev, cid, own, info);
		return;
	}
	if (scx_bpf_dsq_move_to_local(own))
		return;
	/* Nothing for this CPU here. What runs already is nearer than any other domain's tasks. */
	if (may_go_on)
		lavd_go_on(prev, cid, own, info);
	else if (scx_machine.nr_domains > 1)
		lavd_steal(cid, own, info);
}

/* A task queued between our look at the queue and the idle bit: look again. */
void SCX_OP(lavd, update_idle, s32 cid, bool idle)
{
	struct lavd_domain __arena *domain = lavd_domain(scx_cid_domain(cid));

	if (idle && domain && domain->nr_queued > 0)
		scx_kick_cid(cid, 0);
}

void SCX_OP(lavd, running, struct task_struct *p)
{
	s32 cid = scx_task_cid(p), domain_id = scx_cid_domain(cid);
	struct lavd_domain __arena *domain = lavd_domain(domain_id);
	struct lavd_cpu __arena *cpu = lavd_cpu(cid);
	lavd_task_t *t = scx_task_ctx(p);

	if (!t || !cpu || !domain)
		return;
	lavd_count_unqueued(t);
	cpu->nr_sched++;
	if (t->domain >= 0 && t->domain != domain_id)
		cpu->nr_migrated++;
	if (t->lat_cri > cpu->lat_cri_avg)
		cpu->nr_lat_critical++;
	cpu->lat_cri_avg = lavd_average(cpu->lat_cri_avg, t->lat_cri);
	lavd_place(t, p->scx.weight, domain_id, domain->clock_ns);
	t->started_at = scx_bpf_now();
	if (t->was_queued) {
		t->was_queued = false;
		lavd_advance_clock(domain, t, t->started_at);
	}
}

void SCX_OP(lavd, stopping, struct task_struct *p, bool runnable)
{
	s32 cid = scx_task_cid(p);
	struct lavd_cpu __arena *cpu = lavd_cpu(cid);
	lavd_task_t *t = scx_task_ctx(p);
	const struct scx_cid_info *info = scx_cid_info(cid);
	u64 ran, now = scx_bpf_now();

	if (!t || !cpu || !info || !t->started_at)
		return;
	ran = time_after(now, t->started_at) ? now - t->started_at : 0;
	t->started_at = 0;
	cpu->busy_ns += ran;
	/* What it would have taken on the biggest core. */
	if (scx_machine.nr_tiers > 1)
		ran = ran * info->capacity / 1024;
	t->ran_ns += ran;
	t->service_ns += lavd_weighted(ran, p->scx.weight);
}

void SCX_OP(lavd, quiescent, struct task_struct *p, u64 deq_flags)
{
	lavd_task_t *t = scx_task_ctx(p);

	if (!t)
		return;
	lavd_count_unqueued(t);
	if (deq_flags & SCX_DEQ_SLEEP)
		lavd_note_sleep(t, p->scx.weight, scx_bpf_now());
}

SCX_SCHEDULER(lavd,
	.init = lavd_init,
	.init_task = lavd_init_task,
	.set_weight = lavd_set_weight,
	.runnable = lavd_runnable,
	.select_cid = lavd_select_cid,
	.enqueue = lavd_enqueue,
	.dispatch = lavd_dispatch,
	.update_idle = lavd_update_idle,
	.running = lavd_running,
	.stopping = lavd_stopping,
	.quiescent = lavd_quiescent,
	.timeout_ms = 30000);
