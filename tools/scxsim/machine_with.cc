// SPDX-License-Identifier: GPL-2.0-only
#include "machine_with.h"

#include <utility>
#include <vector>

namespace scx::scxsim {
namespace {

// As the kernel shows the machine while other CPUs are online: those that are not are in no list.
RawTopology with_online(RawTopology raw, const CpuSet& online) {
  raw.online = online;
  for (RawCache& cache : raw.caches) cache.cpus &= online;
  for (RawNode& node : raw.nodes) node.cpus &= online;
  for (PerfDomain& domain : raw.perf_domains) domain.cpus &= online;
  for (RawCpu& cpu : raw.cpus)
    if (cpu.siblings) *cpu.siblings &= online;
  std::erase_if(raw.cpus, [&](const RawCpu& cpu) { return !online.contains(cpu.cpu); });
  return raw;
}

}  // namespace

Result<Machine> machine_with(RawTopology raw, const MachineOptions& options, const CpuSet& online) {
  raw = with_online(std::move(raw), online);
  auto topology = validate(raw, options.topology);
  if (!topology) topology = validate(std::move(raw));
  if (!topology) return std::unexpected(topology.error());
  CidMap cids = make_cid_map(*topology);
  Domains domains = make_domains(*topology, cids, options.domains);
  return Machine{0, *std::move(topology), std::move(cids), std::move(domains)};
}

}  // namespace scx::scxsim
