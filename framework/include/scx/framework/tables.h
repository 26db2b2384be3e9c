// SPDX-License-Identifier: GPL-2.0-only
//
// The machine as BPF reads it: rodata tables in the layouts of <scx/tables.h>. A pure function of
// Machine; object.h copies the result into a scheduler's object before it loads.
#pragma once

#include <string_view>
#include <vector>

#include "scx/base/result.h"
#include "scx/framework/machine.h"
#include "scx/tables.h"

namespace scx {

struct Tables {
  scx_machine machine{};  // counts; form, dump length and addresses are the loader's to fill
  std::vector<scx_cid_info> cids;
  std::vector<s32> cpu_cids;
  std::vector<scx_domain_info> domains;
  std::vector<scx_neighbor> neighbors;
  std::vector<scx_range> llcs;
  std::vector<scx_range> nodes;
};

Tables make_tables(const Machine& machine);

// The preference orders in the layouts of <scx/tables.h>: Machine::orders, or make_orders(). Apart
// from the other tables because making them takes time, and few schedulers compact.
struct OrderTables {
  std::vector<scx_order_step> steps;  // performance, then powersave
  std::vector<u64> words;
  u32 nr_perf_steps = 0;
};

OrderTables make_order_tables(const Machine& machine);

// Says in the machine's counts how many steps and words there are.
void add_counts(scx_machine& machine, const OrderTables& orders);

// Gives the sets of cids, and every array that a scheduler declared, their place in the arena from
// `base` on, a cache line apart. The sets come first, with the construction.
// Requires: the counts of `machine` are made, and those of the numbering that it installs.
class ArenaLayout {
 public:
  ArenaLayout(scx_machine& machine, u64 base);
  // `name` is the variable's: scx_per_cid_NAME, scx_per_domain_NAME, scx_per_word_NAME.
  void place(std::string_view name, scx_arena_array& array);
  u64 end() const { return next_; }

 private:
  u64 take(u64 bytes);
  const scx_machine& machine_;
  u64 next_;
};

// What the kernel is handed as its numbering: Machine::cid_override, or `cids` with shards of
// shard_size (0: the kernel's default). Errors: invalid, when cid_override is not as long as there
// are CPU numbers.
Result<CidOverride> make_override(const Machine& machine, int shard_size);

}  // namespace scx
