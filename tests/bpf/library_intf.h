/* SPDX-License-Identifier: GPL-2.0-only */
/* What library_test.cc asks of the programs in library.bpf.c. */
#ifndef LIBRARY_INTF_H
#define LIBRARY_INTF_H

#include <scx/tables.h>

#ifdef __cplusplus
#define UNLESS_GIVEN {}
#else
#define UNLESS_GIVEN
#endif

/* The context of every program; each says which members it takes. Addresses are arena addresses. */
struct library_args {
	u64 a UNLESS_GIVEN;
	u64 b UNLESS_GIVEN;
	u32 first UNLESS_GIVEN;
	u32 nr UNLESS_GIVEN;
	u32 hint UNLESS_GIVEN;
	u32 flag UNLESS_GIVEN;
	s64 result UNLESS_GIVEN;
};

/* What concurrent programs found, summed up. */
struct library_found {
	u64 turns;		/* things taken and given back */
	u64 nothing;		/* turns that found none to take */
	u64 taken_twice;	/* things that somebody else held: must be 0 */
	u64 hidden;		/* looks at something not empty that said otherwise: must be 0 */
};

#endif
