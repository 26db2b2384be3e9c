// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/object.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "libbpf_log.h"
#include "ops_table.h"
#include "scx/framework/kernel.h"
#include "scx/framework/tables.h"

namespace scx {

std::string_view name(Form form) { return form == Form::cid ? "cid" : "cpu"; }

std::uint64_t LoadReport::verified_instructions() const {
  std::uint64_t sum = 0;
  for (const Program& program : programs) sum += program.verified_instructions;
  return sum;
}

namespace {

// The kernel's own default for exit_dump_len (SCX_EXIT_DUMP_DFL_LEN).
constexpr std::uint32_t kDefaultDumpLen = 32768;
// Where the arrays by cid and domain begin in the arena: clear of libbpf's globals, which lie at
// its start or its end, and of the pages that BPF allocates from its start upwards.
constexpr std::uint64_t kArrayOffset = 1ull << 30;

bpf_map* find_map(bpf_object* object, const char* name) {
  return bpf_object__find_map_by_name(object, name);
}

// A variable of a data section by its name, in the memory that loads with it.
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

template <typename T>
void fill_table(bpf_object* object, const char* section, const std::vector<T>& rows, Status& status) {
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

// Calls visit(name, scx_arena_array&) for each array that the scheduler declared, and stores what it
// changed. Only before load may there be changes.
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

// Gives the idle masks and every array that the scheduler declared their place in the arena.
void place_arrays(bpf_object* object, scx_machine& machine, std::uint64_t base) {
  std::uint64_t next = base;
  const auto place = [&next](std::uint64_t bytes) {
    const std::uint64_t at = next;
    next = (next + bytes + 63) / 64 * 64;  // a cache line apart
    return at;
  };
  machine.idle_addr = place(machine.nr_words * 8ull);
  machine.idle_cores_addr = place(machine.nr_words * 8ull);
  for_each_array(object, [&](std::string_view name, scx_arena_array& array) {
    array.nr = name.starts_with("scx_per_cid_") ? machine.nr_cids : machine.nr_domains;
    array.addr = place(bytes_of(array));
  });
}

Status fill_tables(bpf_object* object, const Machine& machine, const OpsPlan& ops) {
  Tables tables = make_tables(machine);
  Status status;
  fill_table(object, ".rodata.scx_cids", tables.cids, status);
  fill_table(object, ".rodata.scx_cpu_cids", tables.cpu_cids, status);
  fill_table(object, ".rodata.scx_domains", tables.domains, status);
  fill_table(object, ".rodata.scx_neighbors", tables.neighbors, status);
  fill_table(object, ".rodata.scx_llcs", tables.llcs, status);
  fill_table(object, ".rodata.scx_nodes", tables.nodes, status);

  tables.machine.cid_form = ops.form == Form::cid;
  tables.machine.dump_len = ops.dump_len ? ops.dump_len : kDefaultDumpLen;
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
  std::uint64_t end = machine.idle_cores_addr + machine.nr_words * 8ull;
  for_each_array(object, [&end](std::string_view, const scx_arena_array& array) {
    end = std::max(end, array.addr + bytes_of(array));
  });
  for (std::uint64_t at = base + kArrayOffset; at < end; at += page) touch(at);
}

void count_instructions(bpf_object* object, LoadReport& report) {
  bpf_program* program;
  bpf_object__for_each_program(program, object) {
    bpf_prog_info info{};
    __u32 size = sizeof(info);
    const int fd = bpf_program__fd(program);
    if (fd < 0 || bpf_prog_get_info_by_fd(fd, &info, &size)) continue;
    report.programs.push_back({bpf_program__name(program), info.verified_insns});
  }
}

// What libbpf and the verifier said, as one error for people.
Error explain_load(int err, const std::string& said, const KernelBtf* kernel) {
  Error error{ErrorKind::rejected, 0, {}, {}, said};
  const auto has = [&said](std::string_view text) { return said.find(text) != said.npos; };
  const auto quoted = [&said](std::string_view before) {
    const auto at = said.find(before);
    if (at == said.npos) return std::string();
    const auto from = at + before.size();
    return said.substr(from, said.find('\'', from) - from);
  };
  const std::string release = kernel_release();
  if (has("incompatible with vmlinux")) {
    const auto broken = kernel ? kernel->broken_kfuncs() : std::vector<std::string>{};
    error.kind = ErrorKind::unsupported;
    error.what = fmt::format("kernel {} describes {} wrongly in its type information (BTF)", release,
                             quoted("extern (func ksym) '"));
    if (!broken.empty()) error.what += fmt::format(", and {} kfuncs in all", broken.size());
    error.cure = "this build of the kernel cannot run schedulers that call it: use another build "
                 "(made with pahole 1.26 or newer)";
    return error;
  }
  if (has("not found in kernel or module BTFs")) {
    error.kind = ErrorKind::unsupported;
    error.what = fmt::format("kernel {} lacks the function {}", release, quoted("extern (func ksym) '"));
    error.cure = "use a newer kernel";
    return error;
  }
  if (err == EPERM || err == EACCES) {
    // The verifier says EACCES for a wrong access, always with a log.
    if (!has("BEGIN PROG LOAD LOG")) {
      error.kind = ErrorKind::permission;
      error.err = err;
      error.what = "the kernel does not let this process load BPF programs";
      error.cure = "run as root, and see whether lockdown or a container forbids BPF";
      return error;
    }
  }
  error.err = err;
  error.what = fmt::format("kernel {} refused the scheduler's BPF object", release);
  return error;
}

}  // namespace

namespace detail {

struct LogScope::Impl {
  LibbpfLog log;
};
LogScope::LogScope() : impl_(std::make_unique<Impl>()) {}
LogScope::~LogScope() = default;
std::string LogScope::text() const { return impl_->log.text(); }

std::unique_ptr<bpf_object_open_opts, void (*)(bpf_object_open_opts*)> make_open_opts(
    const OpenOptions& options) {
  // The strings are options' own: requires that it outlives the open call.
  auto* opts = new bpf_object_open_opts{};
  opts->sz = sizeof(*opts);
  const auto text = [](const std::string& s) { return s.empty() ? nullptr : s.c_str(); };
  opts->pin_root_path = text(options.pin_root_path);
  opts->kconfig = text(options.kconfig);
  opts->btf_custom_path = text(options.btf_custom_path);
  opts->bpf_token_path = text(options.bpf_token_path);
  opts->relaxed_maps = options.relaxed_maps;
  return {opts, [](bpf_object_open_opts* o) { delete o; }};
}

Status check_open(const void* skeleton, int err, const std::string& libbpf_said) {
  if (skeleton) return {};
  auto error = fail_errno(err, "cannot open the scheduler's BPF object").error();
  error.evidence = libbpf_said;
  return std::unexpected(error);
}

Result<LoadPlan> prepare(bpf_object* object, const Machine& machine, const LoadOptions& options) {
  const KernelBtf kernel = SCX_TRY(KernelBtf::load(options.btf_path));
  OpsPlan ops = SCX_TRY(prepare_ops(object, kernel, options, machine));
  SCX_TRY(fill_tables(object, machine, ops));
  LoadPlan plan;
  plan.ops = ops.map;
  plan.report.form = ops.form;
  plan.report.dropped = std::move(ops.dropped);
  return plan;
}

Status finish(bpf_object* object, LoadPlan& plan, int load_err, const std::string& libbpf_said) {
  if (load_err != 0) {
    const auto kernel = KernelBtf::load();
    return std::unexpected(explain_load(-load_err, libbpf_said, kernel ? &*kernel : nullptr));
  }
  populate_arena(object);
  count_instructions(object, plan.report);
  return {};
}

void DetachLink::operator()(bpf_link* link) const { bpf_link__destroy(link); }

Result<std::unique_ptr<bpf_link, DetachLink>> attach(bpf_map* ops) {
  LibbpfLog log;
  if (bpf_link* link = bpf_map__attach_struct_ops(ops))
    return std::unique_ptr<bpf_link, DetachLink>(link);
  const int err = errno;
  std::string what = "the kernel does not attach the scheduler", cure;
  if (err == EBUSY) {
    what = fmt::format("another scheduler is attached: {}", read_sched_ext().ops);
    cure = "end it first";
  } else if (err == EINVAL || err == EOPNOTSUPP) {
    cure = "the kernel's log (dmesg) says why";
  }
  auto error = fail_errno(err, std::move(what), std::move(cure)).error();
  error.evidence = log.text();
  return std::unexpected(error);
}

// The ring buffer's own fd is readable as soon as something is in it.
Result<Fd> open_events(bpf_object* object) {
  bpf_map* map = find_map(object, "scx_events");
  if (!map) return Fd{};
  const int fd = ::dup(bpf_map__fd(map));
  if (fd < 0) return fail_errno(errno, "cannot watch the scheduler's events");
  return Fd{fd};
}

const scx_exit_record* exit_record(bpf_object* object) {
  static const scx_exit_record none{};
  const auto memory = find_variable(object, ".data.scx_exit", "scx_exit_record");
  if (memory.size() != sizeof(scx_exit_record)) return &none;
  return reinterpret_cast<const scx_exit_record*>(memory.data());
}

std::string exit_dump(bpf_object* object) {
  bpf_map* map = find_map(object, ".data.scx_dump");
  if (!map) return {};
  std::size_t size = 0;
  const auto* text = static_cast<const char*>(bpf_map__initial_value(map, &size));
  return text ? std::string(text, ::strnlen(text, size)) : std::string();
}

std::span<std::byte> arena_array(bpf_object* object, const std::string& name, std::size_t elem_size) {
  std::span<std::byte> found;
  for_each_array(object, [&](std::string_view declared, const scx_arena_array& array) {
    if (array.elem_size != elem_size) return;
    if (declared == "scx_per_cid_" + name || declared == "scx_per_domain_" + name)
      found = {reinterpret_cast<std::byte*>(array.addr), bytes_of(array)};
  });
  return found;
}

}  // namespace detail
}  // namespace scx
