/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the library says differently to the BPF target and to the simulator: this is the simulator's
 * form, for policies that are compiled natively.
 */
#ifndef __SCX_TARGET_BPF_H
#define __SCX_TARGET_BPF_H

/* The arena is memory like any other. It lies below 4 GiB, so that the low half of an address is the
 * whole of it, as policies may assume. */
#define __arena

/* Loops end by their own condition; a policy that never ends one hangs here as it would anywhere. */
#ifndef can_loop
#define can_loop true
#endif

/* A read-only table, allocated and filled when the policy is loaded. */
#define __SCX_TABLE(type, name) \
	const volatile type *name __weak

#endif
