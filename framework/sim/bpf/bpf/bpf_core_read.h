/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CO-RE where there is nothing to relocate: the types that a policy is compiled with are the
 * simulated kernel's, and it has every value that scx/enums.bpf.h names.
 */
#ifndef __BPF_CORE_READ_H__
#define __BPF_CORE_READ_H__

#define bpf_core_field_exists(...)		1
#define bpf_core_type_exists(type)		1
#define bpf_core_enum_value_exists(type, value)	1
#define bpf_core_enum_value(type, value)	((type)(value))
#define bpf_core_field_offset(type, field)	__builtin_offsetof(type, field)
#define bpf_core_field_size(type, field)	sizeof(((type *)0)->field)
#define bpf_core_cast(pointer, type)		((type *)(pointer))

#endif
