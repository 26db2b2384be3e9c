/* SPDX-License-Identifier: GPL-2.0-only */
/* What qmap_test.cc asks of the programs in qmap.bpf.c. */
#ifndef QMAP_TEST_INTF_H
#define QMAP_TEST_INTF_H

#include <scx/tables.h>

enum { NR_TEST_TASKS = 128 };

struct qmap_test_args {
	u32 task;
	u32 queue;
	u32 nr;
	u32 seed;
	s64 result;
};

struct qmap_found {
	u64 turns;		/* tasks taken out and put back */
	u64 taken_twice;	/* of which somebody else held: must be 0 */
};

#endif
