// SPDX-License-Identifier: GPL-2.0-only
//
// sysfs → RawTopology. The kernel's Documentation/ABI/testing/sysfs-devices-system-cpu describes
// the files; docs/topology.md lists those read here and what happens without them.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <map>
#include <unordered_map>

#include "readers.h"
#include "scx/base/file.h"

namespace scx {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCpuDir = "/sys/devices/system/cpu";
constexpr std::string_view kNodeDir = "/sys/devices/system/node";

bool is_absent(const Error& error) {
  return error.err == ENOENT || error.err == ENOTDIR || error.err == ENODEV || error.err == ENXIO;
}

// A read that may find no file. Errors: those of `read` but for the file's absence.
template <typename T>
Result<std::optional<T>> if_there(Result<T> read) {
  if (read) return std::optional<T>{*std::move(read)};
  if (is_absent(read.error())) return std::optional<T>{};
  return std::unexpected(std::move(read).error());
}

// Puts the file's name before an error about its content.
template <typename T>
Result<T> in_file(Result<T> parsed, const fs::path& path) {
  if (parsed) return parsed;
  Error error = std::move(parsed).error();
  error.what = fmt::format("{}: {}", path.native(), error.what);
  return std::unexpected(std::move(error));
}

// The numbers n for which dir has an entry "<prefix>n", ascending.
Result<std::vector<std::int32_t>> numbered(const fs::path& dir, std::string_view prefix) {
  std::error_code problem;
  std::vector<std::int32_t> numbers;
  fs::directory_iterator at{dir, problem};
  while (!problem && at != fs::directory_iterator{}) {
    const std::string name = at->path().filename().native();
    const bool digits = name.size() > prefix.size() && name.starts_with(prefix) &&
                        name.find_first_not_of("0123456789", prefix.size()) == std::string::npos;
    if (digits) {
      const auto number = parse_int(std::string_view(name).substr(prefix.size()));
      if (!number || *number > kMaxCpu)
        return fail(ErrorKind::invalid, fmt::format("{} has an entry {}, above the limit of {}",
                                                    dir.native(), name, kMaxCpu));
      numbers.push_back(static_cast<std::int32_t>(*number));
    }
    at.increment(problem);
  }
  if (problem) return fail_errno(problem.value(), fmt::format("cannot list {}", dir.native()));
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

// A set that sysfs has as the mask `mask` in every kernel and as the list `list` in newer ones too.
// The mask counts: in snapshots that somebody edited, the lists are often left as they were.
Result<std::optional<CpuSet>> read_set(const fs::path& dir, std::string_view mask,
                                       std::string_view list) {
  fs::path path = dir / mask;
  if (const auto text = SCX_TRY(if_there(read_line(path))))
    return in_file(parse_cpu_mask(*text), path);
  path = dir / list;
  if (const auto text = SCX_TRY(if_there(read_line(path))))
    return in_file(parse_cpu_list(*text), path);
  return std::optional<CpuSet>{};
}

// An id that the kernel may not know; it then says -1.
Result<std::optional<int>> read_id(const fs::path& path) {
  const auto value = SCX_TRY(if_there(read_int(path)));
  if (!value || *value < 0) return std::optional<int>{};
  if (*value > INT32_MAX)
    return fail(ErrorKind::invalid,
                fmt::format("{} holds {}, too large for an id", path.native(), *value));
  return static_cast<int>(*value);
}

class SysfsReader {
 public:
  explicit SysfsReader(const fs::path& root)
      : root_(root), cpu_dir_(under(root, kCpuDir)), node_dir_(under(root, kNodeDir)) {}

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

  Result<std::optional<CpuSet>> read_cpu_list(std::string_view file) {
    const fs::path path = cpu_dir_ / file;
    const auto text = SCX_TRY(if_there(read_line(path)));
    if (!text) return std::optional<CpuSet>{};
    return in_file(parse_cpu_list(*text), path);
  }

  // Kernels older than 2.6.26 have no such files: what has a directory is present, and online
  // unless its own file says no.
  Status read_cpu_sets() {
    auto directories = numbered(cpu_dir_, "cpu");
    if (!directories) {
      Error error = std::move(directories).error();
      error.cure =
          "expected the sysfs of a Linux machine there; is /sys mounted, is the root right?";
      return std::unexpected(std::move(error));
    }
    CpuSet there;
    for (std::int32_t cpu : *directories) there.insert(CpuId{cpu});

    auto possible = SCX_TRY(read_cpu_list("possible"));
    auto present = SCX_TRY(read_cpu_list("present"));
    auto online = SCX_TRY(read_cpu_list("online"));
    raw_.present = present ? *std::move(present) : there;
    raw_.possible = possible ? *std::move(possible) : raw_.present;
    if (online) {
      raw_.online = *std::move(online);
    } else {
      SCX_TRY(read_online_files(there));
    }
    if (!raw_.online.empty()) return {};
    return fail(ErrorKind::invalid,
                fmt::format("{} names no CPU that is online", cpu_dir_.native()),
                "expected at least one, in the file online or as a directory cpu0");
  }

  Status read_online_files(const CpuSet& there) {
    raw_.notes.push_back(
        fmt::format("{} is missing: every CPU with a directory is online unless its own "
                    "file online holds 0",
                    (cpu_dir_ / "online").native()));
    for (CpuId cpu : there) {
      const auto online = SCX_TRY(if_there(read_int(cpu_path(cpu) / "online")));
      if (online.value_or(1) != 0) raw_.online.insert(cpu);
    }
    return {};
  }

  fs::path cpu_path(CpuId cpu) const { return cpu_dir_ / fmt::format("cpu{}", cpu.value()); }

  Status read_cpu(CpuId id) {
    const fs::path dir = cpu_path(id), topology = dir / "topology";
    RawCpu cpu;
    cpu.cpu = id;
    cpu.package = SCX_TRY(read_id(topology / "physical_package_id"));
    cpu.die = SCX_TRY(read_id(topology / "die_id"));
    cpu.core = SCX_TRY(read_id(topology / "core_id"));
    cpu.siblings = SCX_TRY(read_set(topology, "thread_siblings", "thread_siblings_list"));
    if (!cpu.siblings) cpu.siblings = SCX_TRY(read_set(topology, "core_cpus", "core_cpus_list"));
    SCX_TRY(read_caches(dir / "cache", cpu));

    cpu.capacity = evidence(dir, "cpu_capacity");
    cpu.prefcore = evidence(dir, "cpufreq/amd_pstate_prefcore_ranking");
    cpu.cppc = evidence(dir, "acpi_cppc/highest_perf");
    cpu.max_khz = evidence(dir, "cpufreq/cpuinfo_max_freq");
    cpu.base_khz = evidence(dir, "cpufreq/base_frequency");
    raw_.cpus.push_back(std::move(cpu));
    return {};
  }

  std::optional<std::int64_t> evidence(const fs::path& dir, std::string_view file) {
    auto value = read_int(dir / file);
    if (value) return *value;
    if (!is_absent(value.error())) note_odd(file, value.error().message());
    return std::nullopt;
  }

  Status read_caches(const fs::path& dir, RawCpu& cpu) {
    const auto leaves = SCX_TRY(if_there(numbered(dir, "index")));
    if (!leaves) return {};
    for (std::int32_t leaf : *leaves) {
      const fs::path path = dir / fmt::format("index{}", leaf);
      auto shared = SCX_TRY(read_set(path, "shared_cpu_map", "shared_cpu_list"));
      if (!shared) {
        note_odd("cache/index*/shared_cpu_map", fmt::format("{} has none", path.native()));
        continue;
      }
      RawCache cache;
      cache.level = SCX_TRY(read_id(path / "level")).value_or(0);
      const auto type = SCX_TRY(if_there(read_line(path / "type")));
      if (type == "Data") cache.type = CacheType::data;
      if (type == "Instruction") cache.type = CacheType::instruction;
      cache.size_kb = SCX_TRY(read_size_kb(path / "size"));
      cache.cpus = *std::move(shared);
      cpu.caches.push_back(intern(std::move(cache)));
    }
    return {};
  }

  void note_odd(std::string_view file, std::string problem) {
    Odd& odd = odd_[std::string(file)];
    if (++odd.count == 1) odd.first = std::move(problem);
  }

  // "512K"; 0 where the kernel does not know.
  static Result<std::uint64_t> read_size_kb(const fs::path& path) {
    const auto text = SCX_TRY(if_there(read_line(path)));
    if (!text) return 0;
    std::string_view digits = *text;
    std::uint64_t unit = 1;
    if (digits.ends_with('M')) unit = 1024;
    if (digits.ends_with('K') || digits.ends_with('M')) digits.remove_suffix(1);
    const auto size = parse_int(digits);
    if (size && *size >= 0 && *size <= INT32_MAX) return static_cast<std::uint64_t>(*size) * unit;
    return fail(ErrorKind::invalid,
                fmt::format("{} holds '{}' where a size such as 512K was expected", path.native(),
                            text->substr(0, 40)));
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
      const fs::path path = under(root_, "/sys/devices") / kSmallestFirst[rank] / "cpus";
      const auto text = SCX_TRY(if_there(read_line(path)));
      if (!text) continue;
      const CpuSet cpus = SCX_TRY(in_file(parse_cpu_list(*text), path));
      for (RawCpu& cpu : raw_.cpus) {
        if (cpus.contains(cpu.cpu)) cpu.kind = static_cast<std::int64_t>(rank);
      }
    }
    return {};
  }

  Status read_nodes() {
    const auto ids = SCX_TRY(if_there(numbered(node_dir_, "node")));
    if (!ids) return {};
    for (std::int32_t id : *ids) {
      const fs::path dir = node_dir_ / fmt::format("node{}", id);
      RawNode node;
      node.id = NodeId{id};
      if (auto cpus = SCX_TRY(read_set(dir, "cpumap", "cpulist"))) node.cpus = *std::move(cpus);
      node.distances = SCX_TRY(read_distances(dir / "distance"));
      node.memory_kb = memory_kb(dir / "meminfo");
      raw_.nodes.push_back(std::move(node));
    }
    return {};
  }

  static Result<std::vector<int>> read_distances(const fs::path& path) {
    std::vector<int> distances;
    const auto text = SCX_TRY(if_there(read_line(path)));
    if (!text) return distances;
    std::string_view rest = *text;
    while (!rest.empty()) {
      const std::size_t space = std::min(rest.find(' '), rest.size());
      const auto value = parse_int(rest.substr(0, space));
      if (!value || *value < 0 || *value > INT32_MAX)
        return fail(ErrorKind::invalid,
                    fmt::format("{} holds '{}' where node distances were expected", path.native(),
                                text->substr(0, 40)));
      distances.push_back(static_cast<int>(*value));
      rest.remove_prefix(std::min(rest.find_first_not_of(' ', space), rest.size()));
    }
    return distances;
  }

  // The line "Node 0 MemTotal: 263855164 kB"; 0 without one. Only shown to people.
  static std::uint64_t memory_kb(const fs::path& path) {
    constexpr std::string_view kKey = "MemTotal:";
    const auto text = read_file(path);
    if (!text) return 0;
    const std::size_t at = text->find(kKey);
    if (at == std::string::npos) return 0;
    const std::size_t start = at + kKey.size();
    const std::size_t end = std::min(text->find("kB", start), text->size());
    const auto value = parse_int(std::string_view(*text).substr(start, end - start));
    return value && *value > 0 ? static_cast<std::uint64_t>(*value) : 0;
  }

  const fs::path root_, cpu_dir_, node_dir_;
  RawTopology raw_;
  std::unordered_map<std::string, std::int32_t> cache_index_;  // description → index in raw_.caches
  std::map<std::string, Odd> odd_;  // by file: what could not be used, for the notes
};

}  // namespace

Result<RawTopology> read_sysfs(const fs::path& root) { return SysfsReader(root).read(); }

}  // namespace scx
