/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel functions of sched_ext, one name for all kernels.
 *
 * A kfunc that some supported kernel lacks is weak, and what uses it asks bpf_ksym_exists() first:
 * libbpf makes that a constant at load time, so the verifier never sees the other branch. Each shim
 * says since when the newer name exists; when the oldest supported kernel has it, drop the shim.
 */
#ifndef __SCX_KFUNCS_BPF_H
#define __SCX_KFUNCS_BPF_H

/* The kernel's struct scx_cmask (7.2), which lies in the arena and is used without CO-RE. bits[] lies
 * on the grid of 64 cids: its first word is the one that holds base. */
struct scx_kernel_cmask {
	u32 base;
	u32 nr_cids;
	u32 alloc_words;	/* room in bits[] */
	u64 bits[];
};

s32 scx_bpf_create_dsq(u64 dsq_id, s32 node) __ksym;
void scx_bpf_destroy_dsq(u64 dsq_id) __ksym __weak;
s32 scx_bpf_dsq_nr_queued(u64 dsq_id) __ksym;
u32 scx_bpf_dispatch_nr_slots(void) __ksym __weak;
void scx_bpf_dispatch_cancel(void) __ksym __weak;
bool scx_bpf_task_running(const struct task_struct *p) __ksym __weak;
void scx_bpf_error_bstr(char *fmt, unsigned long long *data, u32 data__sz) __ksym;
void scx_bpf_exit_bstr(s64 exit_code, char *fmt, unsigned long long *data, u32 data__sz) __ksym __weak;
void scx_bpf_dump_bstr(char *fmt, unsigned long long *data, u32 data__sz) __ksym __weak;

/* CPU form only, or forbidden in the cid form; the cid form has twins (7.2). */
s32 scx_bpf_task_cpu(const struct task_struct *p) __ksym __weak;
void scx_bpf_kick_cpu(s32 cpu, u64 flags) __ksym __weak;
u32 scx_bpf_cpuperf_cap(s32 cpu) __ksym __weak;
u32 scx_bpf_cpuperf_cur(s32 cpu) __ksym __weak;
void scx_bpf_cpuperf_set(s32 cpu, u32 perf) __ksym __weak;
s32 scx_bpf_select_cpu_dfl(struct task_struct *p, s32 prev_cpu, u64 wake_flags, bool *is_idle) __ksym __weak;
s32 scx_bpf_pick_idle_cpu(const struct cpumask *cpus_allowed, u64 flags) __ksym __weak;
s32 scx_bpf_pick_any_cpu(const struct cpumask *cpus_allowed, u64 flags) __ksym __weak;
bool scx_bpf_test_and_clear_cpu_idle(s32 cpu) __ksym __weak;

s32 scx_bpf_task_cid(const struct task_struct *p) __ksym __weak;
void scx_bpf_kick_cid(s32 cid, u64 flags) __ksym __weak;
s32 scx_bpf_cid_to_cpu(s32 cid) __ksym __weak;
s32 scx_bpf_cpu_to_cid(s32 cpu) __ksym __weak;
s32 scx_bpf_this_cid(void) __ksym __weak;
u32 scx_bpf_nr_cids(void) __ksym __weak;
u32 scx_bpf_cidperf_cap(s32 cid) __ksym __weak;
u32 scx_bpf_cidperf_cur(s32 cid) __ksym __weak;
void scx_bpf_cidperf_set___v1(s32 cid, u32 perf) __ksym __weak;	/* 7.2 */
s32 scx_bpf_cidperf_set___v2(s32 cid, u32 perf) __ksym __weak;	/* since 7.3 */
#define scx_bpf_cidperf_set(cid, perf)						\
	(bpf_ksym_exists(scx_bpf_cidperf_set___v2) ?				\
	 (void)scx_bpf_cidperf_set___v2(cid, perf) : scx_bpf_cidperf_set___v1(cid, perf))

int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym __weak;
int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym __weak;
void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym __weak;

/* Insertion. scx_bpf_dispatch*() until 6.12, scx_bpf_dsq_insert*() since 6.13; the forms that
 * return whether it worked, and take their arguments in a struct, since 6.19. */
void scx_bpf_dispatch___v1(struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags) __ksym __weak;
void scx_bpf_dsq_insert___v1(struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags) __ksym __weak;
bool scx_bpf_dsq_insert___v2___new(struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags) __ksym __weak;

static __always_inline void __scx_dsq_insert(struct task_struct *p, u64 dsq_id, u64 slice,
					     u64 enq_flags)
{
	if (bpf_ksym_exists(scx_bpf_dsq_insert___v2___new))
		scx_bpf_dsq_insert___v2___new(p, dsq_id, slice, enq_flags);
	else if (bpf_ksym_exists(scx_bpf_dsq_insert___v1))
		scx_bpf_dsq_insert___v1(p, dsq_id, slice, enq_flags);
	else
		scx_bpf_dispatch___v1(p, dsq_id, slice, enq_flags);
}
#define scx_bpf_dsq_insert(p, dsq_id, slice, enq_flags) \
	__scx_dsq_insert(p, dsq_id, slice, enq_flags)

struct scx_bpf_dsq_insert_vtime_args___scx {
	u64 dsq_id;
	u64 slice;
	u64 vtime;
	u64 enq_flags;
};
void scx_bpf_dispatch_vtime___v1(struct task_struct *p, u64 dsq_id, u64 slice, u64 vtime,
				 u64 enq_flags) __ksym __weak;
void scx_bpf_dsq_insert_vtime___v1(struct task_struct *p, u64 dsq_id, u64 slice, u64 vtime,
				   u64 enq_flags) __ksym __weak;
bool __scx_bpf_dsq_insert_vtime(struct task_struct *p,
				struct scx_bpf_dsq_insert_vtime_args___scx *args) __ksym __weak;

static __always_inline void __scx_dsq_insert_vtime(struct task_struct *p, u64 dsq_id, u64 slice,
						   u64 vtime, u64 enq_flags)
{
	if (bpf_ksym_exists(__scx_bpf_dsq_insert_vtime)) {
		struct scx_bpf_dsq_insert_vtime_args___scx args = {
			.dsq_id = dsq_id,
			.slice = slice,
			.vtime = vtime,
			.enq_flags = enq_flags,
		};

		__scx_bpf_dsq_insert_vtime(p, &args);
	} else if (bpf_ksym_exists(scx_bpf_dsq_insert_vtime___v1)) {
		scx_bpf_dsq_insert_vtime___v1(p, dsq_id, slice, vtime, enq_flags);
	} else {
		scx_bpf_dispatch_vtime___v1(p, dsq_id, slice, vtime, enq_flags);
	}
}
#define scx_bpf_dsq_insert_vtime(p, dsq_id, slice, vtime, enq_flags) \
	__scx_dsq_insert_vtime(p, dsq_id, slice, vtime, enq_flags)

/* scx_bpf_consume() until 6.12, scx_bpf_dsq_move_to_local() since 6.13, with enq_flags since 7.1. */
bool scx_bpf_consume___v1(u64 dsq_id) __ksym __weak;
bool scx_bpf_dsq_move_to_local___v1(u64 dsq_id) __ksym __weak;
bool scx_bpf_dsq_move_to_local___v2___new(u64 dsq_id, u64 enq_flags) __ksym __weak;

static __always_inline bool __scx_dsq_move_to_local(u64 dsq_id, u64 enq_flags)
{
	if (bpf_ksym_exists(scx_bpf_dsq_move_to_local___v2___new))
		return scx_bpf_dsq_move_to_local___v2___new(dsq_id, enq_flags);
	if (bpf_ksym_exists(scx_bpf_dsq_move_to_local___v1))
		return scx_bpf_dsq_move_to_local___v1(dsq_id);
	return scx_bpf_consume___v1(dsq_id);
}
#define scx_bpf_dsq_move_to_local(dsq_id, enq_flags...) \
	__scx_dsq_move_to_local(dsq_id, (enq_flags + 0))

/* The vtime of the task at the head of a DSQ; false where that is empty. Peeking exists since 6.19;
 * older kernels iterate. */
struct task_struct *scx_bpf_dsq_peek___new(u64 dsq_id) __ksym __weak;
int bpf_iter_scx_dsq_new(struct bpf_iter_scx_dsq *it, u64 dsq_id, u64 flags) __ksym __weak;
struct task_struct *bpf_iter_scx_dsq_next(struct bpf_iter_scx_dsq *it) __ksym __weak;
void bpf_iter_scx_dsq_destroy(struct bpf_iter_scx_dsq *it) __ksym __weak;

static __always_inline bool scx_dsq_head_vtime(u64 dsq_id, u64 *vtime)
{
	struct task_struct *head;
	struct bpf_iter_scx_dsq it;

	if (bpf_ksym_exists(scx_bpf_dsq_peek___new)) {
		head = scx_bpf_dsq_peek___new(dsq_id);
		if (head)
			*vtime = head->scx.dsq_vtime;
		return head;
	}
	bpf_iter_scx_dsq_new(&it, dsq_id, 0);
	head = bpf_iter_scx_dsq_next(&it);
	if (head)
		*vtime = head->scx.dsq_vtime;
	bpf_iter_scx_dsq_destroy(&it);
	return head;
}

/* Moving a task that an iteration over a DSQ is at. scx_bpf_dispatch_from_dsq*() until 6.12,
 * scx_bpf_dsq_move*() since 6.13. The slice and vtime hold for the next move of the iteration. */
void scx_bpf_dispatch_from_dsq_set_slice___v1(struct bpf_iter_scx_dsq *it, u64 slice) __ksym __weak;
void scx_bpf_dispatch_from_dsq_set_vtime___v1(struct bpf_iter_scx_dsq *it, u64 vtime) __ksym __weak;
bool scx_bpf_dispatch_from_dsq___v1(struct bpf_iter_scx_dsq *it, struct task_struct *p, u64 dsq_id,
				    u64 enq_flags) __ksym __weak;
bool scx_bpf_dispatch_vtime_from_dsq___v1(struct bpf_iter_scx_dsq *it, struct task_struct *p,
					  u64 dsq_id, u64 enq_flags) __ksym __weak;
void scx_bpf_dsq_move_set_slice___new(struct bpf_iter_scx_dsq *it, u64 slice) __ksym __weak;
void scx_bpf_dsq_move_set_vtime___new(struct bpf_iter_scx_dsq *it, u64 vtime) __ksym __weak;
bool scx_bpf_dsq_move___new(struct bpf_iter_scx_dsq *it, struct task_struct *p, u64 dsq_id,
			    u64 enq_flags) __ksym __weak;
bool scx_bpf_dsq_move_vtime___new(struct bpf_iter_scx_dsq *it, struct task_struct *p, u64 dsq_id,
				  u64 enq_flags) __ksym __weak;

#define __scx_either(newer, older, args...) \
	(bpf_ksym_exists(newer) ? newer(args) : older(args))
#define scx_bpf_dsq_move_set_slice(it, slice) \
	__scx_either(scx_bpf_dsq_move_set_slice___new, scx_bpf_dispatch_from_dsq_set_slice___v1, it, slice)
#define scx_bpf_dsq_move_set_vtime(it, vtime) \
	__scx_either(scx_bpf_dsq_move_set_vtime___new, scx_bpf_dispatch_from_dsq_set_vtime___v1, it, vtime)
#define scx_bpf_dsq_move(it, p, dsq_id, enq_flags) \
	__scx_either(scx_bpf_dsq_move___new, scx_bpf_dispatch_from_dsq___v1, it, p, dsq_id, enq_flags)
#define scx_bpf_dsq_move_vtime(it, p, dsq_id, enq_flags) \
	__scx_either(scx_bpf_dsq_move_vtime___new, scx_bpf_dispatch_vtime_from_dsq___v1, it, p, dsq_id, enq_flags)

/* Enqueue again what waits in a DSQ: since 7.1. */
void scx_bpf_dsq_reenq(u64 dsq_id, u64 reenq_flags) __ksym __weak;
u32 scx_bpf_reenqueue_local___v1(void) __ksym __weak;

/* For cid_release: what waits in the local DSQ of this CPU, which another scheduling class took, is
 * enqueued again. Since 7.1 the kernel itself does that with what was put there with SCX_ENQ_IMMED, so
 * this does nothing. */
static __always_inline void scx_give_back_local(void)
{
	if (!scx_has_enum(scx_enq_flags, SCX_ENQ_IMMED) && bpf_ksym_exists(scx_bpf_reenqueue_local___v1))
		scx_bpf_reenqueue_local___v1();
}

/* From a number back to a task. Tids exist since 7.2 (with SCX_OPS_TID_TO_TASK); a task found by its
 * pid must be released. */
struct task_struct *scx_bpf_tid_to_task(u64 tid) __ksym __weak;
struct task_struct *bpf_task_from_pid(s32 pid) __ksym __weak;
void bpf_task_release(struct task_struct *p) __ksym __weak;

void bpf_rcu_read_lock(void) __ksym __weak;
void bpf_rcu_read_unlock(void) __ksym __weak;

/* From an id, or from the task that a callback is about, to a cgroup, which must be released. Since
 * 6.12; kernels without the CPU controller lack the second. */
struct cgroup *bpf_cgroup_from_id(u64 id) __ksym __weak;
struct cgroup *scx_bpf_task_cgroup(struct task_struct *p) __ksym __weak;
void bpf_cgroup_release(struct cgroup *cgrp) __ksym __weak;

/* Sub-schedulers: since 7.1; capabilities on cids since 7.3. cgroup_id 0 is this scheduler itself. */
bool scx_bpf_sub_dispatch(u64 cgroup_id) __ksym __weak;
s32 scx_bpf_sub_caps(u64 cgroup_id, u64 caps, struct scx_kernel_cmask __arena *out) __ksym __weak;
s32 scx_bpf_sub_grant(u64 cgroup_id, u64 caps, const struct scx_kernel_cmask __arena *cids,
		      struct scx_kernel_cmask __arena *denied) __ksym __weak;
void scx_bpf_sub_revoke(u64 cgroup_id, u64 caps,
			const struct scx_kernel_cmask __arena *cids) __ksym __weak;
s32 scx_bpf_sub_kill_bstr(u64 cgroup_id, char *fmt, unsigned long long *data, u32 data__sz) __ksym __weak;

/* The kernel's event counters, struct scx_event_stats. Since 6.15. */
void scx_bpf_events(struct scx_event_stats *events, size_t events__sz) __ksym __weak;

/* The setters exist since 6.19; direct stores are what older kernels take. */
bool scx_bpf_task_set_slice___new(struct task_struct *p, u64 slice) __ksym __weak;
bool scx_bpf_task_set_dsq_vtime___new(struct task_struct *p, u64 vtime) __ksym __weak;

static __always_inline void __scx_task_set_slice(struct task_struct *p, u64 slice)
{
	if (bpf_ksym_exists(scx_bpf_task_set_slice___new))
		scx_bpf_task_set_slice___new(p, slice);
	else
		p->scx.slice = slice;
}
#define scx_bpf_task_set_slice(p, slice) __scx_task_set_slice(p, slice)

static __always_inline void __scx_task_set_dsq_vtime(struct task_struct *p, u64 vtime)
{
	if (bpf_ksym_exists(scx_bpf_task_set_dsq_vtime___new))
		scx_bpf_task_set_dsq_vtime___new(p, vtime);
	else
		p->scx.dsq_vtime = vtime;
}
#define scx_bpf_task_set_dsq_vtime(p, vtime) __scx_task_set_dsq_vtime(p, vtime)

/* A cached rq clock, ns. Since 6.14; before, the monotonic clock. */
u64 scx_bpf_now___new(void) __ksym __weak;

static __always_inline u64 __scx_now(void)
{
	return bpf_ksym_exists(scx_bpf_now___new) ? scx_bpf_now___new() : bpf_ktime_get_ns();
}
#define scx_bpf_now() __scx_now()

/* Arena pages. May sleep on 6.x and where a kernel says nothing else: init and init_task only. */
void __arena *bpf_arena_alloc_pages(void *map, void __arena *addr, u32 page_cnt, int node_id,
				    u64 flags) __ksym __weak;

#endif
