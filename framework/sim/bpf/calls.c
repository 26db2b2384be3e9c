/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kfuncs and helpers of a policy that is compiled natively, each a call into the simulated kernel.
 * This is linked into each policy's shared object. What is not defined here the simulated kernel lacks,
 * which bpf_ksym_exists() says.
 */
#include <scx/common.bpf.h>
#include <scx/context.bpf.h>
#include <scx/lock.bpf.h>

/* Set by whoever loads the shared object, before anything of it is called. */
struct scx_sim_link scx_sim_link;

#define CALL(name, args...)	scx_sim_link.calls->name(scx_sim_link.kernel, ##args)

#define SAME(a, b)	_Static_assert((u64)(a##___scx) == (u64)(b), #a)
SAME(SCX_SLICE_DFL, SIM_SLICE_DFL);
SAME(SCX_SLICE_INF, SIM_SLICE_INF);
SAME(SCX_DSQ_GLOBAL, SIM_DSQ_GLOBAL);
SAME(SCX_DSQ_LOCAL, SIM_DSQ_LOCAL);
SAME(SCX_DSQ_LOCAL_ON, SIM_DSQ_LOCAL_ON);
SAME(SCX_ENQ_WAKEUP, SIM_ENQ_WAKEUP);
SAME(SCX_ENQ_HEAD, SIM_ENQ_HEAD);
SAME(SCX_ENQ_CPU_SELECTED, SIM_ENQ_CPU_SELECTED);
SAME(SCX_ENQ_PREEMPT, SIM_ENQ_PREEMPT);
SAME(SCX_ENQ_IMMED, SIM_ENQ_IMMED);
SAME(SCX_ENQ_REENQ, SIM_ENQ_REENQ);
SAME(SCX_ENQ_LAST, SIM_ENQ_LAST);
SAME(SCX_DEQ_SLEEP, SIM_DEQ_SLEEP);
SAME(SCX_DEQ_SCHED_CHANGE, SIM_DEQ_SCHED_CHANGE);
SAME(SCX_WAKE_FORK, SIM_WAKE_FORK);
SAME(SCX_WAKE_TTWU, SIM_WAKE_TTWU);
SAME(SCX_WAKE_SYNC, SIM_WAKE_SYNC);
SAME(SCX_KICK_IDLE, SIM_KICK_IDLE);
SAME(SCX_KICK_PREEMPT, SIM_KICK_PREEMPT);
SAME(SCX_KICK_WAIT, SIM_KICK_WAIT);
SAME(SCX_TASK_QUEUED, SIM_TASK_QUEUED);
SAME(SCX_TASK_REENQ_KFUNC, SIM_TASK_REENQ_KFUNC);
SAME(SCX_TASK_REENQ_IMMED, SIM_TASK_REENQ_IMMED);
SAME(SCX_TASK_REENQ_PREEMPTED, SIM_TASK_REENQ_PREEMPTED);
SAME(SCX_TASK_REENQ_REASON_MASK, SIM_TASK_REENQ_MASK);
SAME(SCX_DSQ_ITER_REV, SIM_ITER_REV);

_Static_assert(__builtin_offsetof(struct scx_kernel_cmask, bits) ==
	       __builtin_offsetof(struct scx_sim_cmask, bits), "the kernel's layout");
_Static_assert(sizeof(struct bpf_iter_scx_dsq) == 48 && sizeof(struct bpf_timer) == 16,
	       "as many words as the simulator uses");

u64 bpf_ktime_get_ns(void) { return CALL(now); }
u64 scx_bpf_now___new(void) { return CALL(now); }
u32 bpf_get_prandom_u32(void) { return CALL(random); }
u32 bpf_get_smp_processor_id(void) { return scx_bpf_cid_to_cpu(scx_bpf_this_cid()); }
struct task_struct *bpf_get_current_task_btf(void) { return CALL(current_task); }

/* The one per-CPU variable that the library reads, scx/context.bpf.h. */
const int __preempt_count;

const void *bpf_this_cpu_ptr(const void *per_cpu)
{
	static int count;

	if (per_cpu != &__preempt_count)
		return NULL;
	count = CALL(preempt_count);
	return &count;
}

long bpf_probe_read_kernel(void *to, u32 size, const void *from)
{
	if (!from) {
		__builtin_memset(to, 0, size);
		return -14;	/* EFAULT */
	}
	__builtin_memcpy(to, from, size);
	return 0;
}

long bpf_probe_read_kernel_str(void *to, u32 size, const void *from)
{
	const char *text = from;
	u32 i;

	for (i = 0; i < size; i++) {
		((char *)to)[i] = text && i + 1 < size ? text[i] : 0;
		if (!((char *)to)[i])
			return i + 1;
	}
	return i;
}

long bpf_strncmp(const char *a, u32 size, const char *b)
{
	return __builtin_strncmp(a, b, size);
}

/* The ring wakes the command of a real scheduler; the simulator sees the end for itself. */
long bpf_ringbuf_output(void *ring, void *data, u64 size, u64 flags) { return 0; }

void *scx_sim_array_value(const void *map, u32 value_size, u32 nr, u32 index)
{
	return CALL(array_value, map, value_size, nr, index);
}

void *scx_sim_task_value(const void *map, u32 value_size, struct task_struct *p, bool create)
{
	return CALL(task_value, map, value_size, p, create);
}

void scx_sim_print(const char *fmt, const unsigned long long *data, u32 size)
{
	CALL(print, fmt, data, size);
}

long bpf_timer_init(struct bpf_timer *timer, void *map, u64 flags)
{
	return CALL(timer_init, timer->words, map);
}

long scx_sim_timer_set_callback(struct bpf_timer *timer, int (*callback)(void *, u32 *, void *))
{
	return CALL(timer_set_callback, timer->words, callback);
}

long bpf_timer_start(struct bpf_timer *timer, u64 ns, u64 flags)
{
	return CALL(timer_start, timer->words, ns);
}

long bpf_timer_cancel(struct bpf_timer *timer) { return CALL(timer_cancel, timer->words); }

/* One program runs at a time, so a lock that is held when it is taken is a deadlock. */
int bpf_res_spin_lock(struct bpf_res_spin_lock *lock)
{
	if (lock->val)
		return -35;	/* EDEADLK */
	lock->val = 1;
	return 0;
}

void bpf_res_spin_unlock(struct bpf_res_spin_lock *lock) { lock->val = 0; }
void bpf_spin_lock(struct bpf_spin_lock *lock) { lock->val = 1; }
void bpf_spin_unlock(struct bpf_spin_lock *lock) { lock->val = 0; }
void bpf_rcu_read_lock(void) {}
void bpf_rcu_read_unlock(void) {}

int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end)
{
	it->next = start - 1;
	it->end = end;
	return 0;
}

int *bpf_iter_num_next(struct bpf_iter_num *it)
{
	return ++it->next < it->end ? &it->next : NULL;
}

void bpf_iter_num_destroy(struct bpf_iter_num *it) {}

void __arena *bpf_arena_alloc_pages(void *map, void __arena *addr, u32 page_cnt, int node_id, u64 flags)
{
	return CALL(arena_alloc, page_cnt);
}

/* Queues. */
s32 scx_bpf_create_dsq(u64 dsq_id, s32 node) { return CALL(create_dsq, dsq_id); }
void scx_bpf_destroy_dsq(u64 dsq_id) { CALL(destroy_dsq, dsq_id); }
s32 scx_bpf_dsq_nr_queued(u64 dsq_id) { return CALL(dsq_nr_queued, dsq_id); }
u32 scx_bpf_dispatch_nr_slots(void) { return CALL(dispatch_nr_slots); }
void scx_bpf_dispatch_cancel(void) { CALL(dispatch_cancel); }
void scx_bpf_dsq_reenq(u64 dsq_id, u64 reenq_flags) { CALL(dsq_reenq, dsq_id, reenq_flags); }
struct task_struct *scx_bpf_dsq_peek___new(u64 dsq_id) { return CALL(dsq_peek, dsq_id); }

bool scx_bpf_dsq_insert___v2___new(struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags)
{
	struct scx_sim_insert how = { dsq_id, slice, 0, enq_flags, false };

	return CALL(dsq_insert, p, &how);
}

bool __scx_bpf_dsq_insert_vtime(struct task_struct *p,
				struct scx_bpf_dsq_insert_vtime_args___scx *args)
{
	struct scx_sim_insert how = { args->dsq_id, args->slice, args->vtime, args->enq_flags, true };

	return CALL(dsq_insert, p, &how);
}

bool scx_bpf_dsq_move_to_local___v2___new(u64 dsq_id, u64 enq_flags)
{
	return CALL(dsq_move_to_local, dsq_id, enq_flags);
}

int bpf_iter_scx_dsq_new(struct bpf_iter_scx_dsq *it, u64 dsq_id, u64 flags)
{
	return CALL(iter_new, it->words, dsq_id, flags);
}

struct task_struct *bpf_iter_scx_dsq_next(struct bpf_iter_scx_dsq *it)
{
	return CALL(iter_next, it->words);
}

void bpf_iter_scx_dsq_destroy(struct bpf_iter_scx_dsq *it) { CALL(iter_destroy, it->words); }

void scx_bpf_dsq_move_set_slice___new(struct bpf_iter_scx_dsq *it, u64 slice)
{
	CALL(iter_set, it->words, false, slice);
}

void scx_bpf_dsq_move_set_vtime___new(struct bpf_iter_scx_dsq *it, u64 vtime)
{
	CALL(iter_set, it->words, true, vtime);
}

bool scx_bpf_dsq_move___new(struct bpf_iter_scx_dsq *it, struct task_struct *p, u64 dsq_id,
			    u64 enq_flags)
{
	return CALL(iter_move, it->words, p, dsq_id, enq_flags, false);
}

bool scx_bpf_dsq_move_vtime___new(struct bpf_iter_scx_dsq *it, struct task_struct *p, u64 dsq_id,
				  u64 enq_flags)
{
	return CALL(iter_move, it->words, p, dsq_id, enq_flags, true);
}

/* Tasks. */
s32 scx_bpf_task_cid(const struct task_struct *p) { return CALL(task_cid, p); }
bool scx_bpf_task_running(const struct task_struct *p) { return CALL(task_running, p); }
struct task_struct *scx_bpf_tid_to_task(u64 tid) { return CALL(find_task, tid); }
struct task_struct *bpf_task_from_pid(s32 pid) { return CALL(find_task, pid); }
void bpf_task_release(struct task_struct *p) {}

bool scx_bpf_task_set_slice___new(struct task_struct *p, u64 slice)
{
	p->scx.slice = slice;
	return true;
}

bool scx_bpf_task_set_dsq_vtime___new(struct task_struct *p, u64 vtime)
{
	p->scx.dsq_vtime = vtime;
	return true;
}

/* Cgroups. They live as long as the simulation, so a reference is nothing to count. */
struct cgroup *bpf_cgroup_from_id(u64 id) { return CALL(find_cgroup, id); }
struct cgroup *scx_bpf_task_cgroup(struct task_struct *p) { return CALL(task_cgroup, p); }
void bpf_cgroup_release(struct cgroup *cgrp) {}

/* Cids. */
s32 scx_bpf_this_cid(void) { return CALL(this_cid); }
void scx_bpf_kick_cid(s32 cid, u64 flags) { CALL(kick, cid, flags); }
s32 scx_bpf_cid_to_cpu(s32 cid) { return CALL(cid_to_cpu, cid); }
s32 scx_bpf_cpu_to_cid(s32 cpu) { return CALL(cpu_to_cid, cpu); }
u32 scx_bpf_nr_cids(void) { return CALL(nr_cids); }
u32 scx_bpf_cidperf_cap(s32 cid) { return CALL(perf_cap, cid); }
u32 scx_bpf_cidperf_cur(s32 cid) { return CALL(perf_cur, cid); }
s32 scx_bpf_cidperf_set___v2(s32 cid, u32 perf) { return CALL(perf_set, cid, perf); }

/* Messages and ends. */
void scx_bpf_error_bstr(char *fmt, unsigned long long *data, u32 data__sz)
{
	CALL(end, true, 0, fmt, data, data__sz);
}

void scx_bpf_exit_bstr(s64 exit_code, char *fmt, unsigned long long *data, u32 data__sz)
{
	CALL(end, false, exit_code, fmt, data, data__sz);
}

void scx_bpf_dump_bstr(char *fmt, unsigned long long *data, u32 data__sz)
{
	CALL(print, fmt, data, data__sz);
}

void scx_bpf_events(struct scx_event_stats *events, size_t events__sz)
{
	__builtin_memset(events, 0, events__sz);
}
