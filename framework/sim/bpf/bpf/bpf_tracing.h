/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a program's arguments come out of its context: an array of 64-bit words, as in BPF. Programs
 * beside the ops compile and are never called.
 */
#ifndef __BPF_TRACING_H__
#define __BPF_TRACING_H__

#include <bpf/bpf_helpers.h>

#define ___bpf_ctx_cast0()		ctx
#define ___bpf_ctx_cast1(a)		ctx, scx_sim_arg(0)
#define ___bpf_ctx_cast2(a, b)		___bpf_ctx_cast1(a), scx_sim_arg(1)
#define ___bpf_ctx_cast3(a, b, c)	___bpf_ctx_cast2(a, b), scx_sim_arg(2)
#define ___bpf_ctx_cast4(a, b, c, d)	___bpf_ctx_cast3(a, b, c), scx_sim_arg(3)
#define ___bpf_ctx_cast5(a, b, c, d, e)	___bpf_ctx_cast4(a, b, c, d), scx_sim_arg(4)
#define ___bpf_ctx_cast6(a, b, c, d, e, f) \
	___bpf_ctx_cast5(a, b, c, d, e), scx_sim_arg(5)
#define ___bpf_ctx_cast(args...)	___bpf_apply(___bpf_ctx_cast, ___bpf_narg(args))(args)

/* Becomes any parameter's type, a number's or a pointer's, by conversion. */
#define scx_sim_arg(i)			ctx[i]

#define BPF_PROG(name, args...)							\
name(unsigned long long *ctx);							\
static __always_inline typeof(name(0)) ____##name(unsigned long long *ctx, ##args);	\
typeof(name(0)) name(unsigned long long *ctx)					\
{										\
	return ____##name(___bpf_ctx_cast(args));				\
}										\
static __always_inline typeof(name(0)) ____##name(unsigned long long *ctx, ##args)

#endif
