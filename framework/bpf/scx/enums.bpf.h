/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's constants, taken from the running kernel.
 *
 * Their values move between kernels (SCX_ENQ_HEAD is 16 or 65536), so each name below is a CO-RE
 * relocation: one instruction that libbpf fills in when the program loads. A name that the running
 * kernel lacks must stay unreachable behind scx_has_enum(), unless it says that it is 0 then.
 *
 * They are no compile-time constants. A static initialiser (ops.flags) takes the SCX_OPS_* values,
 * which have never moved.
 */
#ifndef __SCX_ENUMS_BPF_H
#define __SCX_ENUMS_BPF_H

#define scx_enum(type, name) \
	((u64)bpf_core_enum_value(enum type##___scx, name##___scx))
#define scx_has_enum(type, name) \
	bpf_core_enum_value_exists(enum type##___scx, name##___scx)
#define scx_enum_or_0(type, name) \
	(scx_has_enum(type, name) ? scx_enum(type, name) : 0)

enum scx_public_consts___scx {
	SCX_SLICE_DFL___scx = 20000000ULL,
	SCX_SLICE_INF___scx = 18446744073709551615ULL,
};
#define SCX_SLICE_DFL		scx_enum(scx_public_consts, SCX_SLICE_DFL)
#define SCX_SLICE_INF		scx_enum(scx_public_consts, SCX_SLICE_INF)

enum scx_dsq_id_flags___scx {
	SCX_DSQ_FLAG_BUILTIN___scx = 1ULL << 63,
	SCX_DSQ_GLOBAL___scx = (1ULL << 63) | 1,
	SCX_DSQ_LOCAL___scx = (1ULL << 63) | 2,
	SCX_DSQ_LOCAL_ON___scx = (1ULL << 63) | (1ULL << 62),
};
#define SCX_DSQ_FLAG_BUILTIN	scx_enum(scx_dsq_id_flags, SCX_DSQ_FLAG_BUILTIN)
#define SCX_DSQ_GLOBAL		scx_enum(scx_dsq_id_flags, SCX_DSQ_GLOBAL)
#define SCX_DSQ_LOCAL		scx_enum(scx_dsq_id_flags, SCX_DSQ_LOCAL)
#define SCX_DSQ_LOCAL_ON	scx_enum(scx_dsq_id_flags, SCX_DSQ_LOCAL_ON)

enum scx_enq_flags___scx {
	SCX_ENQ_WAKEUP___scx = 1ULL,
	SCX_ENQ_HEAD___scx = 1ULL << 16,
	SCX_ENQ_CPU_SELECTED___scx = 1ULL << 20,
	SCX_ENQ_PREEMPT___scx = 1ULL << 32,
	SCX_ENQ_IMMED___scx = 1ULL << 33,
	SCX_ENQ_RESCUE___scx = 1ULL << 34,
	SCX_ENQ_REENQ___scx = 1ULL << 40,
	SCX_ENQ_LAST___scx = 1ULL << 41,
};
#define SCX_ENQ_WAKEUP		scx_enum(scx_enq_flags, SCX_ENQ_WAKEUP)
#define SCX_ENQ_HEAD		scx_enum(scx_enq_flags, SCX_ENQ_HEAD)
#define SCX_ENQ_CPU_SELECTED	scx_enum(scx_enq_flags, SCX_ENQ_CPU_SELECTED) /* since 6.13 */
#define SCX_ENQ_PREEMPT		scx_enum(scx_enq_flags, SCX_ENQ_PREEMPT)
#define SCX_ENQ_IMMED		scx_enum_or_0(scx_enq_flags, SCX_ENQ_IMMED)	/* since 7.1; 0 before */
#define SCX_ENQ_RESCUE		scx_enum(scx_enq_flags, SCX_ENQ_RESCUE)	/* since 7.3 */
#define SCX_ENQ_REENQ		scx_enum(scx_enq_flags, SCX_ENQ_REENQ)
#define SCX_ENQ_LAST		scx_enum(scx_enq_flags, SCX_ENQ_LAST)

enum scx_deq_flags___scx {
	SCX_DEQ_SLEEP___scx = 1ULL,
	SCX_DEQ_CORE_SCHED_EXEC___scx = 1ULL << 32,
	SCX_DEQ_SCHED_CHANGE___scx = 1ULL << 33,
};
#define SCX_DEQ_SLEEP		scx_enum(scx_deq_flags, SCX_DEQ_SLEEP)
#define SCX_DEQ_CORE_SCHED_EXEC	scx_enum(scx_deq_flags, SCX_DEQ_CORE_SCHED_EXEC)
#define SCX_DEQ_SCHED_CHANGE	scx_enum(scx_deq_flags, SCX_DEQ_SCHED_CHANGE)	/* since 7.1 */

enum scx_wake_flags___scx {
	SCX_WAKE_FORK___scx = 4,
	SCX_WAKE_TTWU___scx = 8,
	SCX_WAKE_SYNC___scx = 16,
};
#define SCX_WAKE_FORK		scx_enum(scx_wake_flags, SCX_WAKE_FORK)
#define SCX_WAKE_TTWU		scx_enum(scx_wake_flags, SCX_WAKE_TTWU)
#define SCX_WAKE_SYNC		scx_enum(scx_wake_flags, SCX_WAKE_SYNC)

enum scx_kick_flags___scx {
	SCX_KICK_IDLE___scx = 1,
	SCX_KICK_PREEMPT___scx = 2,
	SCX_KICK_WAIT___scx = 4,
};
#define SCX_KICK_IDLE		scx_enum(scx_kick_flags, SCX_KICK_IDLE)
#define SCX_KICK_PREEMPT	scx_enum(scx_kick_flags, SCX_KICK_PREEMPT)
#define SCX_KICK_WAIT		scx_enum(scx_kick_flags, SCX_KICK_WAIT)

/* Why the kernel enqueues a task again: p->scx.flags & SCX_TASK_REENQ_REASON_MASK. Since 7.1. */
enum scx_ent_flags___scx {
	SCX_TASK_QUEUED___scx = 1,
	SCX_TASK_REENQ_KFUNC___scx = 1 << 12,
	SCX_TASK_REENQ_IMMED___scx = 2 << 12,
	SCX_TASK_REENQ_PREEMPTED___scx = 3 << 12,
	SCX_TASK_REENQ_CAP___scx = 4 << 12,
	SCX_TASK_REENQ_REASON_MASK___scx = 7 << 12,
};
#define SCX_TASK_QUEUED		scx_enum(scx_ent_flags, SCX_TASK_QUEUED)
#define SCX_TASK_REENQ_KFUNC	scx_enum(scx_ent_flags, SCX_TASK_REENQ_KFUNC)
#define SCX_TASK_REENQ_IMMED	scx_enum(scx_ent_flags, SCX_TASK_REENQ_IMMED)
#define SCX_TASK_REENQ_PREEMPTED	scx_enum(scx_ent_flags, SCX_TASK_REENQ_PREEMPTED)
#define SCX_TASK_REENQ_CAP	scx_enum(scx_ent_flags, SCX_TASK_REENQ_CAP)	/* since 7.3 */
#define SCX_TASK_REENQ_REASON_MASK	scx_enum(scx_ent_flags, SCX_TASK_REENQ_REASON_MASK)

enum scx_dsq_iter_flags___scx {
	SCX_DSQ_ITER_REV___scx = 1 << 16,
};
#define SCX_DSQ_ITER_REV	scx_enum(scx_dsq_iter_flags, SCX_DSQ_ITER_REV)

/* What a sub-scheduler may do on a cid. Since 7.3. */
enum scx_cap_flags___scx {
	SCX_CAP_ENQ_IMMED___scx = 1,
	SCX_CAP_ENQ___scx = 2,
	SCX_CAP_PREEMPT___scx = 4,
	SCX_CAP_PERF___scx = 8,
};
#define SCX_CAP_ENQ_IMMED	scx_enum(scx_cap_flags, SCX_CAP_ENQ_IMMED)
#define SCX_CAP_ENQ		scx_enum(scx_cap_flags, SCX_CAP_ENQ)
#define SCX_CAP_PREEMPT		scx_enum(scx_cap_flags, SCX_CAP_PREEMPT)
#define SCX_CAP_PERF		scx_enum(scx_cap_flags, SCX_CAP_PERF)

#define SCX_CPUPERF_ONE		1024

/* Stable since 6.12; static initialisers need constants. With a full vmlinux.h these shadow the
 * enumerators of the same name and value. */
#define SCX_OPS_KEEP_BUILTIN_IDLE	(1ULL << 0)
#define SCX_OPS_ENQ_LAST		(1ULL << 1)
#define SCX_OPS_ENQ_EXITING		(1ULL << 2)
#define SCX_OPS_SWITCH_PARTIAL		(1ULL << 3)
#define SCX_OPS_ENQ_MIGRATION_DISABLED	(1ULL << 4)	/* since 6.14 */
#define SCX_OPS_ALLOW_QUEUED_WAKEUP	(1ULL << 5)	/* since 6.16 */
#define SCX_OPS_ALWAYS_ENQ_IMMED	(1ULL << 7)	/* since 7.1 */
#define SCX_OPS_TID_TO_TASK		(1ULL << 8)	/* since 7.2 */

#endif
