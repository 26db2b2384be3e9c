// SPDX-License-Identifier: GPL-2.0-only
#include <deque>
#include <random>

#include "clients.h"
#include "support.h"

namespace scx::stats::load {
namespace {

using namespace std::chrono_literals;
using test::RawClient;

constexpr std::size_t kLongLine = 100'000'000;
constexpr auto kPause = 20ms;  // between two rounds, or there would be no processor for the others

enum class Kind { garbage, half, long_line, silent, deaf };
constexpr int kKinds = 5;

std::string garbage() {
  static std::mt19937 random(4711);
  std::string text(1 + random() % 300, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text + '\n';
}

class Rude {
 public:
  Rude(const std::string& path, Kind kind) : path_(path), kind_(kind), client_(path) {
    if (kind == Kind::half) client_.send("{\"req\":\"st");
  }

  // Once more what it does; whatever the server says to it stays unread.
  void round(Outcome& outcome) {
    if (kind_ == Kind::garbage) {
      if (client_.send_until_full(garbage()) == 0) again();
    } else if (kind_ == Kind::deaf) {
      client_.send_until_full("{\"req\":\"stats_meta\"}\n");
    } else if (kind_ == Kind::long_line) {
      ++outcome.asked;
      outcome.answered += is_refused();
      again();
    }
  }

 private:
  // Whether the server ends the connection before the line does.
  bool is_refused() {
    static const std::string part(100'000, 'x');
    for (std::size_t sent = 0; sent < kLongLine; sent += part.size())
      if (!client_.send(part)) return true;
    return false;
  }

  void again() { client_ = RawClient(path_); }

  const std::string& path_;
  Kind kind_;
  RawClient client_;
};

}  // namespace

Outcome rude(const std::string& path, int clients, Clock::time_point until) {
  Outcome outcome;
  std::deque<Rude> all;
  for (int i = 0; i < clients; ++i) all.emplace_back(path, static_cast<Kind>(i % kKinds));
  while (Clock::now() < until) {
    for (Rude& one : all) one.round(outcome);
    std::this_thread::sleep_for(kPause);
  }
  if (outcome.answered < outcome.asked) outcome.trouble = "a line of 100 MB was taken whole";
  return outcome;
}

}  // namespace scx::stats::load
