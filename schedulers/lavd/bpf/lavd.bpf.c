/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scx_lavd: latency-criticality aware virtual deadlines.
 *
 * This file is the callbacks in the order of a task's life; what they decide stands in the topic
 * files, a topic each. README.md explains the policy.
 */
#include "state.bpf.h"
#include "criticality.bpf.h"
#include "deadline.bpf.h"
#include "queue.bpf.h"
#include "place.bpf.h"
#include "preempt.bpf.h"
#include "balance.bpf.h"
#include "power.bpf.h"
#include "load.bpf.h"
#include "futex.bpf.h"
#include "exec.bpf.h"
#include "sample.bpf.h"

/* The domain of the biggest core type nearest to domain `id`, -1 where there is none. */
static __always_inline s32 lavd_find_big(s32 id, const struct scx_domain_info *info)
{
	u32 near = scx_hide(info->near_first), last = near + info->near_nr;

	if (info->tier == 0)
		return id;
	while (near < last && can_loop) {
		const struct scx_neighbor *range = scx_neighbor(near++);
		s32 at;

		if (!range)
			break;
		scx_for (at, range->first, range->first + range->nr) {
			const struct scx_domain_info *other = scx_domain_info(at);

			if (other && other->tier == 0)
				return at;
		}
	}
	return -1;
}

__weak int lavd_init_domains(void)
{
	u32 id, cid;

	scx_arena_touch();
	scx_for (id, 0, scx_machine.nr_domains) {
		const struct scx_domain_info *info = scx_domain_info(id);
		lavd_domain_t *domain = lavd_domain(id);

		if (!info || !domain)
			break;
		domain->nr_active = info->nr;
		domain->capacity = info->capacity;
		domain->near_big = scx_machine.nr_tiers > 1 ? lavd_find_big(id, info) : -1;
	}
	scx_for (cid, 0, scx_machine.nr_online) {
		const struct scx_cid_info *info = scx_cid_info(cid);
		lavd_cpu_t *cpu = lavd_cpu(cid);

		if (!info || !cpu)
			break;
		cpu->speed = info->capacity;
		cpu->perf_target = LAVD_ONE;
		scx_bit_set(lavd_calm(), cid);
	}
	lavd_sys.nr_active = scx_machine.nr_online;
	lavd_sys.mode = lavd_mode_before = first_mode;
	lavd_sys.mode_since_ns = bpf_ktime_get_ns();
	return 0;
}

s32 SCX_OP_SLEEPABLE(lavd, init)
{
	s32 err = lavd_create_queues();

	if (err)
		return err;
	lavd_init_domains();
	return lavd_start_timer();
}

void SCX_OP(lavd, exit, struct scx_exit_info *ei)
{
	lavd_over = true;
}

/* A new task: nothing is known, so it is taken for one that runs for half a slice at a time, and half of
 * the time. */
s32 SCX_OP_SLEEPABLE(lavd, init_task, struct task_struct *p)
{
	lavd_task_t *t = scx_task_ctx(p);

	if (!t)
		return -12;
	t->domain = t->queue = t->last_cid = t->suggested_cid = -1;
	t->runtime_ns = slice_max_ns / 2;
	t->share = LAVD_ONE / 2;
	t->wait_interval_ns = NSEC_PER_SEC;
	t->wake_interval_ns = NSEC_PER_SEC;
	t->run_interval_ns = NSEC_PER_SEC;
	return 0;
}

/* Also called once before a new task first runs, when its weight is known. */
void SCX_OP(lavd, set_weight, struct task_struct *p, u32 weight)
{
	lavd_task_t *t = scx_task_ctx(p);

	if (t)
		lavd_value(p, t, weight);
}

void SCX_OP(lavd, runnable, struct task_struct *p, u64 enq_flags)
{
	lavd_task_t *t;

	if (!(enq_flags & SCX_ENQ_WAKEUP)) {
		if (scx_latency_watched())
			lavd_new_waits(p);
		return;
	}
	t = scx_task_ctx(p);
	if (!t)
		return;
	if (scx_latency_watched())
		t->runnable_at = scx_bpf_now();
	lavd_note_wakeup(p, t);
	lavd_value(p, t, p->scx.weight);
}

/* The task goes to `cid`, where nobody is ahead of it. */
static __always_inline void lavd_send(struct task_struct *p, lavd_task_t *t, s32 cid, u64 enq_flags)
{
	lavd_domain_t *domain = lavd_domain(scx_cid_domain(cid));
	lavd_cpu_t *cpu = lavd_cpu(cid);

	if (!cpu || !domain)
		return;
	__sync_fetch_and_add(&cpu->nr_direct, 1);
	t->slice_ns = lavd_slice(t, p->scx.weight, domain, cpu);
	t->was_queued = false;
	scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, t->slice_ns, enq_flags);
}

s32 SCX_OP(lavd, select_cid, struct task_struct *p, s32 prev_cid, u64 wake_flags)
{
	lavd_task_t *t = scx_task_ctx(p);
	u64 at_once = SCX_ENQ_IMMED;
	s32 cid = -1;

	if (!t)
		return prev_cid;
	if (wake_flags & SCX_WAKE_SYNC) {
		t->wakeup |= LAVD_SYNC;
		if (!no_wake_sync)
			cid = lavd_follow_waker(t, prev_cid);
		if (cid == scx_this_cid())
			at_once = 0;	/* as soon as the waker sleeps */
	}
	if (cid < 0)
		cid = lavd_claim(t, prev_cid);
	t->suggested_cid = cid;
	if (cid < 0)
		return prev_cid;
	lavd_send(p, t, cid, at_once);
	return cid;
}

/* Straight into the local queue: the kernel's own threads of one CPU do what that CPU needs at once,
 * and while the machine has little to do, nobody waits anyway. A CPU that runs nothing may have been
 * given a task a moment ago, behind which nobody else would find this one; or it runs a real-time task,
 * and this one is back from there. */
static __always_inline bool lavd_stays_local(struct task_struct *p, lavd_task_t *t, s32 cid,
					     u64 enq_flags)
{
	lavd_domain_t *domain;
	lavd_cpu_t *cpu;

	if (!t || ((p->flags & PF_KTHREAD) && t->scx.nr_allowed == 1))
		return true;
	if (lavd_sys.util_wall >= lavd_percent(LAVD_ONE, lb_local_dsq_util_pct) || t->moves ||
	    (enq_flags & SCX_ENQ_REENQ) || !scx_bit_test(scx_usable_cids, cid))
		return false;
	cpu = lavd_cpu(cid);
	domain = lavd_domain(scx_cid_domain(cid));
	return cpu && domain && !cpu->running_lat_cri && !cpu->nr_pinned && domain->nr_queued <= 0 &&
	       !scx_bpf_dsq_nr_queued(scx_local_dsq_on(cid));
}

void SCX_OP(lavd, enqueue, struct task_struct *p, u64 enq_flags)
{
	lavd_task_t *t = scx_task_ctx(p);
	s32 cid = scx_task_cid(p), idle;

	if (lavd_stays_local(p, t, cid, enq_flags)) {
		if (t)
			t->was_queued = false;
		/* one that can go nowhere else would come back here for ever */
		if (t && t->scx.nr_allowed > 1 && !(enq_flags & SCX_ENQ_LAST))
			enq_flags |= SCX_ENQ_IMMED;
		scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, slice_max_ns, enq_flags);
		return;
	}
	/* it was valued when it woke up, and has taken the futex since */
	if (t->futex != LAVD_NO_FUTEX)
		lavd_value(p, t, p->scx.weight);
	cid = lavd_home(t, cid);
	if (t->moves) {
		t->moves = false;
		cid = lavd_new_home(t, cid);
	}
	if (!lavd_enqueue_at(p, t, cid, enq_flags)) {
		scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, slice_max_ns, enq_flags);
		return;
	}
	t->queued_at = lavd_sampling ? scx_bpf_now() : 0;
	idle = lavd_claim(t, cid);
	if (idle >= 0)
		scx_kick_cid(idle, SCX_KICK_IDLE);
	else
		lavd_preempt_one(t, cid);
}

/* A task on a resting cid leaves when one in use that it may use is idle. */
static __always_inline bool lavd_should_leave(lavd_task_t *t, s32 cid)
{
	return lavd_compacted() && !scx_bit_test(scx_usable_cids, cid) &&
	       !scx_bit_test(lavd_overflow(), cid) && !lavd_is_pinned(t) &&
	       lavd_finds_idle((u64)scx_task_allowed(t));
}

void SCX_OP(lavd, dispatch, s32 cid, struct task_struct *prev)
{
	s32 own = scx_cid_domain(cid), queue;
	lavd_domain_t *domain = lavd_domain(own);
	lavd_cpu_t *cpu = lavd_cpu(cid);
	lavd_task_t *t = NULL;
	u64 deadline = 0;

	if (!domain || !cpu)
		return;
	/* The kernel asks for another task before it queues the one that ran, so without looking at that
	 * one a task that deserves two turns in a row would never get them. */
	if (prev && (prev->scx.flags & SCX_TASK_QUEUED))
		t = scx_task_ctx(prev);
	if (t) {
		deadline = lavd_deadline_now(prev, t, domain->clock_ns, scx_bpf_now());
		if (lavd_futex_boosts(t)) {
			lavd_go_on(prev, t, domain, cpu, deadline);
			return;
		}
	}
	if (lavd_balance(cid, own, domain))
		return;
	queue = lavd_first_queue(cid, own, domain, cpu);
	if (t && !t->moves && !lavd_head_is_before(queue, deadline)) {
		if (!lavd_should_leave(t, cid))
			lavd_go_on(prev, t, domain, cpu, deadline);
		return;
	}
	if (scx_bpf_dsq_move_to_local(queue, SCX_ENQ_IMMED))
		return;
	/* the head may be for others only: then the other queue, if there is one */
	if (cpu->nr_pinned &&
	    scx_bpf_dsq_move_to_local(queue == own ? lavd_own_queue(cid) : own, SCX_ENQ_IMMED))
		return;
	/* Nothing for this cid here. What runs already is nearer than any other domain's tasks. */
	if (t)
		lavd_go_on(prev, t, domain, cpu, deadline);
	else
		lavd_steal(cid, own);
}

void SCX_OP(lavd, update_idle, s32 cid, bool idle)
{
	lavd_domain_t *domain = lavd_domain(scx_cid_domain(cid));
	lavd_cpu_t *cpu = lavd_cpu(cid);

	/* The last task here was put back into the local queue when nothing else was found: by us, or by
	 * the kernel where this CPU is coming or going. Before 7.2 the kernel forgets to look at that
	 * queue once more (docs/kernels.md). */
	if (idle && scx_bpf_dsq_nr_queued(SCX_DSQ_LOCAL) > 0)
		scx_kick_cid(cid, 0);
	if (!domain || !cpu)
		return;
	if (!idle) {
		lavd_idle_over(cpu, scx_bpf_now());
		return;
	}
	cpu->idle_since_ns = scx_bpf_now();
	/* a task queued between our look at the queue and the idle bit: look again */
	if (domain->nr_queued > 0 || cpu->nr_pinned)
		scx_kick_cid(cid, 0);
}

void SCX_OP(lavd, running, struct task_struct *p)
{
	s32 cid = scx_task_cid(p), domain_id = scx_cid_domain(cid);
	lavd_domain_t *domain = lavd_domain(domain_id);
	lavd_task_t *t = scx_task_ctx(p);
	lavd_cpu_t *cpu = lavd_cpu(cid);
	u64 now;

	if (!t || !cpu || !domain)
		return;
	now = scx_bpf_now();
	if (scx_latency_watched())
		lavd_count_wait(t, cid, now);
	lavd_count_unqueued(t);
	lavd_idle_over(cpu, now);
	cpu->nr_sched++;
	if (t->domain >= 0 && t->domain != domain_id)
		cpu->nr_migrated++;
	if (t->lat_cri > cpu->lat_cri_avg)
		cpu->nr_lat_critical++;
	cpu->lat_cri_avg = lavd_average(cpu->lat_cri_avg, t->lat_cri);
	if (t->lat_cri > lavd_sys.lat_cri_max)
		lavd_sys.lat_cri_max = t->lat_cri;
	if (scx_machine.nr_tiers > 1) {
		if (t->perf_cri > lavd_sys.perf_cri_thr)
			cpu->nr_perf_critical++;
		cpu->perf_cri_avg = lavd_average(cpu->perf_cri_avg, t->perf_cri);
	}
	lavd_place(t, p->scx.weight, domain_id, domain->clock_ns);
	if (t->started_at)
		t->run_interval_ns = lavd_average(t->run_interval_ns, now - t->started_at);
	t->started_at = now;
	if (t->was_queued)
		lavd_advance_clock(domain, t, now);
	else
		t->deadline_ns = t->service_ns;
	cpu->running_since_ns = now;
	cpu->running_deadline = t->deadline_ns;
	cpu->running_share = lavd_cpu_share(t);
	cpu->busy_until_ns = now + t->runtime_ns;
	cpu->running_lat_cri = t->futex == LAVD_HOLDS_FUTEX ? LAVD_NEVER : t->lat_cri ?: 1;
	lavd_set_perf(cpu, cid, t);
}

/* Every tick: 100 to 1,000 times a second. */
void SCX_OP(lavd, tick, struct task_struct *p)
{
	s32 cid = scx_this_cid();
	lavd_domain_t *domain = lavd_domain(scx_cid_domain(cid));
	lavd_task_t *t = scx_task_ctx(p);
	lavd_cpu_t *cpu = lavd_cpu(cid);

	if (!t || !cpu || !domain)
		return;
	lavd_see_speed(cpu, cid);
	lavd_set_perf(cpu, cid, t);
	if (lavd_tick_preempts(t, cid, domain, cpu, scx_bpf_now())) {
		cpu->nr_preempt++;
		scx_bpf_task_set_slice(p, 0);
	}
}

void SCX_OP(lavd, stopping, struct task_struct *p, bool runnable)
{
	s32 cid = scx_task_cid(p);
	lavd_task_t *t = scx_task_ctx(p);
	lavd_cpu_t *cpu = lavd_cpu(cid);
	u64 ran, now;

	if (!t || !cpu || !cpu->running_since_ns)
		return;
	now = scx_bpf_now();
	ran = time_after(now, cpu->running_since_ns) ? now - cpu->running_since_ns : 0;
	if (lavd_sampling) {
		lavd_take_sample(p, cid, now);
		if (lavd_is_pinned(t))
			cpu->pinned_ns += ran;
	}
	cpu->running_lat_cri = 0;
	cpu->running_since_ns = 0;
	cpu->busy_ns += ran;
	/* What it would have taken on the biggest core at full speed. */
	if (cpu->speed < LAVD_ONE)
		ran = ran * cpu->speed / LAVD_ONE;
	t->ran_ns += ran;
	t->service_ns += lavd_weighted(ran, p->scx.weight);
	t->last_cid = cid;
	t->stopped_at = now;
}

void SCX_OP(lavd, quiescent, struct task_struct *p, u64 deq_flags)
{
	lavd_task_t *t = scx_task_ctx(p);

	if (!t)
		return;
	lavd_count_unqueued(t);
	if (!(deq_flags & SCX_DEQ_SLEEP))
		return;
	t->futex = LAVD_NO_FUTEX;
	t->wakeup = 0;
	lavd_note_sleep(t, scx_bpf_now());
}

/* CPU form: another scheduling class took the CPU. */
void SCX_OP(lavd, cid_release, s32 cid, struct scx_cpu_release_args *args)
{
	scx_give_back_local();
}

SCX_SCHEDULER(lavd,
	.init = lavd_init,
	.exit = lavd_exit,
	.init_task = lavd_init_task,
	.set_weight = lavd_set_weight,
	.runnable = lavd_runnable,
	.select_cid = lavd_select_cid,
	.enqueue = lavd_enqueue,
	.dispatch = lavd_dispatch,
	.update_idle = lavd_update_idle,
	.running = lavd_running,
	.tick = lavd_tick,
	.stopping = lavd_stopping,
	.quiescent = lavd_quiescent,
	.cid_release = lavd_cid_release,
	.flags = SCX_OPS_ENQ_LAST | SCX_OPS_ENQ_MIGRATION_DISABLED,
	.timeout_ms = 30000);
