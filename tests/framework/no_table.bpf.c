/* SPDX-License-Identifier: GPL-2.0-only */
/* No scheduler at all. Never loaded. */
#include <scx/common.bpf.h>

char _license[] SEC("license") = "GPL";

SEC("syscall")
int nothing(void *ctx)
{
	return 0;
}
