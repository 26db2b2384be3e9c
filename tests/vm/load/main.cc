// SPDX-License-Identifier: GPL-2.0-only
//
// guest_load: what the guest scripts run where the shell is too weak.
#include <cerrno>
#include <cstdlib>
#include <map>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "load.h"

namespace load {

void wrong_usage(const std::string& complaint) {
  fmt::print(stderr, "guest_load: {}\n", complaint);
  std::_Exit(2);
}

void system_error(const std::string& what) {
  const std::string reason = std::generic_category().message(errno);
  fmt::print(stderr, "guest_load: {}: {}\n", what, reason);
  std::_Exit(1);
}

int number(const std::string& text) {
  char* end = nullptr;
  const long value = std::strtol(text.c_str(), &end, 10);
  if (text.empty() || *end) wrong_usage(fmt::format("'{}' is no number", text));
  return static_cast<int>(value);
}

bool take(Arguments& arguments, std::string_view word) {
  if (arguments.empty() || arguments.front() != word) return false;
  arguments = arguments.subspan(1);
  return true;
}

}  // namespace load

int main(int argc, char** argv) {
  const std::map<std::string_view, int (*)(load::Arguments)> commands{
      {"spin", load::spin},           {"ext", load::ext},           {"shares", load::shares},
      {"renice", load::renice},       {"affinity", load::affinity}, {"fill", load::fill},
      {"cookies", load::cookies},     {"values", load::values},     {"starve", load::starve},
      {"chain", load::chain},         {"policies", load::policies}, {"duty", load::duty},
      {"visits", load::visits},       {"sleepers", load::sleepers}, {"suspend", load::suspend},
      {"preempted", load::preempted},
  };
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto command = arguments.empty() ? commands.end() : commands.find(arguments.front());
  if (command == commands.end())
    load::wrong_usage(
        "one of affinity, chain, cookies, duty, ext, fill, policies, preempted, renice, shares, "
        "sleepers, spin, starve, suspend, values, visits");
  return command->second(load::Arguments(arguments).subspan(1));
}
