// SPDX-License-Identifier: GPL-2.0-only
//
// Server: serves a Service on a UNIX socket, in the line protocol of scx_stats (docs/stats.md). Any
// number of clients; none of them can hold up the scheduler or another client, whatever it sends or
// fails to read.
//
//   Server server = SCX_TRY(Server::start({}, std::move(service)));
//   …                       // its thread serves until `server` is destroyed
//
// Owns one thread, the socket, its file and all connections. The thread takes no signals and the
// process needs no handler for SIGPIPE.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "scx/base/fd.h"
#include "scx/base/result.h"
#include "scx/stats/service.h"

namespace scx::stats {

// Where clients look for the scheduler that runs.
inline constexpr char kDefaultPath[] = "/var/run/scx/root/stats";

struct ServerOptions {
  // Of the socket's file, or "@NAME" for an abstract socket (unix(7)), which has none.
  std::string path = kDefaultPath;
  // Of the socket: who may connect needs write permission. An abstract socket has neither, so the
  // server looks at who connects and closes what this would not admit.
  mode_t mode = 0600;
  std::optional<gid_t> group = {};  // of the socket; none: the process's own
  // A bound UNIX stream socket to serve on, as systemd hands it over. Its file, mode and group are
  // those of whoever made it; path, mode and group count for nothing unless it is abstract.
  Fd inherited = {};

  // A longer request is answered with an error and ends its connection. Bytes, without the newline.
  std::size_t max_line = 64 * 1024;
  // One more is told so and closed. Each costs a file descriptor and at most
  // max_line + max_pending + one answer of memory.
  std::size_t max_clients = 1024;
  // Bytes of answers that a client has not read yet; above, its further requests wait.
  std::size_t max_pending = 128 * 1024;
  // A client that has answers to read and reads nothing for so long is closed; 0: never. Clients
  // that ask nothing may stay forever.
  std::chrono::seconds max_stall{60};
};

class Server {
 public:
  // Creates missing directories (0755), replaces a socket that nobody listens on, and serves.
  // Errors: busy when another process serves there; usage when the path is too long for a socket
  // (107 bytes) or what was inherited is none; invalid when something else than a socket stands
  // there or the service's status() says so; permission, also where another user could have put
  // something into the path; io.
  static Result<Server> start(ServerOptions options, Service service);

  // As stop().
  ~Server();
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;

  // Closes all connections, removes the socket, waits for a handler that is running and for the
  // thread. Must not be called by a handler, nor holding a lock that a handler takes. A second call
  // does nothing.
  void stop();

  // Connections open at this moment. Any thread.
  std::size_t clients() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace scx::stats
