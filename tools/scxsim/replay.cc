// SPDX-License-Identifier: GPL-2.0-only
#include "replay.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

namespace scx::scxsim {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

// One word of a command line, as a shell takes it.
std::string in_shell(std::string_view word) {
  if (!word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789_-+=./,:") == word.npos)
    return std::string(word);
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  out += '\'';
  return out;
}

std::string seed_and_duration(std::uint64_t seed, std::uint64_t end_ns) {
  return fmt::format(" --seed {} --duration {}", seed, end_ns / kMs + 1);
}

}  // namespace

std::string command_to(std::uint64_t end_ns, std::span<char* const> arguments,
                       const Options& options) {
  const std::uint64_t duration_ms = end_ns / kMs + 1;
  const std::string_view dropped[] = {"--duration", "--seed", "--warmup", "--shrink",
                                      "--shrink-runs"};
  std::string line = "scxsim";
  for (std::size_t at = 1; at < arguments.size(); ++at) {
    const std::string_view word = arguments[at];
    const std::string_view name = word.substr(0, word.find('='));
    if (word == "--json") continue;
    if (std::ranges::find(dropped, name) == std::end(dropped)) {
      line.append(" ").append(in_shell(word));
    } else if (name == word) {
      ++at;
    }
  }
  if (options.warmup_ms && options.warmup_ms < duration_ms)
    line += fmt::format(" --warmup {}", options.warmup_ms);
  return line + seed_and_duration(options.seed, end_ns);
}

std::string command_to(const Shrunk& small, const Options& options) {
  const Case& least = small.least;
  std::string line = "scxsim";
  const auto add = [&line](std::string_view option, std::string_view value) {
    line.append(" ").append(option).append(" ").append(in_shell(value));
  };
  const auto add_ms = [&](std::string_view option, std::uint64_t ms) {
    if (ms) add(option, std::to_string(ms));
  };
  add("--scheduler", options.scheduler);
  if (least.shape) {
    add("--topology", text_of(*least.shape));
    if (!least.big.empty()) add("--big-cpus", to_cpu_list(least.big));
  } else {
    if (options.topology) add("--topology", *options.topology);
    if (options.big_cpus) add("--big-cpus", *options.big_cpus);
    if (options.virt_llc) line += " --virt-llc";
    if (options.virt_llc && !options.virt_llc->empty())
      line.append("=").append(in_shell(*options.virt_llc));
  }
  add("--workload", *options.shrink);
  for (const std::string& knob : least.set) add("--set", knob);
  for (const std::string& cost : least.cost) add("--cost", cost);
  add_ms("--starvation", options.starvation_ms);
  add_ms("--conserve", options.conserve_ms);
  if (least.audit) line += " --audit";
  const std::uint64_t warmup_ms = least.workload.warmup_ns / kMs;
  if (warmup_ms * kMs < small.seen.end_ns) add_ms("--warmup", warmup_ms);
  return line + seed_and_duration(least.seed, small.seen.end_ns);
}

}  // namespace scx::scxsim
