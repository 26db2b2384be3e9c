// SPDX-License-Identifier: GPL-2.0-only
//
// How many requests a second the server answers, asked for what scx_lavd tells of the whole
// machine. docs/stats.md says what came out.
//
// Each line has as counters: requests/s, by the clock; server_us, what a request costs the
// process of the server beyond the client's own thread; so 1 / server_us is what one core answers.
#include <benchmark/benchmark.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <string>

#include "scx/base/fd.h"
#include "scx/stats/client.h"
#include "scx/stats/server.h"
#include "stats.h"

namespace scx::stats::bench {
namespace {

void require(bool holds, const char* problem) {
  if (holds) return;
  std::fprintf(stderr, "stats_bench: %s\n", problem);
  std::exit(1);
}

double seconds(clockid_t clock) {
  timespec time{};
  require(::clock_gettime(clock, &time) == 0, "no clock");
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// What all threads but this one have used.
double others_cpu_seconds() {
  return seconds(CLOCK_PROCESS_CPUTIME_ID) - seconds(CLOCK_THREAD_CPUTIME_ID);
}

// Serves scx_lavd's target top as that does, but for the reading of the scheduler: each connection
// compares with its previous request.
class Served {
 public:
  Served() : server_(start(path_)) {}
  const std::string& path() const { return path_; }

 private:
  static lavd::Totals totals(std::uint64_t mseq) {
    lavd::Totals now;
    now.everywhere = {mseq * 12'345, mseq * 1'234, mseq * 2'345};
    now.on_big = {mseq * 10'000, mseq * 1'000, mseq * 2'000};
    now.nr_direct = mseq * 9'876, now.nr_migrated = mseq * 321, now.nr_stolen = mseq * 123;
    now.busy_ns = mseq * 3'456'789'012, now.at_ns = mseq * 1'000'000'000;
    now.nr_queued = 17, now.nr_cpus = 16, now.nr_tasks = 1'234, now.nr_active = 16;
    now.mode_ns = {mseq * 600'000'000, mseq * 300'000'000, mseq * 100'000'000};
    return now;
  }

  static Server start(const std::string& path) {
    Service service;
    service.add("top", Schema::of<lavd::SysStats>(), []() -> Handler {
      return [last = lavd::Totals{}, mseq = std::uint64_t{0}](const Args&) mutable -> Result<Json> {
        const lavd::Totals now = totals(++mseq);
        return to_json(lavd::compare(std::exchange(last, now), now, mseq));
      };
    });
    auto server = Server::start({.path = path}, std::move(service));
    require(static_cast<bool>(server), "the server does not start");
    return std::move(*server);
  }

  std::string path_ =
      (std::filesystem::temp_directory_path() / ("scxx-stats-bench-" + std::to_string(::getpid())))
          .string();
  Server server_;
};

void count(benchmark::State& state, std::int64_t requests, double server_seconds) {
  state.SetItemsProcessed(requests);
  state.counters["server_us"] = server_seconds * 1e6 / static_cast<double>(requests);
  state.counters["one_core"] = static_cast<double>(requests) / server_seconds;
}

// One at a time, by the library's client: there and back, as scxstat asks.
void ask_and_wait(benchmark::State& state) {
  const Served served;
  auto client = Client::connect({.path = served.path()});
  require(client && client->request("stats"), "no answer");
  const double before = others_cpu_seconds();
  for (auto _ : state) require(client->request("stats").has_value(), "no answer");
  count(state, state.iterations(), others_cpu_seconds() - before);
}

// Several without waiting for the answers, as the protocol allows.
void ask_ahead(benchmark::State& state) {
  const Served served;
  const Fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::strncpy(address.sun_path, served.path().c_str(), sizeof(address.sun_path) - 1);
  require(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0,
          "no connection");
  std::string requests;
  for (std::int64_t i = 0; i < state.range(0); ++i) requests += "{\"req\":\"stats\"}\n";
  std::string chunk(64 * 1024, '\0');
  const double before = others_cpu_seconds();
  for (auto _ : state) {
    require(::send(fd.get(), requests.data(), requests.size(), 0) ==
                static_cast<ssize_t>(requests.size()),
            "the requests are not taken");
    for (std::int64_t answers = 0; answers < state.range(0);) {
      const ssize_t got = ::recv(fd.get(), chunk.data(), chunk.size(), 0);
      require(got > 0, "the connection has ended");
      answers += std::count(chunk.begin(), chunk.begin() + got, '\n');
    }
  }
  count(state, state.iterations() * state.range(0), others_cpu_seconds() - before);
}

BENCHMARK(ask_and_wait)->Unit(benchmark::kMicrosecond)->UseRealTime();
BENCHMARK(ask_ahead)->Arg(16)->Arg(100)->Unit(benchmark::kMicrosecond)->UseRealTime();

}  // namespace
}  // namespace scx::stats::bench

BENCHMARK_MAIN();
