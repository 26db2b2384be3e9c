/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a policy that is compiled natively and the simulated kernel (C++) share: the kernel's types as
 * policies see them, and the calls that a policy makes into the kernel, as one table of functions.
 *
 * The simulated kernel is one of the cid form, with the kfuncs that 7.3 has but for sub-schedulers.
 */
#ifndef __SCX_SIM_KERNEL_H
#define __SCX_SIM_KERNEL_H

#include <scx/tables.h>

struct cpumask {
	unsigned long bits[1];
};
typedef struct cpumask cpumask_t;

struct sched_ext_entity {
	u32 flags;
	u32 weight;
	unsigned long runnable_at;
	u64 tid;
	u64 slice;
	u64 dsq_vtime;
	bool disallow;
};

struct mm_struct;

struct task_struct {
	unsigned int __state;
	unsigned int flags;
	unsigned int on_cpu;
	int prio;
	int static_prio;
	int normal_prio;
	unsigned int policy;
	int nr_cpus_allowed;
	const cpumask_t *cpus_ptr;	/* CPU numbers, as in the kernel */
	unsigned short migration_disabled;
	s32 pid;
	s32 tgid;
	char comm[16];
	struct mm_struct *mm;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct sched_ext_entity scx;
};

struct kernfs_node {
	u64 id;
	const char *name;
};

struct cgroup;

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

/* There is one controller, cpu, which is the first. */
struct cgroup {
	struct kernfs_node *kn;
	struct cgroup_subsys_state *subsys[1];
};

struct scx_task_group {
	u32 weight;
};

struct task_group {
	struct cgroup_subsys_state css;
	struct scx_task_group scx;
};

/* Times in us; the quota is ~0 where there is none. */
struct scx_cgroup_init_args {
	u32 weight;
	u64 bw_period_us;
	u64 bw_quota_us;
	u64 bw_burst_us;
	bool sched_idle;	/* since 7.3 */
};

struct scx_init_task_args {
	bool fork;
	struct cgroup *cgroup;
};

struct scx_exit_task_args {
	bool cancelled;
};

enum scx_exit_kind {
	SCX_EXIT_NONE = 0,
	SCX_EXIT_DONE = 1,
	SCX_EXIT_UNREG = 64,
	SCX_EXIT_UNREG_BPF = 65,
	SCX_EXIT_UNREG_KERN = 66,
	SCX_EXIT_SYSRQ = 67,
	SCX_EXIT_ERROR = 1024,
	SCX_EXIT_ERROR_BPF = 1025,
	SCX_EXIT_ERROR_STALL = 1026,
};

struct scx_exit_info {
	enum scx_exit_kind kind;
	s64 exit_code;
	const char *reason;
	unsigned long *bt;
	u32 bt_len;
	char *msg;
	char *dump;
};

/* A set of cids as the kernel hands it over: bits[0] is the word that holds base. */
struct scx_sim_cmask {
	u32 base;
	u32 nr_cids;
	u32 alloc_words;
	u64 bits[1];
};

/* The values of the flags; calls.c asserts that scx/enums.bpf.h has the same. */
enum scx_sim_values {
	SIM_SLICE_DFL		= 20000000,
	SIM_ENQ_WAKEUP		= 1 << 0,
	SIM_ENQ_HEAD		= 1 << 16,
	SIM_ENQ_CPU_SELECTED	= 1 << 20,
	SIM_DEQ_SLEEP		= 1 << 0,
	SIM_WAKE_FORK		= 1 << 2,
	SIM_WAKE_TTWU		= 1 << 3,
	SIM_WAKE_SYNC		= 1 << 4,
	SIM_KICK_IDLE		= 1 << 0,
	SIM_KICK_PREEMPT	= 1 << 1,
	SIM_KICK_WAIT		= 1 << 2,
	SIM_TASK_QUEUED		= 1 << 0,
	SIM_TASK_REENQ_KFUNC	= 1 << 12,
	SIM_TASK_REENQ_IMMED	= 2 << 12,
	SIM_TASK_REENQ_PREEMPTED = 3 << 12,
	SIM_TASK_REENQ_MASK	= 7 << 12,
	SIM_ITER_REV		= 1 << 16,
	SIM_SCHED_OTHER		= 0,
	SIM_SCHED_FIFO		= 1,
	SIM_PF_EXITING		= 4,
	SIM_PF_KTHREAD		= 0x200000,
};
#define SIM_ECODE_RSN_HOTPLUG	(1ull << 32)
#define SIM_ECODE_ACT_RESTART	(1ull << 48)
#define SIM_SLICE_INF		(~0ull)
#define SIM_ENQ_PREEMPT		(1ull << 32)
#define SIM_ENQ_IMMED		(1ull << 33)
#define SIM_ENQ_REENQ		(1ull << 40)
#define SIM_ENQ_LAST		(1ull << 41)
#define SIM_DEQ_SCHED_CHANGE	(1ull << 33)
#define SIM_DSQ_BUILTIN		(1ull << 63)
#define SIM_DSQ_GLOBAL		(SIM_DSQ_BUILTIN | 1)
#define SIM_DSQ_LOCAL		(SIM_DSQ_BUILTIN | 2)
#define SIM_DSQ_LOCAL_ON	(SIM_DSQ_BUILTIN | 1ull << 62)

/* Of the preemption count: a softirq or hard interrupt is being served (scx/context.bpf.h). */
enum { SIM_IN_SOFTIRQ = 1 << 8, SIM_IN_HARDIRQ = 1 << 16 };

struct scx_sim_insert {
	u64 dsq_id;
	u64 slice;
	u64 vtime;
	u64 enq_flags;
	bool by_vtime;
};

/* The calls; `k` is the simulated kernel. What they do is what the kfunc or helper of that name does. */
struct scx_sim_calls {
	/* time, chance, and where the program runs */
	u64 (*now)(void *k);
	u32 (*random)(void *k);
	struct task_struct *(*current_task)(void *k);
	s32 (*this_cid)(void *k);
	u32 (*preempt_count)(void *k);
	/* tasks */
	s32 (*task_cid)(void *k, const struct task_struct *p);
	bool (*task_running)(void *k, const struct task_struct *p);
	struct task_struct *(*find_task)(void *k, u64 tid);
	/* cgroups */
	struct cgroup *(*task_cgroup)(void *k, struct task_struct *p);
	struct cgroup *(*find_cgroup)(void *k, u64 id);
	/* queues */
	s32 (*create_dsq)(void *k, u64 dsq_id);
	void (*destroy_dsq)(void *k, u64 dsq_id);
	s32 (*dsq_nr_queued)(void *k, u64 dsq_id);
	struct task_struct *(*dsq_peek)(void *k, u64 dsq_id);
	void (*dsq_reenq)(void *k, u64 dsq_id, u64 flags);
	bool (*dsq_insert)(void *k, struct task_struct *p, const struct scx_sim_insert *how);
	bool (*dsq_move_to_local)(void *k, u64 dsq_id, u64 enq_flags);
	u32 (*dispatch_nr_slots)(void *k);
	void (*dispatch_cancel)(void *k);
	int (*iter_new)(void *k, u64 *it, u64 dsq_id, u64 flags);
	struct task_struct *(*iter_next)(void *k, u64 *it);
	void (*iter_set)(void *k, u64 *it, bool vtime, u64 value);
	bool (*iter_move)(void *k, u64 *it, struct task_struct *p, u64 dsq_id, u64 enq_flags, bool by_vtime);
	void (*iter_destroy)(void *k, u64 *it);
	/* cids */
	void (*kick)(void *k, s32 cid, u64 flags);
	s32 (*cid_to_cpu)(void *k, s32 cid);
	s32 (*cpu_to_cid)(void *k, s32 cpu);
	u32 (*nr_cids)(void *k);
	u32 (*perf_cap)(void *k, s32 cid);
	u32 (*perf_cur)(void *k, s32 cid);
	s32 (*perf_set)(void *k, s32 cid, u32 perf);
	/* memory */
	void *(*arena_alloc)(void *k, u32 pages);
	void *(*array_value)(void *k, const void *map, u32 value_size, u32 nr, u32 index);
	void *(*task_value)(void *k, const void *map, u32 value_size, struct task_struct *p, bool create);
	/* timers; `timer` is two words inside a value of an array */
	s32 (*timer_init)(void *k, u64 *timer, void *map);
	s32 (*timer_set_callback)(void *k, u64 *timer, int (*callback)(void *map, u32 *key, void *value));
	s32 (*timer_start)(void *k, u64 *timer, u64 ns);
	s32 (*timer_cancel)(void *k, u64 *timer);
	/* messages; `data` holds the arguments, 8 bytes each */
	void (*end)(void *k, bool is_error, s64 code, const char *fmt, const u64 *data, u32 size);
	void (*print)(void *k, const char *fmt, const u64 *data, u32 size);
};

/* Variable scx_sim_link of a policy's shared object: whoever loads it sets both. */
struct scx_sim_link {
	const struct scx_sim_calls *calls;
	void *kernel;
};

#endif
