// SPDX-License-Identifier: GPL-2.0-only
//
// A scheduler's statistics, for shell scripts.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <scx/stats/client.h>

#include "load.h"

namespace load {
namespace {

// /queues/2/enqueued → queues.2.enqueued
std::string dotted(std::string path) {
  for (char& c : path)
    if (c == '/') c = '.';
  return path.substr(1);
}

}  // namespace

// guest_load values [at SOCKET] [NAME…]: the value of each NAME on a line of its own, or all of them as
// "NAME VALUE". What is in a list or a dictionary is called LIST.KEY.
int values(Arguments arguments) {
  scx::stats::ClientOptions options;
  if (take(arguments, "at")) {
    if (arguments.empty()) wrong_usage("values [at SOCKET] [NAME…]");
    options.path = arguments.front();
    arguments = arguments.subspan(1);
  }
  auto client = scx::stats::Client::connect(options);
  auto answer = client ? client->request("stats") : std::unexpected(client.error());
  if (!answer) {
    fmt::print(stderr, "guest_load: {}\n", answer.error().message());
    return 1;
  }
  const auto flat = nlohmann::ordered_json::parse(answer->text).flatten();
  if (arguments.empty())
    for (const auto& [path, value] : flat.items())
      fmt::print("{} {}\n", dotted(path), value.dump());
  for (const std::string& name : arguments) {
    bool found = false;
    for (const auto& [path, value] : flat.items()) {
      if (dotted(path) != name) continue;
      fmt::print("{}\n", value.dump());
      found = true;
    }
    if (found) continue;
    fmt::print(stderr, "guest_load: the scheduler has no '{}'\n", name);
    return 1;
  }
  return 0;
}

}  // namespace load
