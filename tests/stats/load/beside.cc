// SPDX-License-Identifier: GPL-2.0-only
//
// stats_beside: what a crowd of clients of the statistics does to scheduling. Bounces a byte
// between two processes, as tools/bench does, in turns alone and beside clients that ask a
// scheduler once a second, and says where the time went: to the pair itself, which is what
// scheduling costs, to the scheduler's process, which answers, and to the clients. For a guest with
// one CPU and --icount, where all of these add up and the figures repeat.
#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <thread>
#include <vector>

#include "clients.h"
#include "pipe.h"
#include "support.h"

namespace scx::stats::load {
namespace {

using namespace std::chrono_literals;

struct Plan {
  std::string at;
  int clients = 1000, trips = 6000, rounds = 3;
  double most_pair = 0, most_rest = 0;  // percent
};

void require(bool holds, const char* problem) {
  if (holds) return;
  fmt::print("FAIL: {}\n", problem);
  std::exit(1);
}

// Nanoseconds that a process has run.
double ran(pid_t pid) {
  clockid_t clock;
  timespec time{};
  require(::clock_getcpuclockid(pid, &clock) == 0 && ::clock_gettime(clock, &time) == 0,
          "a process has ended");
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

pid_t server_at(const std::string& path) {
  const test::RawClient client(path);
  ucred peer{};
  socklen_t size = sizeof(peer);
  require(
      client.connected() && ::getsockopt(client.fd(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0,
      "no scheduler serves there");
  return peer.pid;
}

// The clients, in a process of their own, all connected and each once answered at its start.
class Beside {
 public:
  explicit Beside(const Plan& plan) : pid_(::fork()) {
    require(pid_ >= 0, "no process for the clients");
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const Outcome outcome = crowd(plan.at, plan.clients, Clock::now() + 1h);
      fmt::print("FAIL: the clients: {}\n", outcome.trouble);
      std::exit(1);
    }
    std::this_thread::sleep_for(2s);
  }
  ~Beside() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    std::this_thread::sleep_for(500ms);  // the server closes their connections
  }
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;

  bool runs() const { return ::waitpid(pid_, nullptr, WNOHANG) == 0; }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

// Nanoseconds a round trip.
struct Cost {
  double passed = 0, pair = 0, server = 0, clients = 0;
  double but_clients() const { return passed - clients; }
};

Cost measure(const Plan& plan, pid_t server, const Beside* beside) {
  auto pair = bench::PipePair::start();
  require(pair && pair->trips(100), "no pipes");
  const auto now = [&] {
    return Cost{0, ran(::getpid()) + ran(pair->pid()), ran(server),
                beside ? ran(beside->pid()) : 0};
  };
  const Cost before = now();
  const auto passed = pair->trips(plan.trips);
  const Cost after = now();
  require(passed.has_value(), "the pipes broke");
  require(!beside || beside->runs(), "the clients have ended");
  const double trips = plan.trips;
  return {static_cast<double>(*passed) / trips, (after.pair - before.pair) / trips,
          (after.server - before.server) / trips, (after.clients - before.clients) / trips};
}

// Each column by itself.
Cost median(const std::vector<Cost>& costs) {
  const auto of = [&](auto member) {
    std::vector<double> values;
    for (const Cost& cost : costs) values.push_back(cost.*member);
    std::ranges::sort(values);
    return values[values.size() / 2];
  };
  return {of(&Cost::passed), of(&Cost::pair), of(&Cost::server), of(&Cost::clients)};
}

void print(const char* when, const Cost& cost) {
  fmt::print(
      "{:<7} {:8.0f} ns a round trip: the pair {:.0f}, the scheduler's process {:.0f}, the "
      "clients {:.0f}\n",
      when, cost.passed, cost.pair, cost.server, cost.clients);
}

bool within(const char* what, double alone, double beside, double most) {
  const double more = 100 * (beside / alone - 1);
  fmt::print("{}: {:+.2f} %{}\n", what, more, most > 0 ? fmt::format(", may be {} %", most) : "");
  return most <= 0 || more <= most;
}

int run(const Plan& plan) {
  const pid_t server = server_at(plan.at);
  std::vector<Cost> alone, beside;
  measure(plan, server, nullptr);  // caches, and what the start left for later
  for (int round = 0; round < plan.rounds; ++round) {
    alone.push_back(measure(plan, server, nullptr));
    print("alone", alone.back());
    const Beside clients(plan);
    beside.push_back(measure(plan, server, &clients));
    print("beside", beside.back());
  }
  const Cost one = median(alone), other = median(beside);
  require(other.server > one.server && other.clients > 0, "nobody asked");
  const bool good = within("the pair", one.pair, other.pair, plan.most_pair);
  const bool all =
      within("all but the clients", one.but_clients(), other.but_clients(), plan.most_rest);
  within("all", one.passed, other.passed, 0);
  fmt::print("{}\n", good && all ? "PASS" : "FAIL");
  return good && all ? 0 : 1;
}

}  // namespace
}  // namespace scx::stats::load

int main(int argc, char** argv) {
  scx::stats::load::Plan plan;
  CLI::App cli("What a crowd of clients of the statistics does to scheduling");
  cli.add_option("--at", plan.at, "socket of a scheduler that runs")->required();
  cli.add_option("--clients", plan.clients, "that ask once a second")->capture_default_str();
  cli.add_option("--trips", plan.trips, "there and back, in each measurement")
      ->capture_default_str();
  cli.add_option("--rounds", plan.rounds, "of both; medians count")->capture_default_str();
  cli.add_option("--most-pair", plan.most_pair, "percent that the pair may need more");
  cli.add_option("--most-rest", plan.most_rest, "percent that all but the clients may");
  CLI11_PARSE(cli, argc, argv);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  rlimit files;
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  return scx::stats::load::run(plan);
}
