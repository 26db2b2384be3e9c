// SPDX-License-Identifier: GPL-2.0-only
#include "socket_file.h"

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "wire.h"

namespace scx::stats {
namespace {

constexpr char kChoose[] = "run as root, or choose another path";

std::unexpected<Error> fail_at(int err, std::string_view doing, const std::string& path) {
  const bool permission = err == EACCES || err == EPERM || err == EROFS;
  return fail_errno(err, fmt::format("cannot {} {}", doing, path), permission ? kChoose : "");
}

Status make_directories(const std::filesystem::path& directory) {
  if (directory.empty() || directory == directory.root_path()) return {};
  struct stat there;
  if (::stat(directory.c_str(), &there) == 0) return {};  // a file in its place: bind() says so
  SCX_TRY(make_directories(directory.parent_path()));
  if (::mkdir(directory.c_str(), 0755) != 0) {
    if (errno == EEXIST) return {};
    return fail_at(errno, "create the directory", directory.native());
  }
  // Whatever the umask: clients that the socket admits must reach it.
  if (::chmod(directory.c_str(), 0755) != 0)
    return fail_at(errno, "set the mode of", directory.native());
  return {};
}

Result<Fd> new_socket() {
  Fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!fd) return fail_errno(errno, "cannot create a UNIX socket");
  return fd;
}

std::unexpected<Error> taken(const std::string& path) {
  return fail(ErrorKind::busy, fmt::format("another process serves statistics at {}", path),
              "end that scheduler, or choose another path");
}

// Removes what a dead server left at the path; anything else there is an error.
Status clear(const std::string& path, const sockaddr_un& address) {
  struct stat there;
  if (::lstat(path.c_str(), &there) != 0) {
    if (errno == ENOENT) return {};
    return fail_at(errno, "look at", path);
  }
  if (!S_ISSOCK(there.st_mode)) {
    return fail(ErrorKind::invalid, fmt::format("{} is there already and is no socket", path),
                "remove it, or choose another path");
  }
  const Fd probe = SCX_TRY(new_socket());
  // A full queue (EAGAIN) has somebody behind it; so may have what we may not connect to.
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ||
      errno == EAGAIN)
    return taken(path);
  if (errno == ENOENT) return {};
  if (errno != ECONNREFUSED) return fail_at(errno, "connect to what is at", path);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return fail_at(errno, "remove the socket of an ended scheduler,", path);
  return {};
}

}  // namespace

Result<SocketFile> SocketFile::listen(const std::string& path, mode_t mode) {
  const sockaddr_un address = SCX_TRY(wire::address_of(path));
  SCX_TRY(make_directories(std::filesystem::path(path).parent_path()));
  SCX_TRY(clear(path, address));
  Fd fd = SCX_TRY(new_socket());
  // The file has this mode (less the umask) from its first moment; chmod() adds what that took.
  if (::fchmod(fd.get(), mode) != 0) return fail_at(errno, "set the mode of", path);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    if (errno == EADDRINUSE) return taken(path);
    return fail_at(errno, "create the socket", path);
  }
  SocketFile file{std::move(fd), path};
  struct stat there;
  if (::lstat(path.c_str(), &there) != 0) return fail_at(errno, "look at", path);
  file.device_ = there.st_dev;
  file.inode_ = there.st_ino;
  if (::chmod(path.c_str(), mode) != 0) return fail_at(errno, "set the mode of", path);
  if (::listen(file.fd(), SOMAXCONN) != 0) return fail_at(errno, "listen on", path);
  return file;
}

void SocketFile::remove() {
  struct stat there;
  if (!path_.empty() && ::lstat(path_.c_str(), &there) == 0 && there.st_dev == device_ &&
      there.st_ino == inode_)
    ::unlink(path_.c_str());
  path_.clear();
}

}  // namespace scx::stats
