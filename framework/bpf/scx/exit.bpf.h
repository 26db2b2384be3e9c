/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the scheduler ended, for user space: recorded by the exit callback, and an event on a ring
 * buffer wakes the framework at once.
 *
 * UEI_DEFINE and UEI_RECORD are the kernel's names for the same thing, for schedulers written its
 * way.
 */
#ifndef __SCX_EXIT_BPF_H
#define __SCX_EXIT_BPF_H

#include <scx/common.bpf.h>
#include <scx/tables.h>

/* The same variable as in topology.bpf.h, which cannot be included: it needs common.bpf.h whole, and
 * that includes this file. */
const volatile struct scx_machine scx_machine __weak;

struct scx_exit_record scx_exit_record __weak SEC(".data.scx_exit");
char scx_dump[1] __weak SEC(".data.scx_dump");	/* grown to scx_machine.dump_len */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} scx_events __weak SEC(".maps");

static __always_inline void scx_exit_save(struct scx_exit_info *ei)
{
	struct scx_exit_record *record = &scx_exit_record;
	char *dump = scx_dump;
	u64 event = 1;
	u32 bt_len;

	bpf_probe_read_kernel_str(record->reason, sizeof(record->reason), ei->reason);
	bpf_probe_read_kernel_str(record->msg, sizeof(record->msg), ei->msg);
	/* the barrier hides that scx_dump is declared with one byte */
	asm volatile("" : "+r"(dump));
	if (scx_machine.dump_len)
		bpf_probe_read_kernel_str(dump, scx_machine.dump_len, ei->dump);
	bt_len = ei->bt_len;
	if (bt_len > SCX_RECORD_BT)
		bt_len = SCX_RECORD_BT;
	record->bt_len = bt_len;
	bpf_probe_read_kernel(record->bt, bt_len * sizeof(u64), ei->bt);
	if (bpf_core_field_exists(ei->exit_code))
		record->exit_code = ei->exit_code;
	/* kind last, by an atomic, for the reader that polls it */
	__sync_val_compare_and_swap(&record->kind, record->kind, ei->kind);
	bpf_ringbuf_output(&scx_events, &event, sizeof(event), 0);
}

#define UEI_DEFINE(name)		extern int scx_uei_##name##_is_scx_exit_record
#define UEI_RECORD(name, ei)		scx_exit_save(ei)

#endif
