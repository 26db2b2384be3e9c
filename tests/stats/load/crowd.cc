// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/core.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <deque>
#include <vector>

#include "clients.h"
#include "support.h"

namespace scx::stats::load {
namespace {

using namespace std::chrono_literals;
using test::RawClient;

constexpr char kRequest[] = "{\"req\":\"stats\"}\n";
constexpr auto kEvery = 1s;
constexpr auto kPatience = 10s;  // for an answer

struct Member {
  explicit Member(const std::string& path) : client(path) {}
  RawClient client;
  std::string received;
  std::uint64_t asked = 0, answered = 0;
  Clock::time_point asked_at;
};

class Crowd {
 public:
  Crowd(const std::string& path, int clients) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (int i = 0; i < clients; ++i) {
      Member& member = members_.emplace_back(path);
      if (!member.client.connected()) complain(fmt::format("client {} cannot connect", i));
      epoll_event event{.events = EPOLLIN, .data = {.u64 = static_cast<std::uint64_t>(i)}};
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, member.client.fd(), &event);
    }
  }

  Outcome run(Clock::time_point until) {
    const auto step = Clock::duration(kEvery) / std::max<std::size_t>(members_.size(), 1);
    auto due = Clock::now();
    for (std::size_t next = 0; due < until && outcome_.trouble.empty(); due += step, ++next) {
      while (Clock::now() < due) read(due);
      ask(members_[next % members_.size()]);
    }
    const auto end = Clock::now() + kPatience;
    while (outcome_.answered < outcome_.asked && Clock::now() < end && outcome_.trouble.empty())
      read(end);
    if (outcome_.answered < outcome_.asked) complain("answers are missing");
    return outcome_;
  }

 private:
  void complain(std::string what) {
    if (outcome_.trouble.empty()) outcome_.trouble = std::move(what);
  }

  void ask(Member& member) {
    if (member.answered < member.asked && Clock::now() - member.asked_at > kPatience)
      return complain(fmt::format("no answer within {} s", kPatience.count()));
    if (!member.client.send(kRequest)) return complain("a request is not taken");
    member.asked_at = Clock::now();
    ++member.asked;
    ++outcome_.asked;
  }

  void read(Clock::time_point until) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    std::array<epoll_event, 64> events;
    const int ready = ::epoll_wait(epoll_.get(), events.data(), events.size(),
                                   static_cast<int>(std::max(left, 0L)));
    for (int i = 0; i < ready; ++i) receive(members_[events[static_cast<std::size_t>(i)].data.u64]);
  }

  void receive(Member& member) {
    std::array<char, 4096> chunk;
    const ssize_t got = ::recv(member.client.fd(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (got <= 0) {
      complain("the server closed a connection");
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, member.client.fd(), nullptr);
      return;
    }
    member.received.append(chunk.data(), static_cast<std::size_t>(got));
    for (std::size_t end; (end = member.received.find('\n')) != std::string::npos;) {
      ++member.answered;
      if (!is_right(member)) return complain("answered " + member.received.substr(0, end));
      member.received.erase(0, end + 1);
      ++outcome_.answered;
      outcome_.longest = std::max(outcome_.longest, Clock::now() - member.asked_at);
    }
  }

  // Our own server counts each connection's requests; of others only the form is known.
  static bool is_right(const Member& member) {
    constexpr std::string_view kCount = R"({"errno":0,"args":{"resp":{"n":)";
    if (!member.received.starts_with(kCount))
      return member.received.starts_with(R"({"errno":0,"args":{"resp":{")");
    const auto counted = fmt::format("{}{},", kCount, member.answered);
    return member.received.starts_with(counted);
  }

  Fd epoll_;
  std::deque<Member> members_;
  Outcome outcome_;
};

}  // namespace

Outcome crowd(const std::string& path, int clients, Clock::time_point until) {
  return Crowd(path, clients).run(until);
}

}  // namespace scx::stats::load
