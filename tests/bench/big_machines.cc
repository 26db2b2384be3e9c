// SPDX-License-Identifier: GPL-2.0-only
#include "big_machines.h"

#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <algorithm>

#include "machines.h"

namespace scx::test {
namespace {

constexpr int kThreads = 2, kCores = 4;  // of a core, of an LLC
constexpr int kMostNodes = 8;

int nr_llcs(int cpus) { return cpus / (kThreads * kCores); }
int nr_nodes(int cpus) { return std::min(kMostNodes, nr_llcs(cpus)); }

template <typename T>
void keep(T&& result) {
  benchmark::DoNotOptimize(result);
}

Machine make_machine(RawTopology&& raw) {
  Topology topology = valid(std::move(raw));
  CidMap cids = make_cid_map(topology);
  Domains domains = make_domains(topology, cids);
  return {.hotplug_seq = 0,
          .topology = std::move(topology),
          .cids = std::move(cids),
          .domains = std::move(domains)};
}

}  // namespace

std::string_view name(Family family) {
  switch (family) {
    case Family::adjacent:
      return "adjacent";
    case Family::apart:
      return "apart";
    case Family::hybrid:
      return "hybrid";
  }
  return "";
}

RawTopology big_machine(Family family, int cpus) {
  const int cores = cpus / kThreads, llcs = nr_llcs(cpus), nodes = nr_nodes(cpus);
  std::vector<CoreSpec> specs;
  for (int c = 0; c < cores; ++c) {
    CoreSpec spec;
    for (int t = 0; t < kThreads; ++t)
      spec.cpus.push_back(family == Family::apart ? t * cores + c : c * kThreads + t);
    spec.llc = c / kCores;
    spec.node = spec.package = spec.llc / (llcs / nodes);
    if (family == Family::hybrid) spec.capacity = c % kCores < kCores / 2 ? 1024 : 512;
    spec.max_khz = 3'000'000;
    specs.push_back(spec);
  }
  return machine(specs);
}

std::string synthetic(Family family, int cpus) {
  const int nodes = nr_nodes(cpus);
  // First `thread` steps of so many numbers, then steps of 1 in between.
  const std::string numbers =
      family == Family::apart ? fmt::format("(indexes={0}*{1}:1*{0})", kThreads, cpus / kThreads)
                              : "";
  return fmt::format("pack:{} l3:{} l1d:{} core:1 pu:{}{}", nodes, nr_llcs(cpus) / nodes, kCores,
                     kThreads, numbers);
}

Inputs::Inputs(Family family, int cpus)
    : raw(big_machine(family, cpus)), machine(make_machine(RawTopology(raw))) {}

const std::array<Step, 6> kSteps = {{
    {"validate", [](const Inputs&, RawTopology&& raw) { keep(validate(std::move(raw))); }, true},
    {"make_cid_map",
     [](const Inputs& in, RawTopology&&) { keep(make_cid_map(in.machine.topology)); }, false},
    {"make_domains",
     [](const Inputs& in, RawTopology&&) {
       keep(make_domains(in.machine.topology, in.machine.cids));
     },
     false},
    {"make_orders",
     [](const Inputs& in, RawTopology&&) {
       keep(make_orders(in.machine.topology, in.machine.cids, in.machine.domains));
     },
     false},
    {"make_tables", [](const Inputs& in, RawTopology&&) { keep(make_tables(in.machine)); }, false},
    {"all",
     [](const Inputs&, RawTopology&& raw) {
       const Machine machine = make_machine(std::move(raw));
       keep(make_orders(machine.topology, machine.cids, machine.domains));
       keep(make_tables(machine));
     },
     true},
}};

Cost measure(const Inputs& inputs, const Step& step) {
  const Meter meter;
  step.run(inputs, step.consumes_raw ? RawTopology(inputs.raw) : RawTopology());
  return meter.cost();
}

}  // namespace scx::test
