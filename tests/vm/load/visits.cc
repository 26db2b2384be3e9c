// SPDX-License-Identifier: GPL-2.0-only
//
// Clients of a scheduler's statistics that come and go, well-mannered and otherwise.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <fmt/format.h>

#include <scx/stats/client.h>

#include "load.h"

namespace load {
namespace {

constexpr int kWarmUp = 100;  // visits before the first look: buffers and caches grow at first
constexpr long kMayGrowKb = 128;
constexpr std::chrono::milliseconds kPause{100};
constexpr int kTries = 50;

struct Size {
  long fds = 0;
  long resident_kb = 0;
};

Size size_of(const std::string& pid) {
  Size size;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator("/proc/" + pid + "/fd"))
    size.fds++;
  std::ifstream status("/proc/" + pid + "/status");
  for (std::string word; status >> word;)
    if (word == "VmRSS:") status >> size.resident_kb;
  return size;
}

void ask(std::string_view what) {
  auto client = scx::stats::Client::connect({});
  auto answer = client ? client->request(what) : std::unexpected(client.error());
  if (answer) return;
  fmt::print(stderr, "guest_load: {}: {}\n", what, answer.error().message());
  std::_Exit(1);
}

// Sends so much and goes, without waiting for an answer.
void send_and_go(std::string_view text) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::strncpy(address.sun_path, scx::stats::kDefaultPath, sizeof address.sun_path - 1);
  if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address))
    system_error("the statistics' socket");
  if (send(fd, text.data(), text.size(), MSG_NOSIGNAL) < 0) system_error("send");
  close(fd);
}

void visit(int number) {
  switch (number % 5) {
    case 0:
      return ask("stats_meta");
    case 1:
      return send_and_go("");
    case 2:
      return send_and_go("{\"req\": \"st");
    case 3:
      return send_and_go("{\"req\": \"stats\"}\n");
    default:
      return ask("stats");
  }
}

}  // namespace

// guest_load visits COUNT PID: so many clients come and go, after which the scheduler, process PID,
// has as many open files as before, and not more memory.
int visits(Arguments arguments) {
  if (arguments.size() != 2) wrong_usage("visits COUNT PID");
  const int count = number(arguments[0]);
  for (int i = 0; i < kWarmUp; i++) visit(i);
  std::this_thread::sleep_for(kPause * 10);
  const Size before = size_of(arguments[1]);
  for (int i = 0; i < count; i++) visit(i);
  Size after = size_of(arguments[1]);
  for (int tries = 0; after.fds > before.fds && tries < kTries;
       tries++) {  // it may not have seen all go
    std::this_thread::sleep_for(kPause);
    after = size_of(arguments[1]);
  }
  fmt::print("{} visits: open files {}, then {}; resident {} kB, then {}\n", count, before.fds,
             after.fds, before.resident_kb, after.resident_kb);
  return before.fds && after.fds <= before.fds &&
                 after.resident_kb <= before.resident_kb + kMayGrowKb
             ? 0
             : 1;
}

}  // namespace load
