// SPDX-License-Identifier: GPL-2.0-only
#include "scx/stats/server.h"

#include <event2/event.h>
#include <event2/listener.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>
#include <thread>
#include <unordered_map>

#include "connection.h"
#include "listening_socket.h"
#include "peer.h"

namespace scx::stats {
namespace {

struct Free {
  void operator()(event_base* base) const { event_base_free(base); }
  void operator()(event_config* config) const { event_config_free(config); }
  void operator()(event* one) const { event_free(one); }
  void operator()(evconnlistener* listener) const { evconnlistener_free(listener); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

// While the process has no file descriptor left, nobody is accepted for so long.
constexpr timeval kAcceptPause{0, 200'000};

// A thread started while this lives takes no signals: they are the program's, and a client that
// goes away must not raise SIGPIPE.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

Owned<event_base> new_event_base() {
  const Owned<event_config> config{event_config_new()};
  if (!config) return nullptr;
  // The loop and all that hangs on it belong to one thread.
  event_config_set_flag(config.get(), EVENT_BASE_FLAG_NOLOCK);
  return Owned<event_base>{event_base_new_with_config(config.get())};
}

}  // namespace

class Server::Impl final : private Connection::Owner {
 public:
  Impl(ServerOptions options, Service service, ListeningSocket socket)
      : options_(std::move(options)),
        service_(std::move(service)),
        metadata_(service_.metadata()),
        socket_(std::move(socket)) {}
  ~Impl() { stop(); }

  Status start();
  void stop();
  std::size_t clients() const { return count_.load(std::memory_order_relaxed); }

 private:
  void accept(Fd fd);
  void turn_away(Fd fd, const Error& why) const;
  void pause_accepting();
  void end_connections();
  void ended(Connection& connection) override;

  // Used by the thread only, while it runs. The loop is destroyed after all that hangs on it.
  const ServerOptions options_;
  const Service service_;
  const Json metadata_;
  ListeningSocket socket_;
  Fd stop_fd_;
  Owned<event_base> base_;
  Owned<evconnlistener> listener_;
  Owned<event> stop_event_;
  Owned<event> resume_event_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;

  std::atomic<std::size_t> count_ = 0;
  std::thread thread_;
};

Status Server::Impl::start() {
  stop_fd_ = Fd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  if (!stop_fd_) return fail_errno(errno, "cannot create an eventfd");
  base_ = new_event_base();
  if (!base_) return fail(ErrorKind::io, "cannot create the event loop of the statistics");
  listener_.reset(evconnlistener_new(
      base_.get(),
      [](evconnlistener*, int fd, sockaddr*, int, void* self) {
        static_cast<Impl*>(self)->accept(Fd{fd});
      },
      this, LEV_OPT_CLOSE_ON_EXEC, 0, socket_.fd()));
  stop_event_.reset(event_new(
      base_.get(), stop_fd_.get(), EV_READ,
      [](int, short, void* base) { event_base_loopbreak(static_cast<event_base*>(base)); },
      base_.get()));
  resume_event_.reset(evtimer_new(
      base_.get(),
      [](int, short, void* listener) {
        evconnlistener_enable(static_cast<evconnlistener*>(listener));
      },
      listener_.get()));
  if (!listener_ || !stop_event_ || !resume_event_ || event_add(stop_event_.get(), nullptr) != 0)
    return fail(ErrorKind::io, "cannot set up the event loop of the statistics");
  evconnlistener_set_error_cb(listener_.get(), [](evconnlistener*, void* self) {
    static_cast<Impl*>(self)->pause_accepting();
  });
  const SignalsBlocked blocked;
  try {
    thread_ = std::thread([this] {
      event_base_dispatch(base_.get());
      end_connections();
    });
  } catch (const std::system_error& error) {
    return fail_errno(error.code().value(), "cannot start the thread of the statistics");
  }
  return {};
}

void Server::Impl::stop() {
  if (!thread_.joinable()) return;
  socket_.remove();
  const std::uint64_t one = 1;
  // An eventfd that nobody else writes to takes this; there is nothing to do about a failure.
  [[maybe_unused]] const ssize_t written = ::write(stop_fd_.get(), &one, sizeof(one));
  thread_.join();
  socket_.close();
}

// On the thread, as handlers end where they were called.
void Server::Impl::end_connections() {
  listener_.reset();
  connections_.clear();
  count_ = 0;
  event_base_loop(base_.get(), EVLOOP_NONBLOCK);  // libevent closes them here
}

void Server::Impl::accept(Fd fd) {
  if (socket_.is_abstract() &&
      !may_connect(fd.get(), options_.group.value_or(::getegid()), options_.mode)) {
    return turn_away(std::move(fd), {ErrorKind::permission,
                                     EACCES,
                                     "this user may not see the scheduler's statistics",
                                     "the connection is closed",
                                     {}});
  }
  if (connections_.size() >= options_.max_clients) {
    return turn_away(std::move(fd),
                     {ErrorKind::busy,
                      EBUSY,
                      fmt::format("{} clients are connected already", options_.max_clients),
                      "the connection is closed",
                      {}});
  }
  auto connection =
      Connection::open(base_.get(), std::move(fd), Session(service_, metadata_), options_, *this);
  if (!connection) return;
  Connection* const key = connection.get();
  connections_.emplace(key, std::move(connection));
  count_ = connections_.size();
}

void Server::Impl::turn_away(Fd fd, const Error& why) const {
  const std::string line = wire::format_error(why);
  // Into an empty buffer: it fits, or the client is gone.
  [[maybe_unused]] const ssize_t sent =
      ::send(fd.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void Server::Impl::pause_accepting() {
  evconnlistener_disable(listener_.get());
  event_add(resume_event_.get(), &kAcceptPause);
}

void Server::Impl::ended(Connection& connection) {
  connections_.erase(&connection);
  count_ = connections_.size();
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;

Result<Server> Server::start(ServerOptions options, Service service) {
  if (!service.status()) return std::unexpected(service.status().error());
  ListeningSocket socket = SCX_TRY(ListeningSocket::open(options));
  auto impl = std::make_unique<Impl>(std::move(options), std::move(service), std::move(socket));
  SCX_TRY(impl->start());
  return Server(std::move(impl));
}

void Server::stop() { impl_->stop(); }
std::size_t Server::clients() const { return impl_->clients(); }

}  // namespace scx::stats
