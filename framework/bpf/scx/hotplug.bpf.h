/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far the CPU that a program runs on is on its way offline.
 *
 * Such a CPU runs programs to the very end: it wakes whoever waits for that, and goes idle for the last
 * time. What is asked of it after it has stopped to take calls from other CPUs (CPUHP_AP_SMPCFD_DYING)
 * stays undone until it is back.
 */
#ifndef __SCX_HOTPLUG_BPF_H
#define __SCX_HOTPLUG_BPF_H

#include <scx/enums.bpf.h>

enum cpuhp_state___scx { CPUHP_AP_SMPCFD_DYING___scx };

struct cpuhp_cpu_state___scx {
	enum cpuhp_state___scx state;
} __attribute__((preserve_access_index));

/* of each CPU */
extern const struct cpuhp_cpu_state___scx cpuhp_state __ksym __weak;

/* Whether this CPU still does what is asked of it. Unknown, so true, where the kernel has no such state. */
__weak int scx_takes_calls_here(void)
{
	const struct cpuhp_cpu_state___scx *now;

	if (!bpf_ksym_exists(&cpuhp_state) || !bpf_core_field_exists(struct cpuhp_cpu_state___scx, state) ||
	    !scx_has_enum(cpuhp_state, CPUHP_AP_SMPCFD_DYING))
		return true;
	now = bpf_this_cpu_ptr(&cpuhp_state);
	return (u64)now->state >= scx_enum(cpuhp_state, CPUHP_AP_SMPCFD_DYING);
}

#endif
