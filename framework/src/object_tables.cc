// SPDX-License-Identifier: GPL-2.0-only
#include "object_tables.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "scx/framework/tables.h"

namespace scx {
namespace {

// The kernel's own default for exit_dump_len (SCX_EXIT_DUMP_DFL_LEN).
constexpr std::uint32_t kDefaultDumpLen = 32768;

// Where the arrays by cid and domain begin in the arena: clear of libbpf's globals, which lie at
// its start or its end, and of the pages that BPF allocates from its start upwards.
constexpr std::uint64_t kArrayOffset = 1ull << 30;

constexpr char kOverride[] = ".data.scx_override";
constexpr char kOrderSteps[] = ".rodata.scx_order_steps";

bpf_map* find_map(bpf_object* object, const char* name) {
  return bpf_object__find_map_by_name(object, name);
}

template <typename T>
void fill_table(bpf_object* object, const char* section, const std::vector<T>& rows,
                Status& status) {
  bpf_map* map = find_map(object, section);
  if (!map || rows.empty() || !status) return;
  const std::size_t bytes = rows.size() * sizeof(T);
  if (const int err = bpf_map__set_value_size(map, static_cast<std::uint32_t>(bytes)); err < 0) {
    status = fail_errno(-err, fmt::format("cannot grow the table {} to {} bytes", section, bytes));
    return;
  }
  std::size_t size = 0;
  void* memory = bpf_map__initial_value(map, &size);
  std::memcpy(memory, rows.data(), std::min(size, bytes));
}

// Calls visit(name, scx_arena_array&) for each array that the scheduler declared, and stores what
// it changed. Only before load may there be changes.
template <typename Visit>
void for_each_array(bpf_object* object, Visit visit) {
  const btf* btf = bpf_object__btf(object);
  for (std::uint32_t id = 1; id < btf__type_cnt(btf); ++id) {
    const btf_type* var = btf__type_by_id(btf, id);
    if (!btf_is_var(var)) continue;
    const std::string_view name = btf__name_by_offset(btf, var->name_off);
    if (!name.starts_with("scx_per_")) continue;
    const auto memory = find_variable(object, ".rodata", name);
    if (memory.size() != sizeof(scx_arena_array)) continue;
    scx_arena_array array;
    std::memcpy(&array, memory.data(), sizeof(array));
    const scx_arena_array before = array;
    visit(name, array);
    if (std::memcmp(&before, &array, sizeof(array)) != 0)
      std::memcpy(memory.data(), &array, sizeof(array));
  }
}

std::uint64_t bytes_of(const scx_arena_array& array) {
  return static_cast<std::uint64_t>(array.nr) * array.elem_size;
}

// Gives the sets of cids and every array that the scheduler declared their place in the arena.
void place_arrays(bpf_object* object, scx_machine& machine, std::uint64_t base) {
  ArenaLayout layout(machine, base);
  for_each_array(object,
                 [&](std::string_view name, scx_arena_array& array) { layout.place(name, array); });
}

// Only where the object has the tables: making the orders takes time.
void fill_order_tables(bpf_object* object, const Machine& machine, scx_machine& counts,
                       Status& status) {
  if (!find_map(object, kOrderSteps)) return;
  const OrderTables orders = make_order_tables(machine);
  fill_table(object, kOrderSteps, orders.steps, status);
  fill_table(object, ".rodata.scx_order_words", orders.words, status);
  add_counts(counts, orders);
}

}  // namespace

std::span<std::byte> find_variable(bpf_object* object, std::string_view section,
                                   std::string_view name) {
  bpf_map* map = find_map(object, std::string(section).c_str());
  if (!map) return {};
  const btf* btf = bpf_object__btf(object);
  const int id = btf__find_by_name_kind(btf, std::string(section).c_str(), BTF_KIND_DATASEC);
  if (id < 0) return {};
  const btf_type* datasec = btf__type_by_id(btf, static_cast<std::uint32_t>(id));
  std::size_t size = 0;
  auto* memory = static_cast<std::byte*>(bpf_map__initial_value(map, &size));
  for (int i = 0; i < btf_vlen(datasec); ++i) {
    const btf_var_secinfo* info = btf_var_secinfos(datasec) + i;
    const btf_type* var = btf__type_by_id(btf, info->type);
    if (name == btf__name_by_offset(btf, var->name_off) && info->offset + info->size <= size)
      return {memory + info->offset, info->size};
  }
  return {};
}

Status fill_tables(bpf_object* object, const Machine& machine, const TableOptions& options) {
  Tables tables = make_tables(machine);
  Status status;
  fill_table(object, ".rodata.scx_cids", tables.cids, status);
  fill_table(object, ".rodata.scx_cpu_cids", tables.cpu_cids, status);
  fill_table(object, ".rodata.scx_domains", tables.domains, status);
  fill_table(object, ".rodata.scx_neighbors", tables.neighbors, status);
  fill_table(object, ".rodata.scx_llcs", tables.llcs, status);
  fill_table(object, ".rodata.scx_nodes", tables.nodes, status);
  fill_order_tables(object, machine, tables.machine, status);

  tables.machine.cid_form = options.form == Form::cid;
  if (options.override_cids) {
    auto [rows, shard_starts] = SCX_TRY(make_override(machine, options.shard_size));
    rows.insert(rows.end(), shard_starts.begin(), shard_starts.end());
    tables.machine.override_cids = 1;
    tables.machine.nr_shards = static_cast<u32>(shard_starts.size());
    fill_table(object, kOverride, rows, status);
  }
  tables.machine.dump_len = options.dump_len ? options.dump_len : kDefaultDumpLen;
  const std::vector<char> dump(tables.machine.dump_len);
  fill_table(object, ".data.scx_dump", dump, status);
  if (bpf_map* arena = find_map(object, "scx_arena"))
    place_arrays(object, tables.machine, bpf_map__map_extra(arena) + kArrayOffset);
  // A scheduler written the kernel's way uses none of this.
  if (const auto memory = find_variable(object, ".rodata", "scx_machine");
      memory.size() == sizeof(scx_machine))
    std::memcpy(memory.data(), &tables.machine, sizeof(scx_machine));
  return status;
}

// Touches the pages of the arrays, and page 0, so that the kernel gives them to nobody else: a page
// that user space has touched is taken, one that it has not is free to bpf_arena_alloc_pages().
// Page 0 would give a task context the address 0.
void populate_arena(bpf_object* object) {
  bpf_map* arena = find_map(object, "scx_arena");
  const auto memory = find_variable(object, ".rodata", "scx_machine");
  if (!arena || memory.size() != sizeof(scx_machine)) return;
  scx_machine machine;
  std::memcpy(&machine, memory.data(), sizeof(machine));
  const std::uint64_t base = bpf_map__map_extra(arena);
  const auto touch = [](std::uint64_t at) {
    auto* byte = reinterpret_cast<volatile std::byte*>(at);
    *byte = *byte;
  };
  touch(base);
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::uint64_t end = machine.usable_addr + machine.nr_words * 8ull;
  if (machine.override_cids) {
    std::size_t size = 0;
    const void* override = bpf_map__initial_value(find_map(object, kOverride), &size);
    std::memcpy(reinterpret_cast<void*>(machine.override_addr), override, size);
  }
  for_each_array(object, [&end](std::string_view, const scx_arena_array& array) {
    end = std::max(end, array.addr + bytes_of(array));
  });
  for (std::uint64_t at = base + kArrayOffset; at < end; at += page) touch(at);
  auto* usable = reinterpret_cast<std::uint64_t*>(machine.usable_addr);
  for (u32 cid = 0; cid < machine.nr_online; ++cid) usable[cid / 64] |= 1ull << (cid % 64);
}

namespace detail {

ArenaArrays::ArenaArrays(bpf_object* object) {
  for_each_array(object, [this](std::string_view declared, const scx_arena_array& array) {
    for (const std::string_view unit : {"scx_per_cid_", "scx_per_domain_"}) {
      if (!declared.starts_with(unit)) continue;
      arrays_.push_back({std::string(declared.substr(unit.size())),
                         array.elem_size,
                         {reinterpret_cast<std::byte*>(array.addr), bytes_of(array)}});
    }
  });
}

std::span<std::byte> ArenaArrays::find(std::string_view name, std::size_t elem_size) const {
  for (const Array& array : arrays_) {
    if (array.name == name && array.elem_size == elem_size) return array.bytes;
  }
  return {};
}

}  // namespace detail
}  // namespace scx
