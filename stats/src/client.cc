// SPDX-License-Identifier: GPL-2.0-only
#include "scx/stats/client.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "wire.h"

namespace scx::stats {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// A full queue of connects cannot be waited for; it is tried again so often.
constexpr milliseconds kConnectRetry{10};

// Bytes of an error that a scheduler answers.
constexpr std::size_t kMostSaid = 1024;

int timeout_of(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000'000));
}

// Waits until fd has one of the events (fd -1: until the deadline). 0, or the errno to report.
int wait(int fd, short events, Clock::time_point deadline, int cancel_fd) {
  std::array<pollfd, 2> fds{{{fd, events, 0}, {cancel_fd, POLLIN, 0}}};
  for (;;) {
    const int ready = ::poll(fds.data(), fds.size(), timeout_of(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return errno;
    if (fds[1].revents != 0) return ECANCELED;
    if (fds[0].revents != 0) return 0;
    if (Clock::now() >= deadline) return ETIMEDOUT;
  }
}

ErrorKind kind_of(int err) { return fail_errno(err, {}).error().kind; }

}  // namespace

Result<Client> Client::connect(ClientOptions options) {
  const wire::Address address = SCX_TRY(wire::address_of(options.path));
  const Deadline deadline = Clock::now() + options.timeout;
  Fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!fd) return fail_errno(errno, "cannot create a UNIX socket");
  while (::connect(fd.get(), address.get(), address.size) != 0) {
    int err = errno;
    if (err == EINTR) continue;
    if (err == ENOENT || err == ECONNREFUSED || err == ENOTDIR) {
      return fail(ErrorKind::missing,
                  fmt::format("no scheduler serves statistics at {}", options.path),
                  "is one running?");
    }
    if (err == EAGAIN) {
      err = wait(-1, 0, std::min(deadline, Clock::now() + kConnectRetry), options.cancel_fd);
      if (err == ETIMEDOUT && Clock::now() < deadline) continue;
    }
    return fail_errno(err, fmt::format("cannot connect to {}", options.path),
                      kind_of(err) == ErrorKind::permission ? "run as root" : "");
  }
  return Client(std::move(fd), std::move(options));
}

Result<Json> Client::request(std::string_view req, const Args& args) {
  if (!fd_) {
    return fail(ErrorKind::io, fmt::format("the connection to {} has ended", options_.path),
                "connect again");
  }
  const Deadline deadline = Clock::now() + options_.timeout;
  const auto exchange = [&]() -> Result<wire::Answer> {
    SCX_TRY(send(wire::format_request(req, args), deadline));
    return wire::parse_answer(SCX_TRY(receive_line(deadline)));
  };
  auto answer = exchange();
  if (!answer) {  // the next answer to arrive might be this request's: never mistake it
    fd_ = Fd{};
    return std::unexpected(std::move(answer).error());
  }
  if (answer->err == 0) return std::move(answer->value);
  return std::unexpected(Error{kind_of(answer->err),
                               answer->err,
                               fmt::format("the scheduler at {} answered \"{}\"", options_.path,
                                           wire::excerpt(answer->sentence, kMostSaid)),
                               {},
                               {}});
}

Status Client::send(std::string_view line, Deadline deadline) {
  while (!line.empty()) {
    const ssize_t sent = ::send(fd_.get(), line.data(), line.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      line.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    int err = errno;
    if (err == EINTR) continue;
    // It may have said why it closed the connection; receive_line() finds that.
    if (err == EPIPE || err == ECONNRESET) return {};
    if (err == EAGAIN) err = wait(fd_.get(), POLLOUT, deadline, options_.cancel_fd);
    if (err != 0) return fail_errno(err, fmt::format("cannot send to {}", options_.path));
  }
  return {};
}

Result<std::string> Client::receive_line(Deadline deadline) {
  std::array<char, 16 * 1024> chunk;
  std::size_t searched = 0;
  for (;;) {
    if (const auto end = received_.find('\n', searched); end != std::string::npos) {
      std::string line = received_.substr(0, end);
      received_.erase(0, end + 1);
      return line;
    }
    searched = received_.size();
    if (searched > options_.max_answer) {
      return fail(ErrorKind::invalid, fmt::format("an answer of {} has more than {} bytes",
                                                  options_.path, options_.max_answer));
    }
    const ssize_t got = ::recv(fd_.get(), chunk.data(), chunk.size(), 0);
    if (got > 0) {
      received_.append(chunk.data(), static_cast<std::size_t>(got));
      continue;
    }
    int err = got == 0 ? ECONNRESET : errno;
    if (err == EINTR) continue;
    if (err == ECONNRESET) {
      return fail_errno(err, fmt::format("the scheduler at {} has ended", options_.path));
    }
    if (err == EAGAIN) err = wait(fd_.get(), POLLIN, deadline, options_.cancel_fd);
    if (err != 0) return fail_errno(err, fmt::format("no answer from {}", options_.path));
  }
}

Result<Json> ReconnectingClient::request(std::string_view req, const Args& args) {
  for (;;) {
    const bool kept = client_ && client_->connected();
    if (!kept) {
      client_ = SCX_TRY(Client::connect(options_));
      ++connections_;
    }
    auto answer = client_->request(req, args);
    const bool ended = !answer && !client_->connected() && answer.error().err == ECONNRESET;
    if (!ended || !kept) return answer;
  }
}

}  // namespace scx::stats
