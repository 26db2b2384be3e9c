// SPDX-License-Identifier: GPL-2.0-only
//
// sysfs → RawTopology. The kernel's Documentation/ABI/testing/sysfs-devices-system-cpu describes
// the files; docs/topology.md lists those read here and what happens without them.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <unordered_map>

#include "readers.h"
#include "scx/base/file.h"
#include "tree_read.h"

namespace scx {
namespace {

// A set that sysfs has as the mask `mask` in every kernel and as the list `list` in newer ones too.
// The mask counts: in snapshots that somebody edited, the lists are often left as they were.
Result<std::optional<CpuSet>> read_set(const FileTree& tree, const std::string& dir,
                                       std::string_view mask, std::string_view list) {
  std::string path = fmt::format("{}/{}", dir, mask);
  if (const auto text = SCX_TRY(if_there(read_line(tree, path))))
    return in_file(parse_cpu_mask(*text), tree.name(path));
  path = fmt::format("{}/{}", dir, list);
  return if_there(read_cpu_list(tree, path));
}

// An id that the kernel may not know; it then says -1.
Result<std::optional<int>> read_id(const FileTree& tree, const std::string& path) {
  const auto value = SCX_TRY(if_there(read_int(tree, path)));
  if (!value || *value < 0) return std::optional<int>{};
  if (*value > INT32_MAX)
    return fail(ErrorKind::invalid,
                fmt::format("{} holds {}, too large for an id", tree.name(path), *value));
  return static_cast<int>(*value);
}

// "512K"; 0 where the kernel does not know.
Result<std::uint64_t> read_size_kb(const FileTree& tree, const std::string& path) {
  const auto text = SCX_TRY(if_there(read_line(tree, path)));
  if (!text) return 0;
  std::string_view digits = *text;
  std::uint64_t unit = 1;
  if (digits.ends_with('M')) unit = 1024;
  if (digits.ends_with('K') || digits.ends_with('M')) digits.remove_suffix(1);
  const auto size = parse_int(digits);
  if (size && *size >= 0 && *size <= INT32_MAX) return static_cast<std::uint64_t>(*size) * unit;
  return fail(ErrorKind::invalid,
              fmt::format("{} holds '{}' where a size such as 512K was expected", tree.name(path),
                          text->substr(0, 40)));
}

Result<std::vector<int>> read_distances(const FileTree& tree, const std::string& path) {
  std::vector<int> distances;
  const auto text = SCX_TRY(if_there(read_line(tree, path)));
  if (!text) return distances;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    const auto value = parse_int(rest.substr(0, space));
    if (!value || *value < 0 || *value > INT32_MAX)
      return fail(ErrorKind::invalid,
                  fmt::format("{} holds '{}' where node distances were expected", tree.name(path),
                              text->substr(0, 40)));
    distances.push_back(static_cast<int>(*value));
    rest.remove_prefix(std::min(rest.find_first_not_of(' ', space), rest.size()));
  }
  return distances;
}

// The line "Node 0 MemTotal: 263855164 kB"; 0 without one. Only shown to people.
std::uint64_t read_memory_kb(const FileTree& tree, const std::string& path) {
  constexpr std::string_view kKey = "MemTotal:";
  const auto text = tree.read(path);
  if (!text) return 0;
  const std::size_t at = text->find(kKey);
  if (at == std::string::npos) return 0;
  const std::size_t start = at + kKey.size();
  const std::size_t end = std::min(text->find("kB", start), text->size());
  const auto value = parse_int(std::string_view(*text).substr(start, end - start));
  return value && *value > 0 ? static_cast<std::uint64_t>(*value) : 0;
}

// power/pm_qos_resume_latency_us: what a wake-up may take. The kernel writes "n/a" where no latency
// at all is allowed, because its 0 means no limit; 1 is as short as a limit can be.
Result<std::int64_t> read_resume_latency(const FileTree& tree, const std::string& path) {
  const std::string text = SCX_TRY(read_line(tree, path));
  if (text == "n/a") return 1;
  const auto value = parse_int(text);
  if (value && *value >= 0) return *value;
  return fail(ErrorKind::invalid,
              fmt::format("{} holds '{}' where microseconds or n/a were expected", tree.name(path),
                          text.substr(0, 40)));
}

class SysfsReader {
 public:
  explicit SysfsReader(const FileTree& tree) : tree_(tree) {}

  Result<RawTopology> read() {
    SCX_TRY(read_cpu_sets());
    for (CpuId cpu : raw_.online) SCX_TRY(read_cpu(cpu));
    SCX_TRY(read_core_kinds());
    SCX_TRY(read_nodes());
    for (const auto& [file, odd] : odd_)
      raw_.notes.push_back(
          fmt::format("{} counts as absent on {} CPUs: {}", file, odd.count, odd.first));
    return std::move(raw_);
  }

 private:
  struct Odd {
    int count = 0;
    std::string first;  // the first error
  };

  // Kernels older than 2.6.26 have no such files: what has a directory is present, and online
  // unless its own file says no.
  Status read_cpu_sets() {
    auto directories = numbered(tree_, cpu_dir_, "cpu");
    if (!directories) {
      Error error = std::move(directories).error();
      error.cure =
          "expected the sysfs of a Linux machine there; is /sys mounted, is the root right?";
      return std::unexpected(std::move(error));
    }
    CpuSet there;
    for (std::int32_t cpu : *directories) there.insert(CpuId{cpu});

    auto possible = SCX_TRY(if_there(read_cpu_list(tree_, cpu_dir_ + "/possible")));
    auto present = SCX_TRY(if_there(read_cpu_list(tree_, cpu_dir_ + "/present")));
    auto online = SCX_TRY(if_there(read_cpu_list(tree_, cpu_dir_ + "/online")));
    raw_.present = present ? *std::move(present) : there;
    raw_.possible = possible ? *std::move(possible) : raw_.present;
    if (online) {
      raw_.online = *std::move(online);
    } else {
      SCX_TRY(read_online_files(there));
    }
    if (!raw_.online.empty()) return {};
    return fail(ErrorKind::invalid,
                fmt::format("{} names no CPU that is online", tree_.name(cpu_dir_)),
                "expected at least one, in the file online or as a directory cpu0");
  }

  Status read_online_files(const CpuSet& there) {
    raw_.notes.push_back(
        fmt::format("{} is missing: every CPU with a directory is online unless its own "
                    "file online holds 0",
                    tree_.name(cpu_dir_ + "/online")));
    for (CpuId cpu : there) {
      const auto online = SCX_TRY(if_there(read_int(tree_, cpu_dir(cpu) + "/online")));
      if (online.value_or(1) != 0) raw_.online.insert(cpu);
    }
    return {};
  }

  std::string cpu_dir(CpuId cpu) const { return fmt::format("{}/cpu{}", cpu_dir_, cpu.value()); }

  Status read_cpu(CpuId id) {
    const std::string dir = cpu_dir(id), topology = dir + "/topology";
    RawCpu cpu;
    cpu.cpu = id;
    cpu.package = SCX_TRY(read_id(tree_, topology + "/physical_package_id"));
    cpu.die = SCX_TRY(read_id(tree_, topology + "/die_id"));
    cpu.core = SCX_TRY(read_id(tree_, topology + "/core_id"));
    cpu.siblings = SCX_TRY(read_set(tree_, topology, "thread_siblings", "thread_siblings_list"));
    if (!cpu.siblings)
      cpu.siblings = SCX_TRY(read_set(tree_, topology, "core_cpus", "core_cpus_list"));
    SCX_TRY(read_caches(dir + "/cache", cpu));

    const auto number = [&](std::string_view file) {
      return evidence(file, read_int(tree_, fmt::format("{}/{}", dir, file)));
    };
    cpu.capacity = number("cpu_capacity");
    cpu.prefcore = number("cpufreq/amd_pstate_prefcore_ranking");
    cpu.cppc = number("acpi_cppc/highest_perf");
    cpu.max_khz = number("cpufreq/cpuinfo_max_freq");
    cpu.base_khz = number("cpufreq/base_frequency");
    constexpr const char* kLatency = "power/pm_qos_resume_latency_us";
    cpu.resume_latency_us =
        evidence(kLatency, read_resume_latency(tree_, fmt::format("{}/{}", dir, kLatency)));
    raw_.cpus.push_back(std::move(cpu));
    return {};
  }

  std::optional<std::int64_t> evidence(std::string_view file, const Result<std::int64_t>& value) {
    if (value) return *value;
    if (!is_absent(value.error())) note_odd(file, value.error().message());
    return std::nullopt;
  }

  Status read_caches(const std::string& dir, RawCpu& cpu) {
    const auto leaves = SCX_TRY(if_there(numbered(tree_, dir, "index")));
    if (!leaves) return {};
    for (std::int32_t leaf : *leaves) {
      const std::string path = fmt::format("{}/index{}", dir, leaf);
      auto shared = SCX_TRY(read_set(tree_, path, "shared_cpu_map", "shared_cpu_list"));
      if (!shared) {
        note_odd("cache/index*/shared_cpu_map", fmt::format("{} has none", tree_.name(path)));
        continue;
      }
      RawCache cache;
      cache.level = SCX_TRY(read_id(tree_, path + "/level")).value_or(0);
      const auto type = SCX_TRY(if_there(read_line(tree_, path + "/type")));
      if (type == "Data") cache.type = CacheType::data;
      if (type == "Instruction") cache.type = CacheType::instruction;
      cache.size_kb = SCX_TRY(read_size_kb(tree_, path + "/size"));
      cache.cpus = *std::move(shared);
      cpu.caches.push_back(intern(std::move(cache)));
    }
    return {};
  }

  void note_odd(std::string_view file, std::string problem) {
    Odd& odd = odd_[std::string(file)];
    if (++odd.count == 1) odd.first = std::move(problem);
  }

  std::int32_t intern(RawCache cache) {
    const std::string key = fmt::format("{} {} {} {}", cache.level, static_cast<int>(cache.type),
                                        cache.size_kb, to_cpu_list(cache.cpus));
    const auto [found, added] =
        cache_index_.emplace(key, static_cast<std::int32_t>(raw_.caches.size()));
    if (added) raw_.caches.push_back(std::move(cache));
    return found->second;
  }

  // Intel's hybrid processors have one PMU for each kind of core, which names its CPUs.
  Status read_core_kinds() {
    constexpr std::array<std::string_view, 3> kSmallestFirst = {"cpu_lowpower", "cpu_atom",
                                                                "cpu_core"};
    for (std::size_t rank = 0; rank < kSmallestFirst.size(); ++rank) {
      const std::string path = fmt::format("/sys/devices/{}/cpus", kSmallestFirst[rank]);
      const auto cpus = SCX_TRY(if_there(read_cpu_list(tree_, path)));
      if (!cpus) continue;
      for (RawCpu& cpu : raw_.cpus) {
        if (cpus->contains(cpu.cpu)) cpu.kind = static_cast<std::int64_t>(rank);
      }
    }
    return {};
  }

  Status read_nodes() {
    const auto ids = SCX_TRY(if_there(numbered(tree_, node_dir_, "node")));
    if (!ids) return {};
    for (std::int32_t id : *ids) {
      const std::string dir = fmt::format("{}/node{}", node_dir_, id);
      RawNode node;
      node.id = NodeId{id};
      if (auto cpus = SCX_TRY(read_set(tree_, dir, "cpumap", "cpulist")))
        node.cpus = *std::move(cpus);
      node.distances = SCX_TRY(read_distances(tree_, dir + "/distance"));
      node.memory_kb = read_memory_kb(tree_, dir + "/meminfo");
      raw_.nodes.push_back(std::move(node));
    }
    return {};
  }

  const FileTree& tree_;
  const std::string cpu_dir_ = "/sys/devices/system/cpu", node_dir_ = "/sys/devices/system/node";
  RawTopology raw_;
  std::unordered_map<std::string, std::int32_t> cache_index_;  // description → index in raw_.caches
  std::map<std::string, Odd> odd_;  // by file: what could not be used, for the notes
};

}  // namespace

Result<RawTopology> read_sysfs(const FileTree& tree) {
  RawTopology raw = SCX_TRY(SysfsReader(tree).read());
  raw.perf_domains = read_energy_model(tree, raw.notes);
  return raw;
}

}  // namespace scx
