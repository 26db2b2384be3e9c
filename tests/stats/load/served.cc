// SPDX-License-Identifier: GPL-2.0-only
#include "served.h"

#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "scx/stats/server.h"

namespace scx::stats::load {

// As large as what scx_lavd tells of the whole machine. Each connection counts its own requests,
// so whoever misses an answer, or gets another's, sees it.
struct Counts {
  std::uint64_t n = 0;
  std::vector<double> levels = std::vector<double>(20, 12.345678);
};
SCX_METRICS(Counts, "requests of this connection", gauge(&Counts::n, "n", "requests"),
            gauge(&Counts::levels, "levels", "to have some size"));

namespace {

[[noreturn]] void serve(const std::string& path, std::size_t max_clients, Fd alive) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  Service service;
  service.add("top", Schema::of<Counts>(), []() -> Handler {
    return [counts = Counts{}](const Args&) mutable -> Result<Json> {
      ++counts.n;
      return to_json(counts);
    };
  });
  auto server = Server::start({.path = path, .max_clients = max_clients}, std::move(service));
  char byte = server ? 1 : 0;
  if (!server) fmt::print(stderr, "stats_load: {}\n", server.error().message());
  if (::send(alive.get(), &byte, 1, MSG_NOSIGNAL) != 1 || !server) std::_Exit(1);
  while (::recv(alive.get(), &byte, 1, 0) > 0) {
  }
  server->stop();
  std::exit(0);
}

}  // namespace

Served::Served(const std::string& path, std::size_t max_clients) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) std::exit(1);
  alive_ = Fd{ends[0]};
  Fd theirs{ends[1]};
  pid_ = ::fork();
  if (pid_ < 0) std::exit(1);
  if (pid_ == 0) {
    alive_ = Fd{};
    serve(path, max_clients, std::move(theirs));
  }
  theirs = Fd{};
  char serves = 0;
  if (::recv(alive_.get(), &serves, 1, 0) != 1 || serves == 0) std::exit(1);
}

Served::~Served() {
  alive_ = Fd{};
  ::waitpid(pid_, nullptr, 0);
}

bool Served::runs() const { return ::waitpid(pid_, nullptr, WNOHANG) == 0; }

std::string Served::proc(const std::string& file) const {
  return fmt::format("/proc/{}/{}", pid_, file);
}

long Served::status_kib(const std::string& field) const {
  std::ifstream status(proc("status"));
  long kib = 0;
  for (std::string word; status >> word;)
    if (word == field) status >> kib;
  return kib;
}

long Served::resident_kib() const { return status_kib("VmRSS:"); }
long Served::peak_kib() const { return status_kib("VmHWM:"); }

double Served::cpu_seconds() const {
  clockid_t clock;
  timespec time{};
  if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::size_t Served::open_files() const {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(proc("fd")))
    ++count;
  return count;
}

}  // namespace scx::stats::load
