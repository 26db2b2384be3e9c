// SPDX-License-Identifier: GPL-2.0-only
//
// A scheduler's statistics, for shell scripts.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <scx/stats/client.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>

#include "load.h"

namespace load {
namespace {

// /queues/2/enqueued → queues.2.enqueued
std::string dotted(std::string path) {
  for (char& c : path)
    if (c == '/') c = '.';
  return path.substr(1);
}

// So many seconds, or until a file is there.
void wait_until(const std::string& what) {
  if (!what.starts_with('/'))
    return std::this_thread::sleep_for(std::chrono::seconds(number(what)));
  while (!std::filesystem::exists(what))
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
}

std::optional<std::string> take_value(Arguments& arguments, std::string_view word) {
  if (!take(arguments, word)) return std::nullopt;
  if (arguments.empty()) wrong_usage("values [at SOCKET] [of TARGET] [over SECONDS|FILE] [NAME…]");
  const std::string value = arguments.front();
  arguments = arguments.subspan(1);
  return value;
}

}  // namespace

// guest_load values [at SOCKET] [of TARGET] [over SECONDS|FILE] [NAME…]: the value of each NAME on
// a line of its own, or all of them as "NAME VALUE". What is in a list or a dictionary is called
// LIST.KEY. With `over` it is the second answer of a connection, so many seconds after the first.
int values(Arguments arguments) {
  scx::stats::ClientOptions options;
  options.path = take_value(arguments, "at").value_or(options.path);
  const scx::stats::Args request{{"target", take_value(arguments, "of").value_or("top")}};
  const auto until = take_value(arguments, "over");
  auto client = scx::stats::Client::connect(options);
  auto answer = client ? client->request("stats", request) : std::unexpected(client.error());
  if (answer && until) {
    wait_until(*until);
    answer = client->request("stats", request);
  }
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
