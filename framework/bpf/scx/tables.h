/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The layouts that the framework (C++) and the schedulers (BPF) share. The framework fills them
 * before the program loads; both sides include this file, so they cannot drift apart.
 *
 * Ids are -1 where a cid belongs to no such unit (a CPU that was offline at start).
 */
#ifndef __SCX_TABLES_H
#define __SCX_TABLES_H

#ifdef __cplusplus
#include <cstdint>
/* The kernel's names, at global scope: the generated skeletons use them. */
using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using s8 = std::int8_t;
using s16 = std::int16_t;
using s32 = std::int32_t;
using s64 = std::int64_t;
#define SCX_STATIC_ASSERT static_assert
#else
#define SCX_STATIC_ASSERT _Static_assert
#endif

/* One a scheduler, variable `scx_machine` in .rodata. */
struct scx_machine {
	u32 cid_form;		/* 1: the kernel speaks cids to us (7.2+); 0: CPU numbers */
	u32 smt;		/* some core has more than one hardware thread */
	u32 nr_cids;		/* cids are 0 … nr_cids - 1 */
	u32 nr_online;		/* cids 0 … nr_online - 1 were online at start */
	u32 nr_cpu_ids;		/* CPU numbers are 0 … nr_cpu_ids - 1 */
	u32 nr_words;		/* 64-bit words of a bitmap over all cids */
	u32 nr_cores;
	u32 nr_domains;
	u32 nr_neighbors;
	u32 nr_llcs;
	u32 nr_nodes;
	u32 nr_tiers;		/* core types; 1 on a uniform machine */
	u32 dump_len;		/* bytes of scx_dump */
	u32 override_cids;	/* 1: the kernel's numbering differs, ours is installed */
	u32 nr_shards;		/* in scx_override, behind its nr_cpu_ids cids */
	u32 nr_perf_steps;	/* preference orders (scx/orders.bpf.h); 0 where they were not made */
	u32 nr_save_steps;
	u32 nr_order_words;
	u64 idle_addr;		/* arena: bitmap of idle cids, nr_words words */
	u64 idle_cores_addr;	/* arena: bitmap of cids whose whole core is idle */
	u64 usable_addr;	/* arena: bitmap of cids that may be claimed; all online ones at start */
	u64 override_addr;	/* arena: a copy of scx_override */
};
SCX_STATIC_ASSERT(sizeof(struct scx_machine) == 104, "shared with user space");

/* Table scx_cids, nr_cids entries. */
struct scx_cid_info {
	s32 cpu;
	s32 core_first;		/* the core's cids: core_first … core_first + core_nr - 1 */
	s32 core_nr;
	s32 core;
	s32 domain;
	s32 llc;
	s32 node;
	u32 tier;		/* core type, 0 is the biggest */
	u32 capacity;		/* 1 … 1024; 1024 is the biggest core of this machine */
	u32 max_khz;
};
SCX_STATIC_ASSERT(sizeof(struct scx_cid_info) == 40, "shared with user space");

/* Table scx_domains, nr_domains entries: (node, LLC, core type), a range of cids. */
struct scx_domain_info {
	s32 first;		/* first cid */
	s32 nr;			/* number of cids */
	s32 llc;
	s32 node;
	u32 tier;
	u32 capacity;		/* sum over the cids, / 1024 = biggest cores */
	u32 near_first;		/* the neighbours: near_nr entries of scx_neighbors, nearest first */
	u32 near_nr;
};
SCX_STATIC_ASSERT(sizeof(struct scx_domain_info) == 32, "shared with user space");

/* Table scx_neighbors: a range of domain ids at one distance from the domain that points here. */
struct scx_neighbor {
	s32 first;
	s32 nr;
	u32 distance;		/* rank of the distance class; larger is farther */
};
SCX_STATIC_ASSERT(sizeof(struct scx_neighbor) == 12, "shared with user space");

/* Tables scx_llcs and scx_nodes: ranges of cids. */
struct scx_range {
	s32 first;
	s32 nr;
};
SCX_STATIC_ASSERT(sizeof(struct scx_range) == 8, "shared with user space");

/* Table scx_order_steps: the steps of the performance order, then those of the powersave order, each
 * ascending by capacity. For loads up to `capacity`, a sum over cids of scx_cid_info.capacity, the
 * primary cids do; the overflow cids are those to take next. Table scx_order_words, from first_word
 * on: nr_words words, the set of the primary cids, then as many, that of the overflow cids. */
struct scx_order_step {
	u64 capacity;
	u32 nr_primary;		/* at least 1 */
	u32 nr_overflow;	/* 0 only where all online cids are primary */
	u32 first_word;
	u32 pad;
};
SCX_STATIC_ASSERT(sizeof(struct scx_order_step) == 24, "shared with user space");

/* An array in the arena with an element a cid or a domain; variables scx_per_cid_NAME and
 * scx_per_domain_NAME in .rodata. The scheduler states the size, the framework the address. */
struct scx_arena_array {
	u64 addr;
	u32 elem_size;
	u32 nr;
};
SCX_STATIC_ASSERT(sizeof(struct scx_arena_array) == 16, "shared with user space");

/* The slab of task contexts (scx/task.bpf.h), variable scx_slab in the arena. */
struct scx_slab {
	u64 head;		/* tag << 32 | low half of the first free context's address */
	u64 nr_used;
	u64 nr_total;
	u64 ctx_size;		/* bytes of the policy's part; the allowed cids follow it */
};
SCX_STATIC_ASSERT(sizeof(struct scx_slab) == 32, "shared with user space");

/* Waits of the tasks of a cid (scx/latency.bpf.h), array scx_latency. Bucket 0 has those below 1 µs,
 * bucket n those below 2^n µs that no bucket before has, the last one all that are left. */
enum { SCX_LATENCY_BUCKETS = 32 };

struct scx_latency {
	u64 count[SCX_LATENCY_BUCKETS];
};
SCX_STATIC_ASSERT(sizeof(struct scx_latency) == 256, "shared with user space");

/* How the scheduler ended, variable scx_exit_record in .data.scx_exit. */
enum { SCX_RECORD_REASON = 128, SCX_RECORD_MSG = 1024, SCX_RECORD_BT = 64 };

struct scx_exit_record {
	s64 exit_code;
	s32 kind;		/* enum scx_exit_kind; 0 while it runs */
	u32 bt_len;
	char reason[SCX_RECORD_REASON];
	char msg[SCX_RECORD_MSG];
	u64 bt[SCX_RECORD_BT];
};
SCX_STATIC_ASSERT(sizeof(struct scx_exit_record) == 16 + 128 + 1024 + 512, "shared with user space");

/* The exit code by which init says that the kernel's cid numbering is not the framework's: the
 * framework then runs the CPU form. */
enum { SCX_ECODE_CID_MISMATCH = 0x5c1d };

#endif
