// SPDX-License-Identifier: GPL-2.0-only
#include "programs.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include <cerrno>
#include <fstream>
#include <memory>

namespace scx::bench {

namespace {

Result<bpf_prog_info> info_of(const Fd& fd, bpf_prog_info info = {}) {
  __u32 size = sizeof info;
  if (const int err = bpf_prog_get_info_by_fd(fd.get(), &info, &size))
    return fail_errno(-err, "reading what the kernel says of a BPF program");
  return info;
}

// A program's whole name: what it is called in its object. info.name ends after 15 characters.
std::string name_of(const Fd& fd, const bpf_prog_info& info) {
  bpf_func_info function = {};
  bpf_prog_info ask = {};
  ask.nr_func_info = 1;
  ask.func_info_rec_size = sizeof function;
  ask.func_info = reinterpret_cast<std::uintptr_t>(&function);
  const auto told = info_of(fd, ask);
  if (!told || !told->btf_id || !told->nr_func_info) return info.name;

  const std::unique_ptr<btf, decltype(&btf__free)> types(btf__load_from_kernel_by_id(told->btf_id),
                                                         btf__free);
  const btf_type* type = types ? btf__type_by_id(types.get(), function.type_id) : nullptr;
  const char* name = type ? btf__name_by_offset(types.get(), type->name_off) : nullptr;
  return name && *name ? name : info.name;
}

}  // namespace

Status count_programs(bool on) {
  const char* path = "/proc/sys/kernel/bpf_stats_enabled";
  std::ofstream file(path);
  if (!(file << (on ? "1" : "0") << std::flush))
    return fail_errno(errno, std::string("writing ") + path, "run it as root");
  return {};
}

std::uint32_t newest_program() {
  std::uint32_t id = 0;
  while (!bpf_prog_get_next_id(id, &id)) {
  }
  return id;
}

Result<std::vector<Program>> programs_after(std::uint32_t id) {
  std::vector<Program> programs;
  while (!bpf_prog_get_next_id(id, &id)) {
    const int fd = bpf_prog_get_fd_by_id(id);
    if (fd == -ENOENT) continue;  // gone in between
    if (fd < 0) return fail_errno(-fd, "opening BPF program " + std::to_string(id));
    Program program{.name = {}, .verified = 0, .fd = Fd(fd)};
    const bpf_prog_info info = SCX_TRY(info_of(program.fd));
    program.name = name_of(program.fd, info);
    program.verified = info.verified_insns;
    programs.push_back(std::move(program));
  }
  return programs;
}

Result<std::vector<Count>> read_counts(const std::vector<Program>& programs) {
  std::vector<Count> counts;
  for (const Program& program : programs) {
    const bpf_prog_info info = SCX_TRY(info_of(program.fd));
    counts.push_back({info.run_cnt, info.run_time_ns});
  }
  return counts;
}

}  // namespace scx::bench
