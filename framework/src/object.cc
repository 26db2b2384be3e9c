// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "attach_error.h"
#include "hooks.h"
#include "libbpf_log.h"
#include "object_tables.h"
#include "ops_table.h"
#include "scx/framework/kernel.h"

namespace scx {

std::string_view name(Form form) { return form == Form::cid ? "cid" : "cpu"; }

std::uint64_t LoadReport::verified_instructions() const {
  std::uint64_t sum = 0;
  for (const Program& program : programs) sum += program.verified_instructions;
  return sum;
}

namespace {

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

// The line in which the verifier says what it does not like: the last one before its statistics,
// or, on kernels from 7.3 on, before the explanation that it adds.
std::string verifier_complaint(std::string_view said) {
  auto end = said.find("\nVerification failed:");
  if (end == said.npos) end = said.find("\nprocessed ");
  if (end == said.npos) return {};
  std::string_view before = said.substr(0, end);
  while (before.ends_with('\n')) before.remove_suffix(1);
  return std::string(before.substr(before.rfind('\n') + 1));
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
    error = explain_broken_kfuncs(broken, quoted("extern (func ksym) '"));
    error.evidence = said;
    return error;
  }
  if (has("not found in kernel or module BTFs")) {
    error.kind = ErrorKind::unsupported;
    error.what =
        fmt::format("kernel {} lacks the function {}", release, quoted("extern (func ksym) '"));
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
  const std::string program = quoted("prog '");
  const std::string complaint = verifier_complaint(said);
  if (!program.empty() && !complaint.empty()) {
    error.what = fmt::format("kernel {} refused the program {}: {}", release, program, complaint);
    return error;
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
  SCX_TRY(
      fill_tables(object, machine, {ops.form, ops.override_cids, ops.shard_size, ops.dump_len}));
  LoadPlan plan;
  plan.ops = ops.map;
  plan.btf_path = options.btf_path;
  plan.report.form = ops.form;
  plan.report.sub_cgroup_id = ops.sub_cgroup_id;
  plan.report.dropped = std::move(ops.dropped);
  return plan;
}

Status finish(bpf_object* object, LoadPlan& plan, int load_err, const std::string& libbpf_said) {
  if (load_err != 0) {
    const auto kernel = KernelBtf::load(plan.btf_path);
    return std::unexpected(explain_load(-load_err, libbpf_said, kernel ? &*kernel : nullptr));
  }
  populate_arena(object);
  associate_programs(object, plan.ops);
  count_instructions(object, plan.report);
  return {};
}

void DetachLink::operator()(bpf_link* link) const { bpf_link__destroy(link); }

Result<Link> attach(bpf_map* ops, std::uint64_t sub_cgroup_id) {
  LibbpfLog log;
  if (bpf_link* link = bpf_map__attach_struct_ops(ops)) return Link(link);
  Error error = explain_attach(errno, sub_cgroup_id);
  error.evidence = log.text();
  return std::unexpected(error);
}

Status run_program(bpf_program* program) {
  bpf_test_run_opts opts{};
  opts.sz = sizeof(opts);
  const std::string name = bpf_program__name(program);
  if (const int err = bpf_prog_test_run_opts(bpf_program__fd(program), &opts); err < 0)
    return fail_errno(-err, fmt::format("the kernel does not run the program {}", name));
  if (opts.retval != 0)
    return fail(ErrorKind::invalid, fmt::format("the program {} ended with {}", name,
                                                static_cast<std::int32_t>(opts.retval)));
  return {};
}

// The ring buffer's own fd is readable as soon as something is in it.
Result<Fd> open_events(bpf_object* object) {
  bpf_map* map = bpf_object__find_map_by_name(object, "scx_events");
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
  bpf_map* map = bpf_object__find_map_by_name(object, ".data.scx_dump");
  if (!map) return {};
  std::size_t size = 0;
  const auto* text = static_cast<const char*>(bpf_map__initial_value(map, &size));
  return text ? std::string(text, ::strnlen(text, size)) : std::string();
}

}  // namespace detail
}  // namespace scx
