// SPDX-License-Identifier: GPL-2.0-only
//
// Client: asks a scheduler for its statistics over its socket. Blocking, with a time-out; for a
// loop that prints, see monitor.h.
//
//   Client client = SCX_TRY(Client::connect({}));
//   Json now = SCX_TRY(client.request("stats"));
//   Json top = SCX_TRY(client.request("stats", {{"target", "top"}}));
//
// Owns its connection. One thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "scx/base/fd.h"
#include "scx/base/result.h"
#include "scx/stats/json.h"
#include "scx/stats/server.h"
#include "scx/stats/service.h"

namespace scx::stats {

struct ClientOptions {
  std::string path = kDefaultPath;            // or "@NAME", an abstract socket
  std::chrono::milliseconds timeout{5000};    // for connecting, and for each request
  std::size_t max_answer = 64 * 1024 * 1024;  // bytes; a longer one is an error
  int cancel_fd = -1;  // when this gets readable, what waits ends with errno ECANCELED
};

class Client {
 public:
  // Errors: missing when nobody serves at the path, permission, usage when the path is too long for
  // a socket, io (ETIMEDOUT, ECANCELED, …).
  static Result<Client> connect(ClientOptions options);

  // Sends one request and waits for its answer, `resp`, fields in the order the server sent them.
  // Errors that the scheduler answers have its errno and sentence, and the connection stays usable.
  // After all others (time-out, ECANCELED, end of connection, invalid for an answer that is none)
  // it is closed, and every further request fails: connected() tells the two apart.
  Result<Json> request(std::string_view req, const Args& args = {});

  bool connected() const { return static_cast<bool>(fd_); }

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  Client(Fd fd, ClientOptions options) : fd_(std::move(fd)), options_(std::move(options)) {}
  Status send(std::string_view line, Deadline deadline);
  Result<std::string> receive_line(Deadline deadline);

  Fd fd_;
  ClientOptions options_;
  std::string received_;  // bytes after the last answer
};

// The same across the restarts of a scheduler: connects when it is first asked, and again after the
// connection has ended. A server's per-connection state then starts anew. For a loop that asks now
// and then and has something else to do in between.
class ReconnectingClient {
 public:
  explicit ReconnectingClient(ClientOptions options) : options_(std::move(options)) {}

  // As Client::connect() and Client::request(). A connection that has ended since the last request
  // is replaced and the request sent again, once; time-outs are not repeated.
  Result<Json> request(std::string_view req, const Args& args = {});

  // How often it has connected. Whoever keeps something of a scheduler (its metadata) throws that
  // away when this has changed: it may be another one.
  std::uint64_t connections() const { return connections_; }

 private:
  ClientOptions options_;
  std::optional<Client> client_;
  std::uint64_t connections_ = 0;
};

}  // namespace scx::stats
