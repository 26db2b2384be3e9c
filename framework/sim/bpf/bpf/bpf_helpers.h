/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libbpf's bpf_helpers.h for policies that are compiled natively: the same names, of which those that
 * ask the kernel become calls into the simulator (scx/sim/kernel.h). Helpers that no policy of
 * sched_ext may call, and kinds of maps that have no counterpart here, are left out: they do not
 * compile.
 */
#ifndef __BPF_HELPERS__
#define __BPF_HELPERS__

#define SEC(name)
#undef __always_inline
#define __always_inline	inline __attribute__((always_inline))
#define __noinline	__attribute__((noinline))
#define __weak		__attribute__((weak))
#define __hidden	__attribute__((visibility("hidden")))
#define __ksym
#define __kconfig
#define __kptr
#define __kptr_untrusted
#define __percpu_kptr
#define __arg_ctx
#define __arg_nonnull
#define __arg_nullable
#define __arg_trusted
#define __arg_untrusted
#define __arg_arena

#define NULL		((void *)0)
#define offsetof(type, member)	__builtin_offsetof(type, member)
#define container_of(pointer, type, member) \
	((type *)((char *)(pointer) - offsetof(type, member)))
#define barrier()	asm volatile("" ::: "memory")
#define barrier_var(v)	asm volatile("" : "+r"(v))

/* A kfunc that the simulated kernel lacks is an undefined weak symbol: its address is 0. */
#define bpf_ksym_exists(symbol)	(!!(symbol))

/* The macros that take apart a list of arguments; other headers use them by these names. */
#define ___bpf_concat(a, b)	a ## b
#define ___bpf_apply(fn, n)	___bpf_concat(fn, n)
#define ___bpf_nth(_, _1, _2, _3, _4, _5, _6, _7, _8, _9, _a, _b, _c, n, ...)	n
#define ___bpf_narg(...) \
	___bpf_nth(_, ##__VA_ARGS__, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define ___bpf_fill0(to, at, x)
#define ___bpf_fill1(to, at, x)		to[at] = (unsigned long long)(x)
#define ___bpf_fill2(to, at, x, args...)	___bpf_fill1(to, at, x); ___bpf_fill1(to, at + 1, args)
#define ___bpf_fill3(to, at, x, args...)	___bpf_fill1(to, at, x); ___bpf_fill2(to, at + 1, args)
#define ___bpf_fill4(to, at, x, args...)	___bpf_fill1(to, at, x); ___bpf_fill3(to, at + 1, args)
#define ___bpf_fill5(to, at, x, args...)	___bpf_fill1(to, at, x); ___bpf_fill4(to, at + 1, args)
#define ___bpf_fill6(to, at, x, args...)	___bpf_fill1(to, at, x); ___bpf_fill5(to, at + 1, args)
#define ___bpf_fill7(to, at, x, args...)	___bpf_fill1(to, at, x); ___bpf_fill6(to, at + 1, args)
#define ___bpf_fill8(to, at, x, args...)	___bpf_fill1(to, at, x); ___bpf_fill7(to, at + 1, args)
#define ___bpf_fill(to, args...)	___bpf_apply(___bpf_fill, ___bpf_narg(args))(to, 0, args)

/*
 * Maps. Their declaration says kind, size and types in the types of its members, as for BPF; the
 * memory is the simulator's, found by the map's address.
 */
#define __uint(name, value)	int (*name)[value]
#define __type(name, type)	typeof(type) *name
#define __array(name, type)	typeof(type) *name[]
#define __ulong(name, value)	enum { ___bpf_concat(scx_sim_unique_, __COUNTER__) = value } name

#define scx_sim_map_number(map, member)	(sizeof(*(map)->member) / sizeof(int))

#define bpf_map_lookup_elem(map, key_ptr)						\
({										\
	_Static_assert(scx_sim_map_number(map, type) == BPF_MAP_TYPE_ARRAY,	\
		       "the simulator has arrays, task storage and the arena");	\
	(typeof((map)->value))scx_sim_array_value(map, sizeof(*(map)->value),	\
						  scx_sim_map_number(map, max_entries), *(key_ptr));	\
})
#define bpf_task_storage_get(map, p, value_ptr, flags)				\
	((typeof((map)->value))scx_sim_task_value(map, sizeof(*(map)->value), p,	\
						  (flags) & BPF_LOCAL_STORAGE_GET_F_CREATE))

void *scx_sim_array_value(const void *map, u32 value_size, u32 nr, u32 index);
void *scx_sim_task_value(const void *map, u32 value_size, struct task_struct *p, bool create);
void scx_sim_print(const char *fmt, const unsigned long long *data, u32 size);

/* The helpers that programs of sched_ext use. */
u64 bpf_ktime_get_ns(void);
u32 bpf_get_prandom_u32(void);
u32 bpf_get_smp_processor_id(void);
struct task_struct *bpf_get_current_task_btf(void);
const void *bpf_this_cpu_ptr(const void *per_cpu);
long bpf_probe_read_kernel(void *to, u32 size, const void *from);
long bpf_probe_read_kernel_str(void *to, u32 size, const void *from);
long bpf_strncmp(const char *a, u32 size, const char *b);
long bpf_ringbuf_output(void *ring, void *data, u64 size, u64 flags);
long bpf_timer_init(struct bpf_timer *timer, void *map, u64 flags);
long bpf_timer_start(struct bpf_timer *timer, u64 ns, u64 flags);
long bpf_timer_cancel(struct bpf_timer *timer);
long scx_sim_timer_set_callback(struct bpf_timer *timer, int (*callback)(void *, u32 *, void *));
void bpf_spin_lock(struct bpf_spin_lock *lock);
void bpf_spin_unlock(struct bpf_spin_lock *lock);

#define bpf_timer_set_callback(timer, callback) \
	scx_sim_timer_set_callback(timer, (int (*)(void *, u32 *, void *))(callback))

#define bpf_printk(fmt, args...)						\
({										\
	unsigned long long scx_args_[___bpf_narg(args) ?: 1] = {};		\
	___bpf_fill(scx_args_, args);						\
	scx_sim_print(fmt, scx_args_, ___bpf_narg(args) * 8);			\
})

/* Loops over numbers. */
int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end);
int *bpf_iter_num_next(struct bpf_iter_num *it);
void bpf_iter_num_destroy(struct bpf_iter_num *it);

#define bpf_for(i, start, end) \
	for (int scx_at_ = (start), scx_end_ = (end); scx_at_ < scx_end_ && ((i) = scx_at_, 1); scx_at_++)
#define bpf_repeat(n) \
	for (int scx_left_ = (n); scx_left_ > 0; scx_left_--)
#define bpf_for_each(kind, cursor, args...)					\
	for (struct bpf_iter_##kind scx_it_ __attribute__((cleanup(bpf_iter_##kind##_destroy))),	\
	     *scx_once_ __attribute__((unused)) = (bpf_iter_##kind##_new(&scx_it_, ##args), NULL);	\
	     ((cursor) = bpf_iter_##kind##_next(&scx_it_));)

#endif
