// SPDX-License-Identifier: GPL-2.0-only
#include "connection.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <fmt/core.h>
#include <sys/socket.h>

#include <cstdlib>

namespace scx::stats {
namespace {

// Requests of one client that are answered before the others get a turn.
constexpr int kRequestsPerTurn = 16;

struct FreeMemory {
  void operator()(char* text) const { std::free(text); }
};

}  // namespace

std::unique_ptr<Connection> Connection::open(event_base* base, Fd fd, Session session,
                                             const ServerOptions& options, Owner& owner) {
  bufferevent* stream =
      bufferevent_socket_new(base, fd.get(), BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
  if (stream == nullptr) return nullptr;
  fd.release();
  std::unique_ptr<Connection> connection{new Connection(std::move(session), options, owner)};
  connection->stream_ = stream;
  bufferevent_setcb(
      stream, [](bufferevent*, void* self) { static_cast<Connection*>(self)->on_readable(); },
      [](bufferevent*, void* self) { static_cast<Connection*>(self)->on_written(); },
      [](bufferevent*, short what, void* self) { static_cast<Connection*>(self)->on_event(what); },
      connection.get());
  // A line that is too long is recognised by one byte more than a line may have, then no more is
  // read; so this is also all that a client's requests can occupy.
  bufferevent_setwatermark(stream, EV_READ, 0, options.max_line + 1);
  bufferevent_setwatermark(stream, EV_WRITE, options.max_pending / 2, 0);
  const timeval stall{options.max_stall.count(), 0};
  bufferevent_set_timeouts(stream, nullptr, &stall);
  bufferevent_enable(stream, EV_READ | EV_WRITE);
  return connection;
}

Connection::~Connection() {
  if (stream_ != nullptr) bufferevent_free(stream_);
}

std::size_t Connection::pending() const {
  return evbuffer_get_length(bufferevent_get_output(stream_));
}

// Straight to the socket where nothing waits before it: the event loop would first have to be told
// that there is something to write, to wait until it can be written, and to be told that it was,
// which costs more than most answers do. What the socket does not take, errors among it, is the
// loop's.
void Connection::send(std::string_view lines) {
  if (lines.empty()) return;
  if (pending() == 0) {
    const ssize_t sent =
        ::send(bufferevent_getfd(stream_), lines.data(), lines.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) lines.remove_prefix(static_cast<std::size_t>(sent));
  }
  if (!lines.empty() && bufferevent_write(stream_, lines.data(), lines.size()) != 0)
    closing_ = true;
}

void Connection::on_readable() { serve(); }

void Connection::on_written() {
  if (!end_if_done()) serve();
}

void Connection::on_event(short what) {
  // Anything else, alone or with it: an error, or the client does not read its answers.
  if (what != (BEV_EVENT_EOF | BEV_EVENT_READING)) {
    owner_.ended(*this);
    return;
  }
  eof_ = true;
  serve();
}

void Connection::serve() {
  std::string answers;
  const auto may_answer = [&] {
    return !closing_ && pending() + answers.size() < options_.max_pending;
  };
  bool more = true;
  for (int turn = 0; turn < kRequestsPerTurn && more && may_answer(); ++turn)
    more = serve_line(answers);
  send(answers);
  answers.clear();
  if (more && may_answer()) {
    bufferevent_trigger(stream_, EV_READ, BEV_TRIG_IGNORE_WATERMARKS | BEV_TRIG_DEFER_CALLBACKS);
  } else {
    end_if_done();
  }
}

bool Connection::serve_line(std::string& answers) {
  evbuffer* input = bufferevent_get_input(stream_);
  std::size_t length = 0;
  const std::unique_ptr<char, FreeMemory> line{evbuffer_readln(input, &length, EVBUFFER_EOL_LF)};
  if (line) {
    answers += session_.answer({line.get(), length});
    return true;
  }
  length = evbuffer_get_length(input);
  if (length > options_.max_line) {
    answers += refuse_long_line();
    return false;
  }
  if (!eof_ || length == 0) return false;
  // A last request whose newline was forgotten.
  const auto* rest = reinterpret_cast<const char*>(evbuffer_pullup(input, -1));
  if (rest != nullptr) answers += session_.answer({rest, length});
  evbuffer_drain(input, length);
  return true;
}

std::string Connection::refuse_long_line() {
  closing_ = true;
  bufferevent_disable(stream_, EV_READ);
  return wire::format_error({ErrorKind::invalid,
                             0,
                             fmt::format("the request is longer than {} bytes", options_.max_line),
                             "the connection is closed",
                             {}});
}

bool Connection::end_if_done() {
  if (pending() != 0) return false;
  const bool all_read = eof_ && evbuffer_get_length(bufferevent_get_input(stream_)) == 0;
  if (!closing_ && !all_read) return false;
  owner_.ended(*this);
  return true;
}

}  // namespace scx::stats
