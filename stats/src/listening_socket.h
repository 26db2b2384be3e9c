// SPDX-License-Identifier: GPL-2.0-only
//
// ListeningSocket: a UNIX socket that is listened on, and its file, where it made one, which it
// removes again.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>

#include "scx/base/fd.h"
#include "scx/base/result.h"
#include "scx/stats/server.h"

namespace scx::stats {

class ListeningSocket {
 public:
  // Non-blocking, close-on-exec, listening: the inherited one if the options have one, else at
  // their path; directories as open_directory(). Takes the place of a socket on which nobody
  // listens. Errors: as Server::start(). Two processes that replace the same dead socket within the
  // same microseconds may both succeed; the later one has the path.
  static Result<ListeningSocket> open(ServerOptions& options);

  ListeningSocket(ListeningSocket&&) noexcept = default;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket() { remove(); }

  int fd() const { return fd_.get(); }
  // Whether no file's mode decides who connects.
  bool is_abstract() const { return abstract_; }

  // Unlinks the file unless another one has taken its place; listening goes on.
  void remove();
  // Ends listening.
  void close() { Fd closed = std::move(fd_); }

 private:
  explicit ListeningSocket(Fd fd) : fd_(std::move(fd)) {}
  static Result<ListeningSocket> adopt(Fd fd);
  static Result<ListeningSocket> bind_abstract(const std::string& name);
  static Result<ListeningSocket> bind_file(const ServerOptions& options);

  Fd fd_;
  bool abstract_ = false;
  // Of the file; the directory is closed once it is removed.
  Fd directory_;
  std::string name_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace scx::stats
