/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Part of a policy's shared object that counts the basic blocks that it passes (COUNTED in
 * scxx_add_simulated()): what the compiler calls at the start of each.
 */
#ifdef __clang__
#define NOT_ITSELF __attribute__((no_sanitize("coverage")))
#else
#define NOT_ITSELF __attribute__((no_sanitize_coverage))
#endif

unsigned long long scx_sim_blocks;

void __sanitizer_cov_trace_pc(void);

NOT_ITSELF void __sanitizer_cov_trace_pc(void) { scx_sim_blocks++; }
