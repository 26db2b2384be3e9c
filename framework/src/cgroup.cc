// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/cgroup.h"

#include <fmt/core.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <optional>

namespace scx {
namespace {

// On 64-bit machines a cgroup's number is its directory's inode number.
std::optional<std::uint64_t> number_of(const std::filesystem::path& directory) {
  struct statfs system;
  struct stat file;
  if (::statfs(directory.c_str(), &system) != 0 || system.f_type != CGROUP2_SUPER_MAGIC) return {};
  if (::stat(directory.c_str(), &file) != 0 || !S_ISDIR(file.st_mode)) return {};
  return file.st_ino;
}

}  // namespace

Result<std::uint64_t> cgroup_id(const std::string& path, const std::filesystem::path& mount) {
  if (path.empty())
    return fail(ErrorKind::usage, "an empty path names no cgroup",
                fmt::format("name one below {}", mount.native()));
  const auto below = mount / std::filesystem::path(path).relative_path();
  std::optional<std::uint64_t> id = number_of(path);
  if (!id) id = number_of(below);
  if (id && *id > 1) return *id;
  if (id)
    return fail(ErrorKind::invalid, fmt::format("{} is the root of the cgroups", path),
                "name one below it; without one the whole machine is scheduled");
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) || std::filesystem::exists(below, ignored))
    return fail(
        ErrorKind::invalid, fmt::format("{} is no directory of a cgroup (version 2)", path),
        fmt::format("name one below {}, and mount cgroup2 there if nothing is", mount.native()));
  return fail(ErrorKind::missing, fmt::format("there is no cgroup '{}'", path),
              fmt::format("make it with mkdir {}", below.native()));
}

}  // namespace scx
