// SPDX-License-Identifier: GPL-2.0-only
#include "listening_socket.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>

#include "directory.h"
#include "wire.h"

namespace scx::stats {
namespace {

constexpr char kChoose[] = "run as root, or choose another path";

std::unexpected<Error> fail_at(int err, std::string_view doing, const std::string& path) {
  const bool permission = err == EACCES || err == EPERM || err == EROFS;
  return fail_errno(err, fmt::format("cannot {} {}", doing, path), permission ? kChoose : "");
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

// Removes what a dead server left at the path, `name` in `directory`; anything else there is an
// error.
Status clear(const std::string& path, const Fd& directory, const char* name,
             const wire::Address& address) {
  struct stat there;
  if (::fstatat(directory.get(), name, &there, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return {};
    return fail_at(errno, "look at", path);
  }
  if (!S_ISSOCK(there.st_mode)) {
    return fail(ErrorKind::invalid, fmt::format("{} is there already and is no socket", path),
                "remove it, or choose another path");
  }
  const Fd probe = SCX_TRY(new_socket());
  // A full queue (EAGAIN) has somebody behind it; so may have what we may not connect to.
  if (::connect(probe.get(), address.get(), address.size) == 0 || errno == EAGAIN)
    return taken(path);
  if (errno == ENOENT) return {};
  if (errno != ECONNREFUSED) return fail_at(errno, "connect to what is at", path);
  if (::unlinkat(directory.get(), name, 0) != 0 && errno != ENOENT)
    return fail_at(errno, "remove the socket of an ended scheduler,", path);
  return {};
}

// Mode and group of the socket's file, of which the umask has taken something. By the file itself:
// its path may be another's by now.
Status admit(const Fd& file, const ServerOptions& options) {
  const auto own = static_cast<uid_t>(-1);
  if (options.group && ::fchownat(file.get(), "", own, *options.group, AT_EMPTY_PATH) != 0)
    return fail_at(errno, "set the group of", options.path);
  const std::string itself = fmt::format("/proc/self/fd/{}", file.get());
  if (::chmod(itself.c_str(), options.mode) != 0)
    return fail_at(errno, "set the mode of", options.path);
  return {};
}

}  // namespace

Result<ListeningSocket> ListeningSocket::open(ServerOptions& options) {
  const bool inherited = static_cast<bool>(options.inherited);
  const bool abstract = options.path.starts_with('@');
  ListeningSocket socket = SCX_TRY(inherited  ? adopt(std::move(options.inherited))
                                   : abstract ? bind_abstract(options.path)
                                              : bind_file(options));
  if (::listen(socket.fd(), SOMAXCONN) != 0) {
    return fail_at(errno, "listen on",
                   inherited ? "the socket that was handed over" : options.path);
  }
  return socket;
}

Result<ListeningSocket> ListeningSocket::adopt(Fd fd) {
  const auto option = [&](int name) {
    int value = -1;
    socklen_t size = sizeof(value);
    return ::getsockopt(fd.get(), SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
  };
  if (option(SO_DOMAIN) != AF_UNIX || option(SO_TYPE) != SOCK_STREAM) {
    return fail(
        ErrorKind::usage,
        fmt::format("what was handed over as descriptor {} is no UNIX stream socket", fd.get()),
        "in a systemd unit, use ListenStream= with a path or an @name");
  }
  const int flags = ::fcntl(fd.get(), F_GETFL);
  if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) != 0 ||
      ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC) != 0)
    return fail_errno(errno, "cannot use the socket that was handed over");
  sockaddr_un bound{};
  socklen_t size = sizeof(bound);
  ListeningSocket socket{std::move(fd)};
  socket.abstract_ = ::getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&bound), &size) == 0 &&
                     size > offsetof(sockaddr_un, sun_path) && bound.sun_path[0] == '\0';
  return socket;
}

Result<ListeningSocket> ListeningSocket::bind_abstract(const std::string& name) {
  const wire::Address address = SCX_TRY(wire::address_of(name));
  ListeningSocket socket{SCX_TRY(new_socket())};
  if (::bind(socket.fd(), address.get(), address.size) != 0) {
    if (errno == EADDRINUSE) return taken(name);
    return fail_at(errno, "create the socket", name);
  }
  socket.abstract_ = true;
  return socket;
}

Result<ListeningSocket> ListeningSocket::bind_file(const ServerOptions& options) {
  const wire::Address address = SCX_TRY(wire::address_of(options.path));
  const std::filesystem::path path(options.path);
  const std::string name = path.filename().native();
  Fd directory = SCX_TRY(open_directory(path.parent_path()));
  SCX_TRY(clear(options.path, directory, name.c_str(), address));
  ListeningSocket socket{SCX_TRY(new_socket())};
  // The file has no more than this from its first moment.
  if (::fchmod(socket.fd(), options.mode & 0700) != 0)
    return fail_at(errno, "set the mode of", options.path);
  if (::bind(socket.fd(), address.get(), address.size) != 0) {
    if (errno == EADDRINUSE) return taken(options.path);
    return fail_at(errno, "create the socket", options.path);
  }
  const Fd file{::openat(directory.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
  struct stat made;
  if (!file || ::fstat(file.get(), &made) != 0) return fail_at(errno, "look at", options.path);
  if (!S_ISSOCK(made.st_mode) || made.st_uid != ::geteuid()) {
    return fail(ErrorKind::permission, fmt::format("another user has replaced {}", options.path),
                "choose another path");
  }
  socket.directory_ = std::move(directory);
  socket.name_ = name;
  socket.device_ = made.st_dev;
  socket.inode_ = made.st_ino;
  SCX_TRY(admit(file, options));
  return socket;
}

void ListeningSocket::remove() {
  if (!directory_) return;
  struct stat there;
  if (::fstatat(directory_.get(), name_.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
      there.st_dev == device_ && there.st_ino == inode_)
    ::unlinkat(directory_.get(), name_.c_str(), 0);
  Fd closed = std::move(directory_);
}

}  // namespace scx::stats
