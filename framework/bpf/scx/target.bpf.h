/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the library says differently to the BPF target and to the simulator: this is the BPF form.
 * framework/sim/bpf has a header of the same name for policies that are compiled natively, which
 * comes first on the include path there. So neither the rest of the library nor a policy has
 * conditional code.
 */
#ifndef __SCX_TARGET_BPF_H
#define __SCX_TARGET_BPF_H

/* Memory in the arena: pointers to it are 32-bit offsets to the verifier, cast by address space. */
#define __arena __attribute__((address_space(1)))

/*
 * can_loop: true until the program's loop budget (8 million turns) is used up. Put it into the
 * condition of any loop whose bound the verifier does not see: it then verifies one turn instead
 * of all of them. Since 6.9.
 */
#ifndef can_loop
#define can_loop								\
	({									\
		__label__ scx_out_, scx_on_;					\
		bool scx_go_ = true;						\
		asm volatile goto("may_goto %l[scx_out_]" :::: scx_out_);	\
		goto scx_on_;							\
	scx_out_:								\
		scx_go_ = false;						\
	scx_on_:;								\
		scx_go_;							\
	})
#endif

/* A read-only table that is sized from the running machine: one element, grown before the load. */
#define __SCX_TABLE(type, name) \
	const volatile type name[1] __weak SEC(".rodata." #name)

#endif
