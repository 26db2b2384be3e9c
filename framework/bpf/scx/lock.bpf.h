/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locks for BPF: an array of them, taken around a few statements.
 *
 *	SCX_LOCKS(queue_locks, 5);
 *	if (!scx_locked(queue_locks, i, { head = queue->head; queue->head = t; }))
 *		scx_bpf_error(…);
 *
 * From 6.15 on these are resilient spin locks (bpf_res_spin_lock), which notice a deadlock and fail
 * rather than hang; before, plain ones (bpf_spin_lock), which the verifier keeps from nesting. Either
 * way interrupts are off meanwhile. The statements may be loads, stores and inlined functions of
 * such: the verifier lets nothing be called under a lock. They stand in the program twice, but the
 * verifier and the JIT see one of them.
 *
 * scx_locked() is false where the lock could not be had, and the statements were not executed.
 */
#ifndef __SCX_LOCK_BPF_H
#define __SCX_LOCK_BPF_H

#include <scx/common.bpf.h>

int bpf_res_spin_lock(struct bpf_res_spin_lock *lock) __ksym __weak;
void bpf_res_spin_unlock(struct bpf_res_spin_lock *lock) __ksym __weak;

struct scx_res_lock {
	struct bpf_res_spin_lock lock;
};

struct scx_plain_lock {
	struct bpf_spin_lock lock;
};

/* Two maps: the kernel takes one kind of lock a value. */
#define __SCX_LOCK_MAP(name, lock, n)						\
struct {									\
	__uint(type, BPF_MAP_TYPE_ARRAY);					\
	__uint(max_entries, n);							\
	__type(key, u32);							\
	__type(value, struct lock);						\
} name SEC(".maps")

#define SCX_LOCKS(name, n)							\
	__SCX_LOCK_MAP(name##_res, scx_res_lock, n);				\
	__SCX_LOCK_MAP(name##_plain, scx_plain_lock, n)

#define scx_locked(locks, index, statements...)					\
({										\
	u32 scx_key_ = (index);							\
	bool scx_held_ = false;							\
	if (bpf_ksym_exists(bpf_res_spin_lock)) {				\
		struct scx_res_lock *scx_l_ =					\
			bpf_map_lookup_elem(&locks##_res, &scx_key_);		\
		if (scx_l_ && !bpf_res_spin_lock(&scx_l_->lock)) {		\
			statements						\
			bpf_res_spin_unlock(&scx_l_->lock);			\
			scx_held_ = true;					\
		}								\
	} else {								\
		struct scx_plain_lock *scx_l_ =					\
			bpf_map_lookup_elem(&locks##_plain, &scx_key_);		\
		if (scx_l_) {							\
			bpf_spin_lock(&scx_l_->lock);				\
			statements						\
			bpf_spin_unlock(&scx_l_->lock);				\
			scx_held_ = true;					\
		}								\
	}									\
	scx_held_;								\
})

#endif
