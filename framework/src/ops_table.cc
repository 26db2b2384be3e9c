// SPDX-License-Identifier: GPL-2.0-only
#include "ops_table.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <span>
#include <string_view>

namespace scx {
namespace {

constexpr char kCpuType[] = "sched_ext_ops";
constexpr char kCidType[] = "sched_ext_ops_cid";

struct Member {
  std::string name;
  std::size_t offset = 0;
  std::size_t size = 0;
  bool is_callback = false;
};

// One struct_ops map of the object: its memory before load, where a callback's member holds the
// bpf_program*, and the layout that the object's own BTF gives it.
struct OpsTable {
  bpf_object* object = nullptr;
  bpf_map* map = nullptr;
  std::span<std::byte> memory;
  std::vector<Member> members;

  const Member* find(std::string_view name) const {
    const auto at = std::find_if(members.begin(), members.end(),
                                 [&](const Member& m) { return m.name == name; });
    return at == members.end() ? nullptr : &*at;
  }
  std::span<std::byte> bytes(const Member& m) const { return memory.subspan(m.offset, m.size); }
  bool is_set(const Member& m) const {
    const auto b = bytes(m);
    return std::any_of(b.begin(), b.end(), [](std::byte v) { return v != std::byte{0}; });
  }
  void clear(const Member& m) const { std::ranges::fill(bytes(m), std::byte{0}); }
  template <typename T>
  T get(std::string_view name) const {
    T value{};
    if (const Member* m = find(name); m && m->size == sizeof(T))
      std::memcpy(&value, bytes(*m).data(), sizeof(T));
    return value;
  }
  template <typename T>
  void set(std::string_view name, T value) const {
    if (const Member* m = find(name); m && m->size == sizeof(T))
      std::memcpy(bytes(*m).data(), &value, sizeof(T));
  }
};

// "sched_ext_ops___scx" and "sched_ext_ops" are the same type to libbpf.
std::string_view essential(std::string_view type) { return type.substr(0, type.find("___")); }

std::vector<Member> read_members(const btf* btf, const btf_type* type) {
  std::vector<Member> members;
  for (int i = 0; i < btf_vlen(type); ++i) {
    const btf_member* m = btf_members(type) + i;
    const btf_type* t = btf__type_by_id(btf, m->type);
    const auto size = btf__resolve_size(btf, m->type);
    members.push_back({btf__name_by_offset(btf, m->name_off),
                       btf_member_bit_offset(type, static_cast<std::uint32_t>(i)) / 8,
                       size < 0 ? 0 : static_cast<std::size_t>(size), btf_is_ptr(t)});
  }
  return members;
}

// The tables by essential type name.
std::map<std::string, OpsTable> find_tables(bpf_object* object) {
  std::map<std::string, OpsTable> tables;
  const btf* btf = bpf_object__btf(object);
  for (std::uint32_t id = 1; id < btf__type_cnt(btf); ++id) {
    const btf_type* var = btf__type_by_id(btf, id);
    if (!btf_is_var(var)) continue;
    const char* var_name = btf__name_by_offset(btf, var->name_off);
    bpf_map* map = bpf_object__find_map_by_name(object, var_name);
    if (!map || bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS) continue;
    const btf_type* type = btf__type_by_id(btf, var->type);
    std::size_t size = 0;
    void* memory = bpf_map__initial_value(map, &size);
    const std::string_view type_name = btf__name_by_offset(btf, type->name_off);
    tables[std::string(essential(type_name))] =
        OpsTable{object, map, {static_cast<std::byte*>(memory), size}, read_members(btf, type)};
  }
  return tables;
}

// What a member of the cid form is called in the CPU form.
std::string cpu_name(const std::string& member) {
  static const std::map<std::string, std::string> renamed = {
      {"select_cid", "select_cpu"}, {"set_cmask", "set_cpumask"},   {"dump_cid", "dump_cpu"},
      {"cid_online", "cpu_online"}, {"cid_offline", "cpu_offline"},
  };
  const auto at = renamed.find(member);
  return at == renamed.end() ? member : at->second;
}

void copy_table(const OpsTable& from, const OpsTable& to) {
  for (const Member& m : from.members) {
    if (!from.is_set(m)) continue;
    const Member* other = to.find(cpu_name(m.name));
    if (other && other->size == m.size) std::ranges::copy(from.bytes(m), to.bytes(*other).begin());
  }
}

// Members that the kernel lacks must be null. The cgroup callbacks of the cid form have another
// name from 7.3 on.
void fit_members(const OpsTable& table, const char* kernel_type, const KernelBtf& kernel,
                 std::vector<std::string>& dropped) {
  for (const Member& m : table.members) {
    if (!table.is_set(m) || kernel.has_member(kernel_type, m.name)) continue;
    if (m.name.starts_with("cgroup_")) {
      const std::string newer = "cpuctl_" + m.name.substr(7);
      const Member* other = table.find(newer);
      if (other && kernel.has_member(kernel_type, newer)) {
        std::ranges::copy(table.bytes(m), table.bytes(*other).begin());
        table.clear(m);
        continue;
      }
    }
    table.clear(m);
    dropped.push_back(m.name);
  }
}

// The library's own init_cids only installs our numbering. Without that there is nothing to load;
// before 7.3 the library does it in init.
void drop_idle_init_cids(const OpsTable& table, bool override_cids, bool kernel_has) {
  const Member* m = table.find("init_cids");
  if (!m || !table.is_set(*m) || (override_cids && kernel_has)) return;
  const std::string_view program = bpf_program__name(table.get<const bpf_program*>(m->name));
  if (program == "scx_default_init_cids") table.clear(*m);
}

void fit_flags(const OpsTable& table, const KernelBtf& kernel, std::vector<std::string>& dropped) {
  const auto known = kernel.enum_value("scx_ops_flags", "SCX_OPS_ALL_FLAGS");
  const auto flags = table.get<std::uint64_t>("flags");
  if (!known || (flags & ~*known) == 0) return;
  dropped.push_back(fmt::format("ops flags {:#x}", flags & ~*known));
  table.set("flags", flags & *known);
}

// libbpf loads every program whose autoload is on; those that the created table does not name
// belong to the other form, or to callbacks that this kernel lacks.
void load_only_named(bpf_object* object, const OpsTable& table) {
  std::set<const bpf_program*> named;
  for (const Member& m : table.members)
    if (m.is_callback) named.insert(table.get<const bpf_program*>(m.name));
  bpf_program* program;
  bpf_object__for_each_program(program, object) {
    if (bpf_program__type(program) == BPF_PROG_TYPE_STRUCT_OPS)
      bpf_program__set_autoload(program, named.contains(program));
  }
}

// A table written the kernel's way brings no numbering of its own to install.
bool installs_cids(const OpsTable& cid_table) {
  return bpf_object__find_map_by_name(cid_table.object, ".data.scx_override") != nullptr;
}

Result<Form> choose_form(const std::map<std::string, OpsTable>& tables, const KernelBtf& kernel,
                         const LoadOptions& options, const Machine& machine) {
  const bool has_table = tables.contains(kCidType);
  const bool kernel_has = kernel.has_struct(kCidType);
  const bool same_numbers =
      machine.cids.equals_kernel_default() || (kernel.has_function("scx_bpf_cid_override") &&
                                               has_table && installs_cids(tables.at(kCidType)));
  if (options.form == Form::cid && !kernel_has)
    return fail(ErrorKind::unsupported,
                fmt::format("kernel {} does not speak cids to schedulers", kernel_release()),
                "use a kernel from 7.2 on, or leave the form to the framework");
  if (options.form == Form::cid && !has_table)
    return fail(ErrorKind::unsupported, "this scheduler is written for the CPU form only",
                "leave the form to the framework");
  if (options.form == Form::cid && !same_numbers)
    return fail(ErrorKind::unsupported,
                "this machine's cids are not numbered as the kernel numbers them, and it takes no "
                "other numbering from this scheduler",
                "leave the form to the framework");
  if (options.form == Form::cpu && has_table && !tables.contains(kCpuType))
    return fail(ErrorKind::unsupported, "this scheduler is written for the cid form only");
  if (has_table && kernel_has && same_numbers && options.form != Form::cpu) return Form::cid;
  return Form::cpu;
}

}  // namespace

Result<OpsPlan> prepare_ops(bpf_object* object, const KernelBtf& kernel, const LoadOptions& options,
                            const Machine& machine) {
  const auto tables = find_tables(object);
  if (!tables.contains(kCpuType) && !tables.contains(kCidType))
    return fail(ErrorKind::invalid, "the BPF object has no sched_ext ops table",
                "declare one with SCX_SCHEDULER or SCX_OPS_DEFINE");
  if (!kernel.has_struct(kCpuType))
    return fail(ErrorKind::unsupported, fmt::format("kernel {} has no sched_ext", kernel_release()),
                "use a kernel from 6.12 on, built with CONFIG_SCHED_CLASS_EXT=y");

  OpsPlan plan;
  plan.form = SCX_TRY(choose_form(tables, kernel, options, machine));
  const char* type = plan.form == Form::cid ? kCidType : kCpuType;
  const auto at = tables.find(type);
  if (at == tables.end())
    return fail(ErrorKind::unsupported,
                fmt::format("this scheduler has no {} and kernel {} takes nothing else", type,
                            kernel_release()));
  const OpsTable& table = at->second;
  if (plan.form == Form::cpu && tables.contains(kCidType)) copy_table(tables.at(kCidType), table);
  plan.override_cids = plan.form == Form::cid && !machine.cids.equals_kernel_default();
  drop_idle_init_cids(table, plan.override_cids, kernel.has_member(type, "init_cids"));
  fit_members(table, type, kernel, plan.dropped);
  fit_flags(table, kernel, plan.dropped);
  table.set("hotplug_seq", machine.hotplug_seq);
  if (const Member* m = table.find("name"); m && !options.ops_name.empty()) {
    table.clear(*m);
    std::memcpy(table.bytes(*m).data(), options.ops_name.data(),
                std::min(options.ops_name.size(), m->size - 1));
  }
  for (const auto& [other_type, other] : tables)
    bpf_map__set_autocreate(other.map, other.map == table.map);
  load_only_named(object, table);
  plan.map = table.map;
  plan.dump_len = table.get<std::uint32_t>("exit_dump_len");
  plan.shard_size = static_cast<int>(
      std::min<std::uint32_t>(table.get<std::uint32_t>("cid_shard_size"), INT32_MAX));
  return plan;
}

}  // namespace scx
