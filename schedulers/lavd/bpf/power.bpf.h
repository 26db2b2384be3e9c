/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Power: how many CPUs are used, and how fast they should be.
 *
 * At low load few CPUs are used, and those well: the cids in use are the first step of a preference
 * order (scx/orders.bpf.h) that carries the load at a comfortable utilisation, the overflow set are the
 * next few, for bursts, and the others rest. Resting is a matter of placement alone: a task that may
 * run nowhere else wakes a resting cid, and a resting cid that runs something serves its queues.
 *
 * Modes: performance uses all cids at full speed, balanced goes by the performance order and keeps half
 * of each CPU free, powersave goes by the powersave order and fills them up. Autopilot takes one of
 * the three by the load.
 */
#ifndef __LAVD_POWER_BPF_H
#define __LAVD_POWER_BPF_H

#include "state.bpf.h"

/* How much of its capacity a cid in use is meant to carry, in percent. */
enum { LAVD_FILL_BALANCED = 50, LAVD_FILL_POWERSAVE = 80 };

/* Autopilot: above and below these utilisations, in percent, it is performance and powersave; it goes
 * back when the utilisation is away from them by a fifth. */
enum { LAVD_PILOT_HIGH = 70, LAVD_PILOT_LOW = 10 };

/* A speed target leaves this much room, in percent of the utilisation. */
enum { LAVD_PERF_ROOM = 125 };

/* The mode of the time since lavd_sys.mode_since_ns. */
static u32 lavd_mode_before;

/* The time in each mode; the command may have changed it meanwhile. */
static __always_inline void lavd_count_mode(u64 now)
{
	u32 mode = lavd_mode_before;

	if (mode < LAVD_NR_MODES)
		lavd_sys.mode_ns[mode] += now - lavd_sys.mode_since_ns;
	lavd_sys.mode_since_ns = now;
	lavd_mode_before = lavd_sys.mode;
}

static __always_inline void lavd_autopilot(void)
{
	u32 util = lavd_sys.util_wall, mode = lavd_sys.mode;
	u32 high = lavd_percent(LAVD_ONE, LAVD_PILOT_HIGH), low = lavd_percent(LAVD_ONE, LAVD_PILOT_LOW);

	if (util > high || (mode == LAVD_PERFORMANCE && util > high - high / 5))
		mode = LAVD_PERFORMANCE;
	else if (util < low || (mode == LAVD_POWERSAVE && util < low + low / 5))
		mode = LAVD_POWERSAVE;
	else
		mode = LAVD_BALANCED;
	lavd_sys.mode = mode;
}

/* The step of the mode's order that carries `load`, in capacity; -1: use all cids. */
static __always_inline s32 lavd_choose_step(u64 load)
{
	bool save = lavd_sys.mode == LAVD_POWERSAVE;
	u64 needed = load * 100 / (save ? LAVD_FILL_POWERSAVE : LAVD_FILL_BALANCED);
	u32 first = save ? scx_machine.nr_perf_steps : 0, i;
	u32 last = first + (save ? scx_machine.nr_save_steps : scx_machine.nr_perf_steps);

	if (no_core_compaction || lavd_sys.mode == LAVD_PERFORMANCE)
		return -1;
	scx_for (i, first, last) {
		const struct scx_order_step *step = scx_order_step(i);

		if (step && step->capacity >= needed)
			return i;
	}
	return -1;
}

static __always_inline u64 lavd_order_word(u32 i)
{
	const u64 *word = scx_order_word(i);

	return word ? *word : 0;
}

/* Use the cids of a step. The sets change word by word: a search that sees half of the change finds
 * cids that are in use before or after it. */
static __always_inline void lavd_use_step(s32 chosen)
{
	const struct scx_order_step *step = chosen < 0 ? NULL : scx_order_step(chosen);
	u32 i;

	scx_for (i, 0, scx_machine.nr_words) {
		u64 active, overflow = 0;

		if (step) {
			active = lavd_order_word(step->first_word + i);
			overflow = lavd_order_word(step->first_word + scx_machine.nr_words + i);
		} else {
			active = i <= (scx_machine.nr_online - 1) >> 6 ?
				 scx_range_word(0, scx_machine.nr_online - 1, i) : 0;
		}
		WRITE_ONCE(scx_usable_cids[i], active);
		WRITE_ONCE(lavd_overflow()[i], overflow);
	}
	lavd_sys.nr_active = step ? step->nr_primary : scx_machine.nr_online;
	lavd_sys.nr_overflow = step ? step->nr_overflow : 0;
}

/* What the cid should run at, from its utilisation: up at once, down by an eighth a time. */
static __always_inline void lavd_want_perf(lavd_cpu_t *cpu, u32 util)
{
	u32 target = util * LAVD_PERF_ROOM / 100;

	if (lavd_sys.mode == LAVD_PERFORMANCE || target > LAVD_ONE)
		target = LAVD_ONE;
	if (target < cpu->perf_target)
		target = cpu->perf_target - (cpu->perf_target - target + 7) / 8;
	cpu->perf_target = target;
}

/* On the cid itself: ask for its speed where the wish has changed, and see what it has. */
static __always_inline void lavd_set_perf(lavd_cpu_t *cpu, s32 cid, lavd_task_t *t)
{
	u32 target = READ_ONCE(cpu->perf_target);

	if (no_freq_scaling)
		return;
	if (scx_machine.nr_tiers > 1 && t->perf_cri > lavd_sys.perf_cri_thr)
		target = LAVD_ONE;
	if (target == cpu->perf_set)
		return;
	cpu->perf_set = target;
	scx_cidperf_set(cid, target);
}

static __always_inline void lavd_see_speed(lavd_cpu_t *cpu, s32 cid)
{
	const struct scx_cid_info *info = scx_cid_info(cid);

	if (info)
		cpu->speed = info->capacity * scx_cidperf_cur(cid) / SCX_CPUPERF_ONE ?: 1;
}

#endif
