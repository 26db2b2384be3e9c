// SPDX-License-Identifier: GPL-2.0-only
//
// How the work from hwloc to the tables grows with the machine, step by step, for every family of
// big_machines.h. docs/performance.md says how to run it and what came out.
//
// Each line has the least-squares fit of its times to N log N below it (BigO, RMS), and counters:
// allocs and peak_bytes, what one run takes from the heap, a RawTopology that it consumes included.
#include <benchmark/benchmark.h>
#include <fmt/core.h>
#include <hwloc.h>

#include <cstdio>
#include <cstdlib>

#include "big_machines.h"

namespace scx::test {
namespace {

int cpus_of(const benchmark::State& state) { return static_cast<int>(state.range(0)); }

// Ends the program: after SkipWithError(), Google Benchmark 1.7 crashes in the fit to N log N.
void require(bool holds, const char* problem) {
  if (holds) return;
  std::fprintf(stderr, "topology_bench: %s\n", problem);
  std::exit(1);
}

// What the rest is measured against: hwloc making the same machine, from a text instead of files.
void load_hwloc(benchmark::State& state, Family family) {
  const std::string description = synthetic(family, cpus_of(state));
  for (auto _ : state) {
    hwloc_topology_t topology = nullptr;
    require(hwloc_topology_init(&topology) == 0 &&
                hwloc_topology_set_synthetic(topology, description.c_str()) == 0 &&
                hwloc_topology_load(topology) == 0,
            "hwloc cannot load the synthetic machine");
    benchmark::DoNotOptimize(hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU));
    state.PauseTiming();
    hwloc_topology_destroy(topology);
    state.ResumeTiming();
  }
  state.SetComplexityN(state.range(0));
}

// hwloc's work and the conversion of its result; the difference to the above is the conversion.
void read_synthetic(benchmark::State& state, Family family) {
  const Source source{.kind = Source::Kind::synthetic,
                      .synthetic = synthetic(family, cpus_of(state))};
  for (auto _ : state) {
    const Result<RawTopology> raw = read_machine(source);
    require(raw && raw->online.count() == static_cast<std::size_t>(cpus_of(state)),
            "read_machine() does not read the synthetic machine");
  }
  state.SetComplexityN(state.range(0));
}

void run_step(benchmark::State& state, Family family, const Step& step) {
  const Inputs inputs(family, cpus_of(state));
  RawTopology raw;
  for (auto _ : state) {
    if (step.consumes_raw) {
      state.PauseTiming();
      raw = inputs.raw;
      state.ResumeTiming();
    }
    step.run(inputs, std::move(raw));
  }
  const Cost cost = measure(inputs, step);
  state.counters["allocs"] = static_cast<double>(cost.allocations);
  state.counters["peak_bytes"] = static_cast<double>(cost.peak_bytes);
  state.SetComplexityN(state.range(0));
}

template <typename Run>
void add(std::string_view step, Family family, Run run) {
  benchmark::RegisterBenchmark(fmt::format("{}/{}", step, name(family)).c_str(), run)
      ->ArgsProduct({benchmark::CreateRange(8, kMostCpus, 2)})
      ->Unit(benchmark::kMicrosecond)
      ->Complexity(benchmark::oNLogN);
}

}  // namespace
}  // namespace scx::test

int main(int argc, char** argv) {
  using namespace scx::test;
  for (const Family family : kFamilies) {
    add("hwloc", family, [family](benchmark::State& state) { load_hwloc(state, family); });
    add("read_machine", family,
        [family](benchmark::State& state) { read_synthetic(state, family); });
    for (const Step& step : kSteps)
      add(step.name, family,
          [family, &step](benchmark::State& state) { run_step(state, family, step); });
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
