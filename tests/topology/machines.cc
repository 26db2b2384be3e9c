// SPDX-License-Identifier: GPL-2.0-only
#include "machines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace scx::test {
namespace {

std::optional<std::int64_t> said(std::int64_t value) {
  return value < 0 ? std::nullopt : std::optional(value);
}

int below(std::mt19937& random, int n) {
  return static_cast<int>(random() % static_cast<unsigned>(n));
}
bool once_in(std::mt19937& random, int n) { return below(random, n) == 0; }

std::vector<PerfState> random_states(std::mt19937& random) {
  std::vector<PerfState> states(static_cast<std::size_t>(below(random, 5)));
  for (PerfState& state : states) {
    state.khz = static_cast<std::uint64_t>(100000 * below(random, 30));
    if (once_in(random, 2)) state.performance = static_cast<std::uint64_t>(below(random, 1025));
    state.power = random();
  }
  return states;
}

CpuSet random_set(std::mt19937& random, int nr_cpus) {
  CpuSet set;
  for (int n = below(random, nr_cpus + 1); n > 0; --n) set.insert(CpuId{below(random, nr_cpus)});
  return set;
}

// CPU numbers for `count` threads: in order, thread 0 of all cores first, or in no order; and with
// holes between them.
std::vector<int> numbers(std::mt19937& random, int nr_cores, int threads) {
  std::vector<int> order(static_cast<std::size_t>(nr_cores * threads));
  std::iota(order.begin(), order.end(), 0);
  const int style = below(random, 3);
  for (int core = 0; style == 1 && core < nr_cores; ++core) {
    for (int thread = 0; thread < threads; ++thread)
      order[static_cast<std::size_t>(core * threads + thread)] = thread * nr_cores + core;
  }
  if (style == 2) std::shuffle(order.begin(), order.end(), random);
  const int stride = once_in(random, 4) ? 2 + below(random, 3) : 1;
  for (int& number : order) number *= stride;
  return order;
}

// A perf domain for each core, of states that are as they should be.
void add_energy_model(RawTopology& raw, std::mt19937& random) {
  for (const RawCpu& cpu : raw.cpus) {
    if (cpu.siblings->first() != cpu.cpu) continue;
    std::vector<PerfState> states;
    for (int step = 1 + below(random, 4); step > 0; --step) {
      const auto n = static_cast<std::uint64_t>(states.size() + 1);
      states.push_back({n * 500000, once_in(random, 2) ? n * 256 : 0, n * n * 1000, false});
    }
    raw.perf_domains.push_back({*cpu.siblings, states});
  }
}

}  // namespace

RawTopology machine(const std::vector<CoreSpec>& specs) {
  RawTopology raw;
  std::map<int, std::int32_t> llc_index;
  std::map<int, RawNode> nodes;
  for (std::size_t c = 0; c < specs.size(); ++c) {
    const CoreSpec& spec = specs[c];
    CpuSet threads;
    for (int cpu : spec.cpus) threads.insert(CpuId{cpu});
    raw.online |= threads;
    if (spec.node >= 0) nodes[spec.node].cpus |= threads;
    const auto l1 = static_cast<std::int32_t>(raw.caches.size());
    if (spec.llc >= 0) {
      raw.caches.push_back({1, CacheType::data, 32, threads});
      const auto [found, added] = llc_index.emplace(spec.llc, l1 + 1);
      if (added)
        raw.caches.push_back({3, CacheType::unified, static_cast<std::uint64_t>(spec.llc_kb), {}});
      raw.caches[static_cast<std::size_t>(found->second)].cpus |= threads;
    }
    for (int number : spec.cpus) {
      RawCpu cpu;
      cpu.cpu = CpuId{number};
      if (spec.package >= 0) cpu.package = spec.package;
      if (spec.die >= 0) cpu.die = spec.die;
      cpu.core = static_cast<int>(c);
      cpu.siblings = threads;
      if (spec.llc >= 0) cpu.caches = {l1, llc_index[spec.llc]};
      cpu.capacity = said(spec.capacity);
      cpu.prefcore = said(spec.prefcore);
      cpu.cppc = said(spec.cppc);
      cpu.kind = said(spec.kind);
      cpu.max_khz = said(spec.max_khz);
      raw.cpus.push_back(cpu);
    }
  }
  for (auto& [id, node] : nodes) {
    node.id = NodeId{id};
    for (const auto& [other, unused] : nodes) node.distances.push_back(other == id ? 10 : 20);
    raw.nodes.push_back(node);
  }
  raw.possible = raw.present = raw.online;
  return raw;
}

std::vector<CoreSpec> cores(int count, int threads, int first_cpu, int node, int llc) {
  std::vector<CoreSpec> specs;
  for (int c = 0; c < count; ++c) {
    CoreSpec spec;
    for (int t = 0; t < threads; ++t) spec.cpus.push_back(first_cpu++);
    spec.node = spec.package = node;
    spec.llc = llc;
    specs.push_back(spec);
  }
  return specs;
}

std::vector<CoreSpec> operator+(std::vector<CoreSpec> a, const std::vector<CoreSpec>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

void offline(RawTopology& raw, const CpuSet& cpus) {
  raw.online -= cpus;
  for (RawCache& cache : raw.caches) cache.cpus -= cpus;
  for (RawNode& node : raw.nodes) node.cpus -= cpus;
  for (PerfDomain& domain : raw.perf_domains) domain.cpus -= cpus;
  std::erase_if(raw.cpus, [&](const RawCpu& cpu) { return cpus.contains(cpu.cpu); });
  for (RawCpu& cpu : raw.cpus) {
    if (cpu.siblings) *cpu.siblings -= cpus;
  }
}

Topology valid(RawTopology raw, const TopologyOptions& options) {
  auto topology = validate(std::move(raw), options);
  if (!topology) ADD_FAILURE() << topology.error().message();
  return std::move(topology).value();
}

RawTopology random_machine(std::mt19937& random) {
  const int nr_nodes = 1 + below(random, 4), llcs = 1 + below(random, 3),
            per_llc = 1 + below(random, 5);
  const int threads = 1 + below(random, 3), nr_cores = nr_nodes * llcs * per_llc;
  const std::vector<int> number = numbers(random, nr_cores, threads);
  const bool hybrid = once_in(random, 2), caches = !once_in(random, 6), split = once_in(random, 4);
  const bool ranked = once_in(random, 2), clocked = once_in(random, 2);
  // LLCs to a die; dies side by side, or taking turns.
  const int per_die = below(random, 3), turns = once_in(random, 3) ? 2 : 99;
  std::vector<CoreSpec> specs;
  for (int c = 0; c < nr_cores; ++c) {
    CoreSpec spec;
    // A core may have fewer threads than the others.
    const int own = once_in(random, 8) ? 1 : threads;
    for (int t = 0; t < own; ++t)
      spec.cpus.push_back(number[static_cast<std::size_t>(c * threads + t)]);
    spec.node = c / (llcs * per_llc);
    spec.package = spec.node / 2;
    spec.llc = caches ? c / per_llc : -1;
    if (split && caches) spec.llc = 0;
    if (per_die > 0) spec.die = c / per_llc % llcs / per_die % turns;
    if (hybrid) spec.capacity = 1024 >> (2 * below(random, 3));
    if (ranked) spec.prefcore = 236 - 5 * below(random, 15);
    if (clocked) spec.max_khz = 100000 * (30 + below(random, 20));
    specs.push_back(spec);
  }
  RawTopology raw = machine(specs);
  if (once_in(random, 3)) add_energy_model(raw, random);
  if (once_in(random, 3)) {
    CpuSet gone = random_set(random, raw.online.last().value() + 1) & raw.online;
    gone.erase(raw.online.first());  // somebody has to stay
    offline(raw, gone);
  }
  if (once_in(random, 3))
    raw.possible.insert_range(raw.possible.last(),
                              CpuId{raw.possible.last().value() + below(random, 9)});
  return raw;
}

RawTopology random_liar(std::mt19937& random) {
  RawTopology raw = random_machine(random);
  const int nr_cpus = raw.possible.last().value() + 1;
  for (RawCache& cache : raw.caches) {
    if (once_in(random, 3)) cache.cpus = random_set(random, nr_cpus + 4);
  }
  for (RawCpu& cpu : raw.cpus) {
    if (once_in(random, 4)) cpu.siblings = random_set(random, nr_cpus + 4);
    if (once_in(random, 4)) cpu.siblings.reset();
    if (once_in(random, 4)) cpu.core = below(random, 3);
    if (once_in(random, 6)) cpu.core.reset();
    if (once_in(random, 4)) cpu.package = below(random, 3) - 1;
    if (once_in(random, 6)) cpu.caches.clear();
    if (once_in(random, 9)) cpu.caches.push_back(below(random, 99) - 9);
    if (once_in(random, 3)) cpu.capacity = below(random, 1500) - 50;
    if (once_in(random, 3)) cpu.kind = below(random, 4) - 1;
    if (once_in(random, 9)) cpu.prefcore = below(random, 300) - 20;
    if (once_in(random, 9)) cpu.cppc = below(random, 300) - 20;
    if (once_in(random, 4)) cpu.die = below(random, 4) - 1;
    if (once_in(random, 9)) cpu.resume_latency_us = below(random, 300) - 20;
    if (once_in(random, 3)) cpu.max_khz = static_cast<std::int64_t>(random()) * 4000 - 7;
  }
  for (PerfDomain& domain : raw.perf_domains) {
    if (once_in(random, 9)) domain.cpus |= random_set(random, nr_cpus + 4);
    if (once_in(random, 20)) domain.states = random_states(random);
  }
  for (RawNode& node : raw.nodes) {
    if (once_in(random, 3)) node.cpus = random_set(random, nr_cpus + 4);
    if (once_in(random, 4)) node.id = NodeId{below(random, 6) - 1};
    if (once_in(random, 5)) node.distances.resize(static_cast<std::size_t>(below(random, 6)), -2);
  }
  if (once_in(random, 5)) raw.nodes.clear();
  if (once_in(random, 5)) raw.cpus.resize(static_cast<std::size_t>(below(random, nr_cpus)));
  if (once_in(random, 5)) std::shuffle(raw.cpus.begin(), raw.cpus.end(), random);
  if (once_in(random, 5)) raw.present = random_set(random, nr_cpus);
  if (once_in(random, 5)) raw.possible = random_set(random, nr_cpus);
  return raw;
}

DomainOptions random_options(std::mt19937& random) {
  if (once_in(random, 2)) return {};
  const int min = 1 + below(random, 3);
  return {VirtLlc{min, min + below(random, 4)}};
}

std::vector<CpuId> kernel_walk(const RawTopology& raw) {
  std::map<CpuId, const RawCpu*> by_cpu;
  for (const RawCpu& cpu : raw.cpus) by_cpu[cpu.cpu] = &cpu;
  std::vector<CpuId> order;
  CpuSet to_walk = raw.online, numbered;
  while (!to_walk.empty()) {
    const CpuId first = to_walk.first();
    const auto node = std::find_if(raw.nodes.begin(), raw.nodes.end(),
                                   [&](const RawNode& n) { return n.cpus.contains(first); });
    if (node == raw.nodes.end()) {
      to_walk.erase(first);
      continue;
    }
    CpuSet in_node = to_walk & node->cpus;
    while (!in_node.empty()) {
      const RawCpu& llc_cpu = *by_cpu.at(in_node.first());
      CpuSet in_llc =
          in_node & (llc_cpu.caches.empty()
                         ? node->cpus
                         : raw.caches[static_cast<std::size_t>(llc_cpu.caches.back())].cpus);
      while (!in_llc.empty()) {
        const CpuSet core = in_llc & by_cpu.at(in_llc.first())->siblings.value();
        for (CpuId cpu : core) order.push_back(cpu);
        numbered |= core;
        in_llc -= core;
        in_node -= core;
        to_walk -= core;
      }
    }
  }
  for (CpuId cpu : raw.possible - numbered) order.push_back(cpu);
  return order;
}

}  // namespace scx::test
