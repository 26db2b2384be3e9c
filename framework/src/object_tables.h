// SPDX-License-Identifier: GPL-2.0-only
//
// The machine inside a BPF object: its read-only tables before load, its arrays in the arena after.
// Everything is found by name, so any object that includes the library's headers will do, a
// scheduler's and a test's alike; what an object does not declare is passed over.
//
//   SCX_TRY(fill_tables(object, machine, {Form::cpu}));   // open, not loaded
//   … bpf_object__load(object) …
//   populate_arena(object);
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "scx/base/result.h"
#include "scx/framework/machine.h"
#include "scx/framework/object.h"

struct bpf_object;

namespace scx {

// A variable of a data section by its name, in the memory that loads with it; empty where there is
// no such variable.
std::span<std::byte> find_variable(bpf_object* object, std::string_view section,
                                   std::string_view name);

// Grows the tables to the machine, fills them, and gives the arrays their place in the arena.
// override_cids: the numbering is to be installed in the kernel, with the shards of shard_size.
// dump_len: bytes of debug dump to keep, 0 for the kernel's default.
// Requires: the object is open and not loaded. Errors: io, naming the table.
struct TableOptions {
  Form form = Form::cpu;
  bool override_cids = false;
  int shard_size = 0;
  std::uint32_t dump_len = 0;
};
Status fill_tables(bpf_object* object, const Machine& machine, const TableOptions& options);

// Takes the arena's pages that fill_tables() gave away, before anybody else can.
// Requires: the object is loaded, and no program of it has run.
void populate_arena(bpf_object* object);

}  // namespace scx
