/* SPDX-License-Identifier: GPL-2.0-only */
/* What orders_test.cc asks of the programs in orders.bpf.c. */
#ifndef ORDERS_INTF_H
#define ORDERS_INTF_H

#include <scx/tables.h>

struct orders_args {
	u64 capacity;
	u64 word;
	u32 id;
	u32 found;
	u32 nr_primary;
	u32 nr_overflow;
	u32 first_word;
	u32 pad;
};

#endif
