// SPDX-License-Identifier: GPL-2.0-only
//
// stats_load: many clients at once, of whom the well-behaved get every answer while the server's
// memory stays within what docs/stats.md says. Prints what it saw.
#include <fmt/core.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <future>
#include <string>

#include "clients.h"
#include "served.h"
#include "support.h"

namespace scx::stats::load {
namespace {

struct Load {
  int clients = 1000, seconds = 60, visits = 10'000, rude = 100;
  std::string at;  // another process's socket, which then gets the well-behaved ones alone
};

double ms(Clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

bool report(const char* who, const Outcome& outcome) {
  fmt::print("{}: {} asked, {} answered, the longest wait {:.1f} ms{}{}\n", who, outcome.asked,
             outcome.answered, ms(outcome.longest),
             outcome.trouble.empty() ? "" : "; FAIL: ", outcome.trouble);
  return outcome.trouble.empty() && outcome.answered == outcome.asked && outcome.asked > 0;
}

// A sanitizer keeps what was freed, and books of its own.
#ifdef SCXX_SANITIZED
constexpr bool kMemoryCounts = false;
#else
constexpr bool kMemoryCounts = true;
#endif

// What docs/stats.md promises: so much for a client that behaves, so much for one that does not.
long most_kib(const Load& load) {
  constexpr long kPolite = 8, kRude = 64 + 128 + 64;
  return load.clients * kPolite + load.rude * kRude;
}

int run_at(const Load& load) {
  const auto until = Clock::now() + std::chrono::seconds(load.seconds);
  return report("clients that ask once a second", crowd(load.at, load.clients, until)) ? 0 : 1;
}

int run(const Load& load) {
  const test::TempDir dir;
  const std::string path = dir / "stats";
  Served served(path, static_cast<std::size_t>(2 * (load.clients + load.rude) + 64));
  const std::size_t files = served.open_files();
  const long before = served.resident_kib();

  const auto until = Clock::now() + std::chrono::seconds(load.seconds);
  auto crowded = std::async(std::launch::async, crowd, path, load.clients, until);
  auto passed = std::async(std::launch::async, passers, path, load.visits, until);
  auto annoyed = std::async(std::launch::async, rude, path, load.rude, until);
  bool good = report("clients that ask once a second", crowded.get());
  good = report("clients that come and go", passed.get()) && good;
  const Outcome refused = annoyed.get();
  fmt::print("lines of 100 MB: {} begun, {} refused {}\n", refused.asked, refused.answered,
             refused.trouble);
  good = good && refused.trouble.empty();

  if (!served.runs()) {
    fmt::print("FAIL: the server has ended\n");
    return 1;
  }
  const long grown = served.peak_kib() - before;
  fmt::print("server: {} kB at first, at most {} kB more (may be {}), {:.2f} s of a processor\n",
             before, grown, most_kib(load), served.cpu_seconds());
  if (kMemoryCounts && grown > most_kib(load)) good = false;
  if (!test::eventually([&] { return served.open_files() <= files; })) {
    fmt::print("FAIL: {} open files, {} before\n", served.open_files(), files);
    good = false;
  }
  fmt::print("{}\n", good ? "PASS" : "FAIL");
  return good ? 0 : 1;
}

}  // namespace
}  // namespace scx::stats::load

int main(int argc, char** argv) {
  scx::stats::load::Load load;
  CLI::App cli("Many clients of the statistics at once");
  cli.add_option("--clients", load.clients, "that ask once a second")->capture_default_str();
  cli.add_option("--seconds", load.seconds, "for so long")->capture_default_str();
  cli.add_option("--visits", load.visits, "clients that come and go")->capture_default_str();
  cli.add_option("--rude", load.rude, "clients that misbehave")->capture_default_str();
  cli.add_option("--at", load.at, "socket of a scheduler that runs, asked by --clients alone");
  CLI11_PARSE(cli, argc, argv);
  rlimit files;
  const auto wanted = static_cast<rlim_t>(2 * (load.clients + load.rude) + 200);
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_max < wanted) {
    fmt::print("skipped: {} open files are not to be had\n", wanted);
    return 77;
  }
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  return load.at.empty() ? scx::stats::load::run(load) : scx::stats::load::run_at(load);
}
