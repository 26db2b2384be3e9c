// SPDX-License-Identifier: GPL-2.0-only
//
// What the tests of scxtopo share.
#pragma once

#include <string>
#include <vector>

#include "machines.h"
#include "view.h"

namespace scx::scxtopo::test {

inline View view_of(RawTopology raw, const DomainOptions& options = {}) {
  return make_view("a machine", scx::test::valid(std::move(raw)), options);
}

// 16 nodes of 16 LLCs of 16 cores of 2 threads: 8,192 CPUs, second threads numbered after all first
// ones, as firmware likes it.
inline RawTopology large_machine() {
  constexpr int kNodes = 16, kLlcs = 16, kCores = 16, kFirst = kNodes * kLlcs * kCores;
  std::vector<scx::test::CoreSpec> specs;
  for (int core = 0; core < kFirst; ++core) {
    scx::test::CoreSpec spec;
    spec.cpus = {core, kFirst + core};
    spec.node = spec.package = core / (kLlcs * kCores);
    spec.llc = core / kCores;
    specs.push_back(spec);
  }
  return scx::test::machine(specs);
}

// 2 big cores of 2 threads and 4 little ones behind one LLC, a CPU offline and one only possible.
inline RawTopology hybrid_machine() {
  auto big = scx::test::cores(2, 2, 0), little = scx::test::cores(4, 1, 4);
  for (auto& core : big) core.capacity = 1024;
  for (auto& core : little) core.capacity = 512;
  RawTopology raw = scx::test::machine(big + little);
  scx::test::offline(raw, CpuSet::of({7}));
  raw.possible.insert(CpuId{9});
  return raw;
}

}  // namespace scx::scxtopo::test
