// SPDX-License-Identifier: GPL-2.0-only
#include "http.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <fmt/core.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>

#include "scx/base/file.h"

namespace scx::scxstat {
namespace {

constexpr ev_ssize_t kMaxHeaders = 16384;
constexpr ev_ssize_t kMaxBody = 4096;
constexpr std::chrono::seconds kPatience{5};  // for each piece of a request that comes slowly
// While the process has no file descriptor left, nobody is accepted for so long.
constexpr timeval kAcceptPause{0, 200'000};

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

int port_of(int socket) {
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return 0;
  return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(bound).sin6_port
                                           : reinterpret_cast<const sockaddr_in&>(bound).sin_port);
}

std::unexpected<Error> cannot_serve(const Address& address, int err) {
  const std::string what = fmt::format("cannot serve {}", url(address, address.port));
  if (err != EADDRINUSE) return fail_errno(err == 0 ? EADDRNOTAVAIL : err, what);
  return std::unexpected(Error{ErrorKind::busy, err, what, "choose another port", {}});
}

struct Free {
  void operator()(event_base* base) const { event_base_free(base); }
  void operator()(event* one) const { event_free(one); }
  void operator()(evhttp* http) const { evhttp_free(http); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

// One thread: who comes during a scrape waits for it.
class Endpoint {
 public:
  Endpoint(Exporter& exporter, int stop_fd) : exporter_(exporter), stop_fd_(stop_fd) {}

  Status start(const Address& address);
  void run() { event_base_dispatch(base_.get()); }

 private:
  Status make();
  void limit();
  void add_pages();
  void scrape(evhttp_request* request);
  void tell(const std::string& text);
  bool stopped() const;

  Exporter& exporter_;
  const int stop_fd_;
  Owned<event_base> base_;
  Owned<event> stop_;
  Owned<evhttp> http_;
  std::string told_;
};

// Standard error, and only what is new.
void Endpoint::tell(const std::string& text) {
  if (text == told_) return;
  told_ = text;
  fmt::print(stderr, "scxstat: {}\n", text);
}

bool Endpoint::stopped() const {
  pollfd readable{stop_fd_, POLLIN, 0};
  return ::poll(&readable, 1, 0) > 0;
}

bool reads(evhttp_request* request) {
  const evhttp_cmd_type command = evhttp_request_get_command(request);
  return command == EVHTTP_REQ_GET || command == EVHTTP_REQ_HEAD;
}

void answer(evhttp_request* request, const char* type, std::string_view text) {
  evkeyvalq* headers = evhttp_request_get_output_headers(request);
  evhttp_add_header(headers, "Content-Type", type);
  evhttp_add_header(headers, "Connection", "close");  // between scrapes nobody holds a connection
  evbuffer_add(evhttp_request_get_output_buffer(request), text.data(), text.size());
  evhttp_send_reply(request, HTTP_OK, nullptr, nullptr);
}

void not_found(evhttp_request* request) { evhttp_send_error(request, HTTP_NOTFOUND, nullptr); }

void Endpoint::scrape(evhttp_request* request) {
  // Several may be waiting for a scheduler that is silent: it is not asked for each of them first.
  if (stopped()) {
    event_base_loopbreak(base_.get());
    return not_found(request);
  }
  if (!reads(request)) return not_found(request);
  const auto text = exporter_.scrape();
  tell(text ? "the scheduler answers" : text.error().message());
  answer(request, stats::kOpenMetricsType, text ? *text : stats::OpenMetrics::down());
}

// By itself it would try again at once, for ever.
void pause_accepting(evconnlistener* listener, void*) {
  evconnlistener_disable(listener);
  event_base_once(
      evconnlistener_get_base(listener), -1, EV_TIMEOUT,
      [](evutil_socket_t, short, void* paused) {
        evconnlistener_enable(static_cast<evconnlistener*>(paused));
      },
      listener, &kAcceptPause);
}

Status Endpoint::make() {
  base_.reset(event_base_new());
  if (!base_) return fail_errno(ENOMEM, "cannot make an event loop");
  http_.reset(evhttp_new(base_.get()));
  stop_.reset(event_new(
      base_.get(), stop_fd_, EV_READ,
      [](evutil_socket_t, short, void* self) {
        event_base_loopbreak(static_cast<Endpoint*>(self)->base_.get());
      },
      this));
  if (!http_ || !stop_) return fail_errno(ENOMEM, "cannot make an HTTP server");
  event_add(stop_.get(), nullptr);
  return {};
}

void Endpoint::limit() {
  evhttp_set_max_headers_size(http_.get(), kMaxHeaders);
  evhttp_set_max_body_size(http_.get(), kMaxBody);
  // A piece of a request may have come while the scheduler was silent, and waits as long as that.
  const auto patience = std::chrono::ceil<std::chrono::seconds>(exporter_.timeout()) + kPatience;
  const timeval timeout{patience.count(), 0};
  evhttp_set_timeout_tv(http_.get(), &timeout);
}

void Endpoint::add_pages() {
  evhttp_set_cb(
      http_.get(), "/metrics",
      [](evhttp_request* request, void* self) { static_cast<Endpoint*>(self)->scrape(request); },
      this);
  evhttp_set_cb(
      http_.get(), "/",
      [](evhttp_request* request, void*) {
        if (!reads(request)) return not_found(request);
        answer(request, "text/plain", "The metrics are at /metrics\n");
      },
      nullptr);
  evhttp_set_gencb(
      http_.get(), [](evhttp_request* request, void*) { not_found(request); }, nullptr);
}

Status Endpoint::start(const Address& address) {
  SCX_TRY(resolve(address));
  SCX_TRY(make());
  limit();
  add_pages();
  errno = 0;
  evhttp_bound_socket* socket = evhttp_bind_socket_with_handle(
      http_.get(), address.host.c_str(), static_cast<ev_uint16_t>(address.port));
  if (socket == nullptr) return cannot_serve(address, errno);
  evconnlistener_set_error_cb(evhttp_bound_socket_get_listener(socket), pause_accepting);
  tell(fmt::format("serving {}", url(address, port_of(evhttp_bound_socket_get_fd(socket)))));
  return {};
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
  Endpoint endpoint(exporter, stop_fd);
  SCX_TRY(endpoint.start(address));
  endpoint.run();
  return {};
}

}  // namespace scx::scxstat
