// SPDX-License-Identifier: GPL-2.0-only
#include "directory.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace scx::stats {
namespace {

using Path = std::filesystem::path;

constexpr char kChoose[] = "choose another path";
constexpr char kRoot[] = "run as root, or choose another path";

std::unexpected<Error> fail_at(int err, std::string_view doing, const Path& path) {
  const bool permission = err == EACCES || err == EPERM || err == EROFS;
  return fail_errno(err, fmt::format("cannot {} {}", doing, path.native()),
                    permission ? kRoot : "");
}

// Whether `entry`, if it is there, may be used in `directory`. `path`: that of the entry.
Status trust(const struct stat& directory, const struct stat& entry, const Path& path) {
  if ((directory.st_mode & S_IWOTH) == 0) return {};
  if ((directory.st_mode & S_ISVTX) == 0) {
    return fail(ErrorKind::permission,
                fmt::format("anybody may rename what is in {}", path.parent_path().native()),
                "chmod +t it, or choose another path");
  }
  if (entry.st_uid == 0 || entry.st_uid == ::geteuid()) return {};
  return fail(ErrorKind::permission,
              fmt::format("{} belongs to user {}, who made it where anybody may", path.native(),
                          entry.st_uid),
              kChoose);
}

// A new directory, which nobody has replaced since. Its mode is set as the umask may have taken of
// it what clients need to reach the socket.
Status make(const Fd& parent, const Path& name, const Path& path) {
  if (::mkdirat(parent.get(), name.c_str(), 0755) != 0) {
    if (errno == EEXIST) return {};
    return fail_at(errno, "create the directory", path);
  }
  const Fd made{
      ::openat(parent.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  struct stat status;
  if (!made || ::fstat(made.get(), &status) != 0)
    return fail_at(errno, "enter the directory", path);
  if (status.st_uid != ::geteuid()) {
    return fail(ErrorKind::permission, fmt::format("another user has replaced {}", path.native()),
                kChoose);
  }
  if (::fchmod(made.get(), 0755) != 0) return fail_at(errno, "set the mode of", path);
  return {};
}

Result<Fd> enter(const Fd& parent, const Path& name, const Path& path) {
  Fd entry{::openat(parent.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
  if (!entry && errno == ENOENT) {
    SCX_TRY(make(parent, name, path));
    entry = Fd{::openat(parent.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
  }
  struct stat above, status;
  if (!entry || ::fstat(parent.get(), &above) != 0 || ::fstat(entry.get(), &status) != 0)
    return fail_at(errno, "enter the directory", path);
  SCX_TRY(trust(above, status, path));
  if (S_ISDIR(status.st_mode)) return entry;
  // A link of somebody who is trusted, as /var/run is; anything else is no directory.
  Fd target{::openat(parent.get(), name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!target) return fail_at(errno, "enter the directory", path);
  return target;
}

}  // namespace

Result<Fd> open_directory(const Path& path) {
  Path at = path.is_absolute() ? "/" : ".";
  Fd directory{::open(at.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!directory) return fail_at(errno, "enter the directory", at);
  for (const Path& name : path.relative_path()) {
    if (name.empty()) continue;  // after a slash at the end
    at /= name;
    directory = SCX_TRY(enter(directory, name, at));
  }
  struct stat status;
  if (::fstat(directory.get(), &status) != 0) return fail_at(errno, "look at", at);
  // Of a socket that is not there yet only the directory itself can be wrong.
  SCX_TRY(trust(status, {}, at / "*"));
  return directory;
}

}  // namespace scx::stats
