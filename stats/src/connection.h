// SPDX-License-Identifier: GPL-2.0-only
//
// Connection: one client on the event loop. Reads lines, answers each in turn, and keeps what a
// client can make it hold within the server's limits.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "scx/base/fd.h"
#include "scx/stats/server.h"
#include "session.h"

struct bufferevent;
struct event_base;

namespace scx::stats {

class Connection {
 public:
  // Told when the connection is over; it destroys the connection.
  class Owner {
   public:
    virtual void ended(Connection& connection) = 0;

   protected:
    ~Owner() = default;
  };

  // Starts reading. Null when there is no memory for it. Options, owner and session's service
  // outlive the connection.
  static std::unique_ptr<Connection> open(event_base* base, Fd fd, Session session,
                                          const ServerOptions& options, Owner& owner);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

 private:
  Connection(Session session, const ServerOptions& options, Owner& owner)
      : session_(std::move(session)), options_(options), owner_(owner) {}

  void on_readable();
  void on_written();
  void on_event(short what);

  // Answers what has arrived, a bounded part of it at a time; the rest after the other clients.
  void serve();
  // Adds the answer to the next line that has arrived, if a whole one has. False: none is left to
  // answer.
  bool serve_line(std::string& answers);
  // Reads no more from now on; gives the error.
  std::string refuse_long_line();
  // Bytes that the client has not taken.
  std::size_t pending() const;
  void send(std::string_view lines);
  // Ends the connection where nothing is left to do. The object is gone when this returns true.
  bool end_if_done();

  Session session_;
  const ServerOptions& options_;
  Owner& owner_;
  bufferevent* stream_ = nullptr;
  bool closing_ = false;  // answers are still being sent, requests no longer read
  bool eof_ = false;      // the client sends no more
};

}  // namespace scx::stats
