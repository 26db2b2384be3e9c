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

// What no kernel's cid form has is no lack of this kernel's.
constexpr char kCpuFormOnly[] = "cid_release";

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

// By essential type name.
using Tables = std::map<std::string, OpsTable>;

Tables find_tables(bpf_object* object) {
  Tables tables;
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
      {"cid_online", "cpu_online"}, {"cid_offline", "cpu_offline"}, {"cid_release", "cpu_release"},
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
    if (m.name != kCpuFormOnly) dropped.push_back(m.name);
  }
}

// From 7.2 on sub-schedulers and those that take them speak cids: in the CPU form the kernel
// refuses the callbacks about them.
void drop_sub_callbacks(const OpsTable& table, std::vector<std::string>& dropped) {
  for (const Member& m : table.members) {
    if (!m.is_callback || !m.name.starts_with("sub_") || !table.is_set(m)) continue;
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

// The cgroup that this is the sub-scheduler of, 0 for none. 1 is the root cgroup, which to the
// kernel means the machine.
std::uint64_t sub_cgroup(const Tables& tables, const LoadOptions& options) {
  std::uint64_t id = options.sub_cgroup_id;
  for (const auto& [type, table] : tables) {
    if (id == 0) id = table.get<std::uint64_t>("sub_cgroup_id");
  }
  return id > 1 ? id : 0;
}

Status expect_sub_schedulers(const Tables& tables, const KernelBtf& kernel,
                             const LoadOptions& options, const Machine& machine) {
  if (!kernel.has_member(kCpuType, "sub_cgroup_id") || !kernel.has_function("scx_bpf_sub_dispatch"))
    return fail(ErrorKind::unsupported,
                fmt::format("kernel {} has no sub-schedulers", kernel_release()),
                "use a kernel from 7.1 on, built with CONFIG_EXT_SUB_SCHED=y");
  if (machine.cid_override)
    return fail(ErrorKind::unsupported, "only the root scheduler numbers the cids",
                "give the numbering to that one");
  if (kernel.has_struct(kCidType) && options.form == Form::cpu)
    return fail(ErrorKind::unsupported, "sub-schedulers speak cids from 7.2 on, not the CPU form",
                "leave the form to the framework");
  if (kernel.has_struct(kCidType) && !tables.contains(kCidType))
    return fail(ErrorKind::unsupported,
                "sub-schedulers speak cids from 7.2 on, and this scheduler has the CPU form only");
  return {};
}

// The cid form wants a numbering that the kernel has not by itself. A sub-scheduler has that of the
// root scheduler, whatever it is; init finds out whether it is ours.
bool needs_override(const Machine& machine, std::uint64_t sub) {
  return sub == 0 && (machine.cid_override || !machine.cids.equals_kernel_default());
}

Result<Form> choose_form(const Tables& tables, const KernelBtf& kernel, const LoadOptions& options,
                         const Machine& machine, std::uint64_t sub) {
  const bool has_table = tables.contains(kCidType);
  const bool kernel_has = kernel.has_struct(kCidType);
  const bool same_numbers =
      !needs_override(machine, sub) || (kernel.has_function("scx_bpf_cid_override") && has_table &&
                                        installs_cids(tables.at(kCidType)));
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
  if (machine.cid_override)
    return kernel_has ? fail(ErrorKind::unsupported, "the CPU form takes no numbering of cids",
                             "leave the form to the framework")
                      : fail(ErrorKind::unsupported,
                             fmt::format("kernel {} takes no numbering of cids", kernel_release()),
                             "use a kernel from 7.2 on");
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
  plan.sub_cgroup_id = sub_cgroup(tables, options);
  if (plan.sub_cgroup_id != 0) {
    SCX_TRY(expect_sub_schedulers(tables, kernel, options, machine));
  }
  plan.form = SCX_TRY(choose_form(tables, kernel, options, machine, plan.sub_cgroup_id));
  const char* type = plan.form == Form::cid ? kCidType : kCpuType;
  const auto at = tables.find(type);
  if (at == tables.end())
    return fail(ErrorKind::unsupported,
                fmt::format("this scheduler has no {} and kernel {} takes nothing else", type,
                            kernel_release()));
  const OpsTable& table = at->second;
  if (plan.form == Form::cpu && tables.contains(kCidType)) copy_table(tables.at(kCidType), table);
  plan.override_cids = plan.form == Form::cid && needs_override(machine, plan.sub_cgroup_id);
  drop_idle_init_cids(table, plan.override_cids, kernel.has_member(type, "init_cids"));
  if (plan.form == Form::cpu && kernel.has_struct(kCidType))
    drop_sub_callbacks(table, plan.dropped);
  table.set("sub_cgroup_id", plan.sub_cgroup_id);
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
