/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables of preference orders as a scheduler reads them: each program is one look-up.
 */
#include <scx/orders.bpf.h>

#include "orders_intf.h"

char _license[] SEC("license") = "GPL";

/* Step `id`, whole. */
SEC("syscall") int order_step(struct orders_args *ctx)
{
	const struct scx_order_step *step = scx_order_step(ctx->id);

	ctx->found = step != NULL;
	if (step) {
		ctx->capacity = step->capacity;
		ctx->nr_primary = step->nr_primary;
		ctx->nr_overflow = step->nr_overflow;
		ctx->first_word = step->first_word;
	}
	return 0;
}

/* Word `id`. */
SEC("syscall") int order_word(struct orders_args *ctx)
{
	const u64 *word = scx_order_word(ctx->id);

	ctx->found = word != NULL;
	if (word)
		ctx->word = *word;
	return 0;
}

/* The first step from `id` on that carries `capacity`, as a scheduler looks for it, and in nr_primary
 * how many bits its set has. */
SEC("syscall") int order_search(struct orders_args *ctx)
{
	const struct scx_order_step *step = NULL;
	u64 wanted = ctx->capacity;
	u32 i, count = 0;

	ctx->found = 0;
	scx_for (i, ctx->id, scx_machine.nr_perf_steps + scx_machine.nr_save_steps) {
		step = scx_order_step(i);
		if (!step || step->capacity >= wanted)
			break;
	}
	if (!step)
		return 0;
	ctx->found = 1;
	ctx->first_word = step->first_word;
	scx_for (i, 0, scx_machine.nr_words) {
		const u64 *word = scx_order_word(ctx->first_word + i);
		u64 bits = word ? *word : 0;

		for (; bits && can_loop; bits &= bits - 1)
			count = scx_hide(count + 1);
	}
	ctx->nr_primary = count;
	return 0;
}
