// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/kernel.h"

#include <bpf/btf.h>
#include <fmt/core.h>
#include <sys/utsname.h>

#include <cerrno>
#include <set>

#include "libbpf_log.h"
#include "scx/base/file.h"

namespace scx {
namespace {

// struct btf_enum64 of linux/btf.h, which headers older than 6.0 do not have.
struct Enum64Entry {
  std::uint32_t name_off, low, high;
};

int find(const btf* btf, const std::string& name, std::uint32_t kind) {
  return btf__find_by_name_kind(btf, name.c_str(), kind);
}

const btf_member* find_member(const btf* btf, const std::string& type, const std::string& member) {
  const int id = find(btf, type, BTF_KIND_STRUCT);
  if (id < 0) return nullptr;
  const btf_type* t = btf__type_by_id(btf, static_cast<std::uint32_t>(id));
  for (int i = 0; i < btf_vlen(t); ++i) {
    const btf_member* m = btf_members(t) + i;
    if (member == btf__name_by_offset(btf, m->name_off)) return m;
  }
  return nullptr;
}

}  // namespace

void KernelBtf::Free::operator()(btf* btf) const { btf__free(btf); }

Result<KernelBtf> KernelBtf::load(const std::string& path) {
  const LibbpfLog quiet;
  btf* btf = path.empty() ? btf__load_vmlinux_btf() : btf__parse(path.c_str(), nullptr);
  if (btf) return KernelBtf(btf);
  const int err = errno;
  const std::string name = path.empty() ? "/sys/kernel/btf/vmlinux" : path;
  if (path.empty() && (err == ENOENT || err == ESRCH))
    return fail(ErrorKind::missing,
                fmt::format("kernel {} carries no type information (BTF)", kernel_release()),
                "run a kernel built with CONFIG_DEBUG_INFO_BTF=y");
  std::string what = fmt::format("cannot read the kernel's type information (BTF) from {}", name);
  constexpr int kLibbpfErrno = 4000;  // from here on libbpf's own, about the file's contents
  if (err >= kLibbpfErrno)
    return fail(ErrorKind::invalid, what + ": it is no BTF and no ELF file with BTF in it");
  return fail_errno(err, std::move(what));
}

bool KernelBtf::has_struct(const std::string& name) const {
  return find(btf_.get(), name, BTF_KIND_STRUCT) > 0;
}

bool KernelBtf::has_function(const std::string& name) const {
  return find(btf_.get(), name, BTF_KIND_FUNC) > 0;
}

std::optional<std::uint32_t> KernelBtf::hook_id(std::string_view section) const {
  const auto slash = section.find('/');
  if (slash == section.npos) return std::nullopt;
  std::string_view kind = section.substr(0, slash);
  const std::string name(section.substr(slash + 1));
  if (kind.ends_with(".s")) kind.remove_suffix(2);
  int id = -1;
  if (kind == "fentry" || kind == "fexit") id = find(btf_.get(), name, BTF_KIND_FUNC);
  if (kind == "tp_btf") id = find(btf_.get(), "btf_trace_" + name, BTF_KIND_TYPEDEF);
  if (id <= 0) return std::nullopt;
  return static_cast<std::uint32_t>(id);
}

std::optional<std::uint32_t> KernelBtf::member_size(const std::string& type,
                                                    const std::string& member) const {
  const btf_member* m = find_member(btf_.get(), type, member);
  if (!m) return std::nullopt;
  const auto size = btf__resolve_size(btf_.get(), m->type);
  if (size < 0) return std::nullopt;
  return static_cast<std::uint32_t>(size);
}

bool KernelBtf::has_member(const std::string& type, const std::string& member) const {
  return find_member(btf_.get(), type, member) != nullptr;
}

std::vector<std::string> KernelBtf::members(const std::string& type) const {
  std::vector<std::string> names;
  const int id = find(btf_.get(), type, BTF_KIND_STRUCT);
  if (id < 0) return names;
  const btf_type* t = btf__type_by_id(btf_.get(), static_cast<std::uint32_t>(id));
  for (int i = 0; i < btf_vlen(t); ++i)
    names.emplace_back(btf__name_by_offset(btf_.get(), btf_members(t)[i].name_off));
  return names;
}

std::vector<std::string> KernelBtf::functions(std::string_view prefix) const {
  std::set<std::string> names;
  const std::uint32_t count = btf__type_cnt(btf_.get());
  for (std::uint32_t id = 1; id < count; ++id) {
    const btf_type* t = btf__type_by_id(btf_.get(), id);
    if (!btf_is_func(t)) continue;
    const std::string_view name = btf__name_by_offset(btf_.get(), t->name_off);
    if (name.starts_with(prefix)) names.emplace(name);
  }
  return {names.begin(), names.end()};
}

std::optional<std::uint64_t> KernelBtf::enum_value(const std::string& type,
                                                   const std::string& name) const {
  const btf* btf = btf_.get();
  if (const int id = find(btf, type, BTF_KIND_ENUM64); id > 0) {
    const btf_type* t = btf__type_by_id(btf, static_cast<std::uint32_t>(id));
    const auto* entries = reinterpret_cast<const Enum64Entry*>(t + 1);
    for (int i = 0; i < btf_vlen(t); ++i)
      if (name == btf__name_by_offset(btf, entries[i].name_off))
        return static_cast<std::uint64_t>(entries[i].high) << 32 | entries[i].low;
  }
  if (const int id = find(btf, type, BTF_KIND_ENUM); id > 0) {
    const btf_type* t = btf__type_by_id(btf, static_cast<std::uint32_t>(id));
    for (int i = 0; i < btf_vlen(t); ++i) {
      const struct btf_enum* e = btf_enum(t) + i;
      if (name == btf__name_by_offset(btf, e->name_off)) return static_cast<std::uint32_t>(e->val);
    }
  }
  return std::nullopt;
}

// Where the build tool tags a kfunc's implicit argument, the public prototype loses it and a twin
// NAME_impl keeps it. A kfunc that still shows its `struct bpf_prog_aux *aux` and has no twin was
// missed by the tool, and every program that calls it is refused.
std::vector<std::string> KernelBtf::broken_kfuncs() const {
  const btf* btf = btf_.get();
  std::vector<std::string> broken;
  const std::uint32_t count = btf__type_cnt(btf);
  for (std::uint32_t id = 1; id < count; ++id) {
    const btf_type* t = btf__type_by_id(btf, id);
    if (!btf_is_func(t)) continue;
    const std::string name = btf__name_by_offset(btf, t->name_off);
    if (!name.starts_with("scx_bpf_") && !name.starts_with("__scx_bpf_")) continue;
    if (name.ends_with("_impl") || has_function(name + "_impl")) continue;
    const btf_type* proto = btf__type_by_id(btf, t->type);
    const int nr_args = btf_vlen(proto);
    if (nr_args == 0) continue;
    const btf_param* last = btf_params(proto) + nr_args - 1;
    const std::string arg = btf__name_by_offset(btf, last->name_off);
    if (arg == "aux" || arg.starts_with("aux__")) broken.push_back(name);
  }
  return broken;
}

Error explain_broken_kfuncs(const std::vector<std::string>& broken, const std::string& named) {
  Error error{ErrorKind::unsupported, 0, {}, {}, {}};
  error.what = fmt::format("kernel {} describes {} wrongly in its type information (BTF)",
                           kernel_release(), named);
  if (!broken.empty()) error.what += fmt::format(", and {} kfuncs in all", broken.size());
  error.cure =
      "this build of the kernel cannot run schedulers that call it: use another build of it";
  return error;
}

SchedExtState read_sched_ext(const std::filesystem::path& root) {
  const auto dir = under(root, "/sys/kernel/sched_ext");
  SchedExtState state;
  const auto text = read_line(dir / "state");
  if (!text) return state;
  state.present = true;
  state.state = *text;
  state.ops = read_line(dir / "root/ops").value_or("");
  state.hotplug_seq = static_cast<std::uint64_t>(read_int(dir / "hotplug_seq").value_or(0));
  return state;
}

std::string kernel_release() {
  utsname name{};
  return ::uname(&name) == 0 ? name.release : "unknown";
}

}  // namespace scx
