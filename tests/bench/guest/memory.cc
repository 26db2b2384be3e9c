// SPDX-License-Identifier: GPL-2.0-only
#include "memory.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "scx/base/fd.h"

namespace scx::bench {

namespace {

// The number behind `key` in a file of "key: number" lines.
Result<std::int64_t> number_of(const std::string& path, std::string_view key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::int64_t number;
    if (line.starts_with(key) && std::istringstream(line.substr(key.size())) >> number)
      return number;
  }
  return fail(ErrorKind::missing, path + " has no " + std::string(key));
}

}  // namespace

Result<ProcessMemory> process_memory(int pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/status";
  ProcessMemory memory;
  memory.resident_kib = SCX_TRY(number_of(path, "VmRSS:"));
  memory.peak_kib = SCX_TRY(number_of(path, "VmHWM:"));
  memory.anonymous_kib = SCX_TRY(number_of(path, "RssAnon:"));
  return memory;
}

std::uint32_t newest_map() {
  std::uint32_t id = 0;
  while (!bpf_map_get_next_id(id, &id)) {
  }
  return id;
}

Result<std::int64_t> map_memory_after(std::uint32_t id) {
  std::int64_t bytes = 0;
  while (!bpf_map_get_next_id(id, &id)) {
    const Fd map(bpf_map_get_fd_by_id(id));
    if (map.get() == -ENOENT) continue;  // gone in between
    if (map.get() < 0) return fail_errno(-map.get(), "opening BPF map " + std::to_string(id));
    bytes += SCX_TRY(number_of("/proc/self/fdinfo/" + std::to_string(map.get()), "memlock:"));
  }
  return bytes;
}

}  // namespace scx::bench
