// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/machine.h"

#include "scx/framework/kernel.h"

namespace scx {

Result<Machine> discover_machine(const Source& source) {
  const std::uint64_t hotplug_seq = read_sched_ext(source.root).hotplug_seq;
  Topology topology = SCX_TRY(Topology::discover(source));
  CidMap cids = make_cid_map(topology);
  Domains domains = make_domains(topology, cids);
  return Machine{hotplug_seq, std::move(topology), std::move(cids), std::move(domains)};
}

}  // namespace scx
