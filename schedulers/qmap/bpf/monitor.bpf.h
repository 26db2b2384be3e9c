/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The timers. Each second the monitor sums up CPU performance, boosts what waits for it, and with -P
 * prints SHARED_DSQ and the kernel's event counters to the trace pipe; each 10 ms the tasks of nice
 * 19 are let on; each turn (-R) the pool of sub-schedulers goes round.
 */
#ifndef QMAP_MONITOR_BPF_H
#define QMAP_MONITOR_BPF_H

#include "boost.bpf.h"

struct qmap_timer {
	struct bpf_timer timer;
};

enum { MONITOR, LOWPRI, ROTATE, NR_TIMERS };

/* Set by exit: a timer may go off until its map is gone, and its calls would then be nobody's, or
 * another scheduler's. */
static bool qmap_over;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NR_TIMERS);
	__type(key, u32);
	__type(value, struct qmap_timer);
} qmap_timers SEC(".maps");

static __always_inline void qmap_sum_up_perf(void)
{
	u32 cur_min = SCX_CPUPERF_ONE, cur_max = 0, target_min = SCX_CPUPERF_ONE, target_max = 0;
	u64 cur_sum = 0, cap_sum = 0, target_sum = 0;
	u32 cid;

	scx_for (cid, 0, scx_machine.nr_online) {
		struct qmap_cid __arena *c = qmap_cids(cid);
		u32 cap = scx_cidperf_cap(cid), cur = scx_cidperf_cur(cid), target;

		if (!c)
			break;
		target = c->perf_target;
		cur_min = cur < cur_min ? cur : cur_min;
		cur_max = cur > cur_max ? cur : cur_max;
		cur_sum += (u64)cur * cap;
		cap_sum += cap;
		target_min = target < target_min ? target : target_min;
		target_max = target > target_max ? target : target_max;
		target_sum += target;
	}
	if (!cap_sum)
		return;
	qmap_perf.cur_min = cur_min;
	qmap_perf.cur_avg = cur_sum / cap_sum;
	qmap_perf.cur_max = cur_max;
	qmap_perf.target_min = target_min;
	qmap_perf.target_avg = target_sum / scx_machine.nr_online;
	qmap_perf.target_max = target_max;
}

static __always_inline void qmap_print_shared(void)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	s32 nr = scx_bpf_dsq_nr_queued(SHARED_DSQ);

	if (!nr)
		return;
	bpf_printk("%d tasks in SHARED_DSQ, last one first", nr);
	bpf_rcu_read_lock();
	bpf_iter_scx_dsq_new(&it, SHARED_DSQ, SCX_DSQ_ITER_REV);
	while ((p = bpf_iter_scx_dsq_next(&it)) && can_loop)
		bpf_printk("%s[%d]", p->comm, p->pid);
	bpf_iter_scx_dsq_destroy(&it);
	bpf_rcu_read_unlock();
}

/* As large as any kernel's counters may become. */
static u64 qmap_events[64];

#define qmap_print_event(name)							\
	if (bpf_core_field_exists(struct scx_event_stats, name))		\
		bpf_printk("%s: %lld", #name,					\
			   *(s64 *)((u64)qmap_events +				\
				    bpf_core_field_offset(struct scx_event_stats, name)))

static __always_inline void qmap_print_events(void)
{
	if (!bpf_ksym_exists(scx_bpf_events))
		return;
	scx_bpf_events((struct scx_event_stats *)qmap_events, sizeof(qmap_events));
	qmap_print_event(SCX_EV_SELECT_CPU_FALLBACK);
	qmap_print_event(SCX_EV_DISPATCH_LOCAL_DSQ_OFFLINE);
	qmap_print_event(SCX_EV_DISPATCH_KEEP_LAST);
	qmap_print_event(SCX_EV_ENQ_SKIP_EXITING);
	qmap_print_event(SCX_EV_ENQ_SKIP_MIGRATION_DISABLED);
	qmap_print_event(SCX_EV_REENQ_IMMED);
	qmap_print_event(SCX_EV_REENQ_LOCAL_REPEAT);
	qmap_print_event(SCX_EV_REENQ_REPEAT);
	qmap_print_event(SCX_EV_REFILL_SLICE_DFL);
	qmap_print_event(SCX_EV_BYPASS_DURATION);
	qmap_print_event(SCX_EV_BYPASS_DISPATCH);
	qmap_print_event(SCX_EV_BYPASS_ACTIVATE);
	qmap_print_event(SCX_EV_INSERT_NOT_OWNED);
	qmap_print_event(SCX_EV_SUB_BYPASS_DISPATCH);
	qmap_print_event(SCX_EV_SUB_FORCED_ADMIT);
	qmap_print_event(SCX_EV_SUB_PREEMPT_DENIED);
	qmap_print_event(SCX_EV_SUB_KICK_DENIED);
	qmap_print_event(SCX_EV_SUB_REENQ_DENIED);
	qmap_print_event(SCX_EV_SUB_CIDPERF_DENIED);
	qmap_print_event(SCX_EV_SUB_RESCUE);
}

static __always_inline void qmap_again(struct bpf_timer *timer, u64 ns)
{
	if (bpf_timer_start(timer, ns, 0))
		scx_bpf_error("a timer of %llu ns does not start again", ns);
}

static int qmap_monitor(void *map, u32 *key, struct qmap_timer *t)
{
	scx_arena_touch();
	if (qmap_over)
		return 0;
	if (qmap_must_scan())
		qmap_expedite(scx_this_cid(), true);
	qmap_sum_up_perf();
	if (print_events) {
		qmap_print_shared();
		qmap_print_events();
	}
	qmap_again(&t->timer, MONITOR_NS);
	return 0;
}

/* From 7.1 on the kernel enqueues what waits in LOWPRI_DSQ again; before, it is moved on here. */
static int qmap_lowpri(void *map, u32 *key, struct qmap_timer *t)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;

	if (qmap_over)
		return 0;
	if (bpf_ksym_exists(scx_bpf_dsq_reenq)) {
		scx_bpf_dsq_reenq(LOWPRI_DSQ, 0);
	} else if (scx_bpf_dsq_nr_queued(LOWPRI_DSQ)) {
		bpf_rcu_read_lock();
		bpf_iter_scx_dsq_new(&it, LOWPRI_DSQ, 0);
		while ((p = bpf_iter_scx_dsq_next(&it)) && can_loop) {
			s32 cid = scx_task_cid(p);

			if (scx_bpf_dsq_move(&it, p, SHARED_DSQ, 0))
				scx_kick_cid(cid, 0);
		}
		bpf_iter_scx_dsq_destroy(&it);
		bpf_rcu_read_unlock();
	}
	qmap_again(&t->timer, LOWPRI_NS);
	return 0;
}

static int qmap_rotation(void *map, u32 *key, struct qmap_timer *t)
{
	if (qmap_over)
		return 0;
	qmap_rotate();
	qmap_again(&t->timer, rotate_ns);
	return 0;
}

#define qmap_start_timer(which, callback, ns)					\
({										\
	u32 key_ = which;							\
	struct qmap_timer *t_ = bpf_map_lookup_elem(&qmap_timers, &key_);	\
	s32 err_ = -3;								\
	if (t_) {								\
		bpf_timer_init(&t_->timer, &qmap_timers, 1 /* CLOCK_MONOTONIC */);	\
		bpf_timer_set_callback(&t_->timer, callback);			\
		err_ = bpf_timer_start(&t_->timer, ns, 0);			\
	}									\
	err_;									\
})

static __always_inline s32 qmap_start_timers(void)
{
	s32 err = qmap_start_timer(MONITOR, qmap_monitor, MONITOR_NS);

	if (!err)
		err = qmap_start_timer(LOWPRI, qmap_lowpri, LOWPRI_NS);
	if (!err && qmap_has_caps())
		err = qmap_start_timer(ROTATE, qmap_rotation, rotate_ns);
	return err;
}

#endif
