// SPDX-License-Identifier: GPL-2.0-only
//
// The energy model as debugfs shows it (kernel/power/energy_model.c): a directory for each perf
// domain, named after its first CPU's device, with `cpus` (a CPU list) and a directory "ps:<kHz>"
// for each performance state. Domains of other devices have no `cpus`.
#include <fmt/core.h>

#include <algorithm>

#include "readers.h"
#include "tree_read.h"

namespace scx {
namespace {

Result<std::uint64_t> read_positive(const FileTree& tree, const std::string& path) {
  const std::int64_t value = SCX_TRY(read_int(tree, path));
  if (value > 0) return static_cast<std::uint64_t>(value);
  return fail(ErrorKind::invalid,
              fmt::format("{} holds {} where more than 0 was expected", tree.name(path), value));
}

Result<PerfState> read_state(const FileTree& tree, const std::string& dir) {
  PerfState state;
  state.khz = SCX_TRY(read_positive(tree, dir + "/frequency"));
  state.power = SCX_TRY(read_positive(tree, dir + "/power"));
  state.performance = SCX_TRY(if_there(read_positive(tree, dir + "/performance"))).value_or(0);
  state.inefficient = SCX_TRY(if_there(read_int(tree, dir + "/inefficient"))).value_or(0) != 0;
  return state;
}

// Nothing for a device that is no CPU.
Result<std::optional<PerfDomain>> read_domain(const FileTree& tree, const std::string& dir) {
  auto cpus = SCX_TRY(if_there(read_cpu_list(tree, dir + "/cpus")));
  if (!cpus) return std::optional<PerfDomain>{};
  PerfDomain domain{*std::move(cpus), {}};
  for (const std::string& name : SCX_TRY(tree.list(dir))) {
    if (!name.starts_with("ps:")) continue;
    domain.states.push_back(SCX_TRY(read_state(tree, fmt::format("{}/{}", dir, name))));
  }
  std::ranges::sort(domain.states, {}, &PerfState::khz);
  const auto twice = std::ranges::adjacent_find(domain.states, {}, &PerfState::khz);
  if (domain.states.empty())
    return fail(ErrorKind::invalid, fmt::format("{} has no states", tree.name(dir)));
  if (twice != domain.states.end())
    return fail(ErrorKind::invalid,
                fmt::format("{} has two states of {} kHz", tree.name(dir), twice->khz));
  return domain;
}

}  // namespace

std::vector<PerfDomain> read_energy_model(const FileTree& tree, std::vector<std::string>& notes) {
  const std::string model = "/sys/kernel/debug/energy_model";
  std::vector<PerfDomain> domains;
  const auto names = tree.list(model);
  if (!names) {
    if (!is_absent(names.error()))
      notes.push_back(fmt::format("the energy model is left out: {}", names.error().message()));
    return domains;
  }
  for (const std::string& name : *names) {
    auto domain = read_domain(tree, fmt::format("{}/{}", model, name));
    if (!domain) {
      notes.push_back(
          fmt::format("the perf domain {} is left out: {}", name, domain.error().message()));
    } else if (*domain) {
      domains.push_back(**std::move(domain));
    }
  }
  return domains;
}

}  // namespace scx
