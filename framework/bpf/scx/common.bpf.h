/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every sched_ext program includes: types, constants, kfuncs and the kernel's own macro names,
 * so that a scheduler written for the kernel's tools/sched_ext compiles unchanged.
 *
 * A scheduler written once in cids includes <scx/scheduler.bpf.h> instead, which brings this along.
 */
#ifndef __SCX_COMMON_BPF_H
#define __SCX_COMMON_BPF_H

#define BPF_NO_KFUNC_PROTOTYPES		/* of a full vmlinux.h: kfuncs.bpf.h has those of all kernels */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#include <scx/target.bpf.h>
#include <scx/enums.bpf.h>
#include <scx/kfuncs.bpf.h>

#ifndef READ_ONCE
#define READ_ONCE(x)		(*(volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile typeof(x) *)&(x) = (v))
#endif

#ifndef likely
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#endif

#define PF_KTHREAD	0x00200000
#define PF_EXITING	0x00000004

#define MAX_RT_PRIO	100
#define NICE_TO_PRIO(nice)	((nice) + 120)

/*
 * The same number, but one that the verifier does not know. A loop counter that starts from a known
 * number is another state in each turn, and the loop is walked turn by turn; one that starts from
 * an unknown number is the same state the second time round.
 */
u32 scx_zero __weak;	/* never written, but the verifier cannot know */
#define scx_hide(x)	((x) + scx_zero)

/* i from `from` to below `to`, as a loop that the verifier walks twice, whatever `to` is. */
#define scx_for(i, from, to) \
	for (i = scx_hide(from); i < (to) && can_loop; i = scx_hide(i + 1))

/* The kernel's spelling of a callback in either ops form; the arguments come as the kernel gives
 * them. SCX_OP (scx/ops.bpf.h) is the spelling that makes one callback serve both forms. */
#define BPF_STRUCT_OPS(name, args...) \
	SEC("struct_ops/" #name) BPF_PROG(name, ##args)
#define BPF_STRUCT_OPS_SLEEPABLE(name, args...) \
	SEC("struct_ops.s/" #name) BPF_PROG(name, ##args)

#define SCX_OPS_DEFINE(name, ...) \
	SEC(".struct_ops.link") struct sched_ext_ops name = { __VA_ARGS__ }

/* Report through the kernel. scx_bpf_error() ends the scheduler with SCX_EXIT_ERROR_BPF,
 * scx_bpf_exit() with SCX_EXIT_UNREG_BPF and a code; scx_bpf_dump() adds to the debug dump. */
#define __scx_bstr(call, fmt, args...)						\
({										\
	static char scx_fmt_[] = fmt;	/* not const: the kfuncs ask for writable memory */	\
	/* an array of one where there are no arguments: size 0 is refused */	\
	unsigned long long scx_args_[___bpf_narg(args) ?: 1] = {};		\
	_Pragma("GCC diagnostic push")						\
	_Pragma("GCC diagnostic ignored \"-Wint-conversion\"")			\
	___bpf_fill(scx_args_, args);						\
	_Pragma("GCC diagnostic pop")						\
	call;									\
})
#define scx_bpf_error(fmt, args...)						\
	__scx_bstr(scx_bpf_error_bstr((char *)scx_fmt_, scx_args_,		\
				      ___bpf_narg(args) * 8), fmt, ##args)
#define scx_bpf_exit(code, fmt, args...)					\
	__scx_bstr(scx_bpf_exit_bstr(code, (char *)scx_fmt_, scx_args_,		\
				     ___bpf_narg(args) * 8), fmt, ##args)
#define scx_bpf_dump(fmt, args...)						\
	__scx_bstr(scx_bpf_dump_bstr((char *)scx_fmt_, scx_args_,		\
				     ___bpf_narg(args) * 8), fmt, ##args)

#define scx_bpf_sub_kill(cgroup_id, fmt, args...)				\
	__scx_bstr(scx_bpf_sub_kill_bstr(cgroup_id, (char *)scx_fmt_, scx_args_,	\
					 ___bpf_narg(args) * 8), fmt, ##args)

/* Time, weights, comparisons of times that wrap. */
static __always_inline bool time_after(u64 a, u64 b) { return (s64)(b - a) < 0; }
static __always_inline bool time_before(u64 a, u64 b) { return time_after(b, a); }

/* Last, because it needs what stands above: UEI_DEFINE and UEI_RECORD belong to the kernel's names. */
#include <scx/exit.bpf.h>

#endif
