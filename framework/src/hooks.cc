// SPDX-License-Identifier: GPL-2.0-only
#include "hooks.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "libbpf_log.h"
#include "scx/base/fd.h"
#include "scx/base/file.h"
#include "scx/framework/object.h"

namespace scx {
namespace {

// BPF_PROG_ASSOC_STRUCT_OPS of linux/bpf.h from 7.0 on, and what it takes.
constexpr int kAssocStructOps = 38;
struct AssocStructOps {
  std::uint32_t map_fd, prog_fd, flags;
};

// "sched/sched_switch" of tracepoint/sched/sched_switch; empty for another kind.
std::string_view tracepoint(std::string_view section) {
  for (const std::string_view kind : {"tracepoint/", "tp/"})
    if (section.starts_with(kind)) return section.substr(kind.size());
  return {};
}

bool has_tracepoint(std::string_view event, const std::filesystem::path& root) {
  std::error_code none;
  for (const char* tracefs : {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"}) {
    const auto events = under(root, tracefs) / "events";
    if (std::filesystem::is_directory(events / event, none)) return true;
  }
  return false;
}

// A function can stand in the type information and still be out of reach, such as one that the
// compiler has renamed. So a program that does nothing is loaded for it: were the scheduler's own
// refused for that, nothing of the scheduler would load.
bool kernel_takes(const bpf_program* program, std::uint32_t hook_id) {
  const LibbpfLog quiet;
  constexpr std::array<bpf_insn, 2> kReturn0{
      {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
       {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}}};
  const std::string_view section = bpf_program__section_name(program);
  bpf_prog_load_opts opts{};
  opts.sz = sizeof(opts);
  opts.expected_attach_type = bpf_program__expected_attach_type(program);
  opts.attach_btf_id = hook_id;
  if (section.find(".s/") != section.npos) opts.prog_flags = BPF_F_SLEEPABLE;
  const Fd fd{::bpf_prog_load(bpf_program__type(program), "scx_probe", "GPL", kReturn0.data(),
                              kReturn0.size(), &opts)};
  return static_cast<bool>(fd);
}

// Loaded, and waits for something to happen in the kernel: neither an op nor called from outside.
bool is_hook(const bpf_program* program) {
  const auto type = bpf_program__type(program);
  return bpf_program__fd(program) >= 0 && type != BPF_PROG_TYPE_STRUCT_OPS &&
         type != BPF_PROG_TYPE_SYSCALL;
}

}  // namespace

bool has_hook(const KernelBtf& kernel, std::string_view section,
              const std::filesystem::path& root) {
  if (const auto event = tracepoint(section); !event.empty()) return has_tracepoint(event, root);
  return kernel.hook_id(section).has_value();
}

void associate_programs(bpf_object* object, bpf_map* ops) {
  bpf_program* program;
  bpf_object__for_each_program(program, object) {
    if (!is_hook(program)) continue;
    AssocStructOps what{static_cast<std::uint32_t>(bpf_map__fd(ops)),
                        static_cast<std::uint32_t>(bpf_program__fd(program)), 0};
    ::syscall(SYS_bpf, kAssocStructOps, &what, sizeof(what));
  }
}

namespace detail {

bool enable(bpf_program* program, const KernelBtf& kernel) {
  const std::string_view section = bpf_program__section_name(program);
  bool has = has_hook(kernel, section);
  if (const auto id = kernel.hook_id(section)) has = kernel_takes(program, *id);
  return bpf_program__set_autoload(program, has) == 0 && has;
}

Hooks attach_hooks(bpf_object* object, LoadReport& report) {
  const LibbpfLog quiet;
  Hooks hooks;
  bpf_program* program;
  bpf_object__for_each_program(program, object) {
    if (!is_hook(program)) continue;
    if (bpf_link* link = bpf_program__attach(program)) {
      hooks.emplace_back(link);
      continue;
    }
    const std::string name = bpf_program__name(program);
    const std::string where = bpf_program__section_name(program);
    report.not_attached.push_back(
        {name, fail_errno(errno, "the kernel does not attach it to " + where).error().message()});
  }
  return hooks;
}

}  // namespace detail
}  // namespace scx
