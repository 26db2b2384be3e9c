// SPDX-License-Identifier: GPL-2.0-only
#include "perf_domains.h"

#include <fmt/core.h>

#include <algorithm>

#include "units.h"

namespace scx {
namespace {

void settle_states(std::vector<PerfState>& states, std::uint32_t biggest) {
  std::erase_if(states, [](const PerfState& state) { return state.khz == 0; });
  std::stable_sort(states.begin(), states.end(),
                   [](const PerfState& a, const PerfState& b) { return a.khz < b.khz; });
  const auto same = std::unique(states.begin(), states.end(),
                                [](const auto& a, const auto& b) { return a.khz == b.khz; });
  states.erase(same, states.end());
  if (states.empty()) return;

  const PerfState top = states.back();
  const double full = static_cast<double>(top.performance > 0 ? top.performance : biggest);
  std::uint64_t before = 1;
  for (PerfState& state : states) {
    if (state.performance == 0) {
      const double part = static_cast<double>(state.khz) / static_cast<double>(top.khz);
      state.performance = static_cast<std::uint64_t>(part * full + 0.5);
    }
    before = state.performance = std::max(state.performance, before);
  }
}

}  // namespace

std::vector<PerfDomain> settle_perf_domains(std::vector<PerfDomain> raw,
                                            std::span<const std::uint32_t> capacity,
                                            std::vector<std::string>& notes) {
  if (raw.empty()) return {};
  std::vector<bool> seen(capacity.size(), false), costed(capacity.size(), false);
  std::vector<CpuId> twice, missing;
  std::vector<PerfDomain> domains;
  for (PerfDomain& said : raw) {
    std::vector<CpuId> own;
    std::uint32_t biggest = 0;
    for (CpuId cpu : said.cpus) {
      if (cpu.index() >= capacity.size() || capacity[cpu.index()] == 0) continue;
      if (seen[cpu.index()]) {
        twice.push_back(cpu);
        continue;
      }
      seen[cpu.index()] = true;
      own.push_back(cpu);
      biggest = std::max(biggest, capacity[cpu.index()]);
    }
    settle_states(said.states, biggest);
    if (own.empty() || said.states.empty()) continue;
    for (CpuId cpu : own) costed[cpu.index()] = true;
    domains.push_back({set_of(std::move(own)), std::move(said.states)});
  }
  if (!twice.empty())
    notes.push_back(fmt::format("CPUs {} are in more than one perf domain: the first counts",
                                to_cpu_list(set_of(std::move(twice)))));
  for (std::size_t cpu = 0; cpu < capacity.size(); ++cpu) {
    if (capacity[cpu] > 0 && !costed[cpu]) missing.push_back(CpuId{static_cast<std::int32_t>(cpu)});
  }
  if (missing.empty()) return domains;
  notes.push_back(
      fmt::format("the energy model has no perf domain with states for CPUs {}: it is left out",
                  to_cpu_list(set_of(std::move(missing)))));
  return {};
}

}  // namespace scx
