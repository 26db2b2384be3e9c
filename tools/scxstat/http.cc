// SPDX-License-Identifier: GPL-2.0-only
#include "http.h"

#include <fmt/core.h>
#include <httplib.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <future>
#include <memory>
#include <mutex>

#include "scx/base/file.h"

namespace scx::scxstat {
namespace {

constexpr std::size_t kThreads = 8;  // requests at a time; the next ones wait
constexpr int kTimeoutSeconds = 5;   // for each piece of a request that somebody sends slowly

std::unexpected<Error> bad_address(const std::string& text, std::string_view why) {
  return fail(ErrorKind::usage, fmt::format("--listen: '{}' {}", text, why),
              "give PORT, ADDRESS:PORT or [ADDRESS]:PORT");
}

std::string url(const Address& address, int port) {
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}/metrics", is_ipv6 ? "[" : "", address.host,
                     is_ipv6 ? "]" : "", port);
}

// Before the server tries, for it does not say what is wrong with a name.
Status resolve(const Address& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(address.host.c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  if (error == 0) return {};
  return fail(ErrorKind::usage, fmt::format("--listen: there is no address '{}' ({})", address.host,
                                            ::gai_strerror(error)));
}

// The port.
Result<int> bind(httplib::Server& server, const Address& address) {
  SCX_TRY(resolve(address));
  // By itself it shares its port with whoever asks for the same one.
  server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
  errno = 0;
  const int port = address.port == 0 ? server.bind_to_any_port(address.host)
                   : server.bind_to_port(address.host, address.port) ? address.port
                                                                     : -1;
  if (port >= 0) return port;
  const int err = errno;
  if (err != EADDRINUSE)
    return fail_errno(err == 0 ? EADDRNOTAVAIL : err,
                      fmt::format("cannot serve {}", url(address, address.port)));
  return std::unexpected(Error{ErrorKind::busy,
                               err,
                               fmt::format("cannot serve {}", url(address, address.port)),
                               "choose another port",
                               {}});
}

// Standard error, from several threads, and only what is new.
class News {
 public:
  void tell(const std::string& text) {
    const std::scoped_lock lock(mutex_);
    if (text == told_) return;
    told_ = text;
    fmt::print(stderr, "scxstat: {}\n", text);
  }

 private:
  std::mutex mutex_;
  std::string told_;
};

void set_up(httplib::Server& server, Exporter& exporter, News& news) {
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_keep_alive_max_count(1);  // a scraper that stays away holds no thread
  server.set_read_timeout(kTimeoutSeconds);
  server.set_write_timeout(kTimeoutSeconds);
  server.set_payload_max_length(4096);
  server.Get("/", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("The metrics are at /metrics\n", "text/plain");
  });
  server.Get("/metrics", [&](const httplib::Request&, httplib::Response& response) {
    const auto text = exporter.scrape();
    news.tell(text ? "the scheduler answers" : text.error().message());
    response.set_content(text ? *text : stats::OpenMetrics::down(), stats::kOpenMetricsType);
  });
}

void wait_for(int fd) {
  pollfd readable{fd, POLLIN, 0};
  while (::poll(&readable, 1, -1) < 0 && errno == EINTR) {
  }
}

}  // namespace

Result<Address> parse_address(const std::string& text) {
  const auto colon = text.rfind(':');
  Address address{"127.0.0.1", 0};
  if (colon != std::string::npos) {
    address.host = text.substr(0, colon);
    if (address.host.starts_with('[') && address.host.ends_with(']')) {
      address.host = address.host.substr(1, address.host.size() - 2);
    } else if (address.host.find(':') != std::string::npos) {
      return bad_address(text, "has colons outside of brackets");
    }
    if (address.host.empty()) return bad_address(text, "has no address before the colon");
  }
  const auto port = parse_int(colon == std::string::npos ? text : text.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535) return bad_address(text, "has no port from 0 to 65535");
  address.port = static_cast<int>(*port);
  return address;
}

Status serve(Exporter& exporter, const Address& address, int stop_fd) {
  httplib::Server server;
  News news;
  set_up(server, exporter, news);
  const int port = SCX_TRY(bind(server, address));
  auto running = std::async(std::launch::async, [&server] { return server.listen_after_bind(); });
  news.tell(fmt::format("serving {}", url(address, port)));
  wait_for(stop_fd);
  // stop() does nothing before the server runs.
  while (!server.is_running() &&
         running.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
  }
  server.stop();
  running.get();
  return {};
}

}  // namespace scx::scxstat
