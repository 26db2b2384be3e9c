// SPDX-License-Identifier: GPL-2.0-only
//
// SocketFile: a listening UNIX socket and its file, which it removes again.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>

#include "scx/base/fd.h"
#include "scx/base/result.h"

namespace scx::stats {

class SocketFile {
 public:
  // Non-blocking, close-on-exec, listening. Creates missing directories (0755) and takes the place
  // of a socket on which nobody listens. Errors: as Server::start(). Two processes that replace the
  // same dead socket within the same microseconds may both succeed; the later one has the path.
  static Result<SocketFile> listen(const std::string& path, mode_t mode);

  SocketFile(SocketFile&& other) noexcept
      : fd_(std::move(other.fd_)),
        path_(std::exchange(other.path_, {})),
        device_(other.device_),
        inode_(other.inode_) {}
  SocketFile& operator=(SocketFile&&) = delete;
  ~SocketFile() { remove(); }

  int fd() const { return fd_.get(); }

  // Unlinks the file unless another one has taken its place; listening goes on.
  void remove();
  // Ends listening.
  void close() { Fd closed = std::move(fd_); }

 private:
  SocketFile(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Fd fd_;
  std::string path_;  // empty once removed
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace scx::stats
