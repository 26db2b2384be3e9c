// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/machine.h"

#include <fmt/core.h>

#include "scx/framework/kernel.h"

namespace scx {

Result<MachineOptions> parse_machine_options(const std::optional<std::string>& topology,
                                             const std::optional<std::string>& big_cpus,
                                             const std::optional<std::string>& virt_llc) {
  MachineOptions options;
  if (topology) options.source = SCX_TRY(Source::parse(*topology));
  if (big_cpus) {
    auto cpus = parse_cpu_list(*big_cpus);
    if (!cpus)
      return fail(ErrorKind::usage, "--big-cpus: " + cpus.error().what,
                  "expected a list such as 0-3,8");
    options.topology.big_cpus = *std::move(cpus);
  }
  if (virt_llc) options.domains.virt_llc = SCX_TRY(VirtLlc::parse(*virt_llc));
  return options;
}

Result<Machine> discover_machine(const MachineOptions& options) {
  const std::uint64_t hotplug_seq = read_sched_ext().hotplug_seq;
  Topology topology = SCX_TRY(Topology::discover(options.source, options.topology));
  CidMap cids = make_cid_map(topology);
  Domains domains = make_domains(topology, cids, options.domains);
  return Machine{hotplug_seq, std::move(topology), std::move(cids), std::move(domains)};
}

Result<Machine> renumber(const Machine& machine, std::span<const CpuId> order) {
  Topology flat = SCX_TRY(flatten(machine.topology, order));
  CidMap cids = make_cid_map(flat, machine.topology);
  Domains domains = make_domains(flat, cids);
  return Machine{machine.hotplug_seq, std::move(flat), std::move(cids), std::move(domains),
                 machine.cid_override};
}

Result<PreferenceOrders> orders_from(const Machine& machine, std::span<const CpuId> preference) {
  return orders_from(machine.topology, machine.cids, machine.domains, preference);
}

Status expect_this_machine(const Machine& machine) {
  const RawTopology here = SCX_TRY(read_machine(Source{}));
  const Topology& told = machine.topology;
  const auto differ = [](std::string_view what, const CpuSet& told_of, const CpuSet& are) {
    return fail(
        ErrorKind::invalid,
        fmt::format("--topology describes another machine: CPUs {} are {} there, and {} here",
                    to_cpu_list(told_of), what, to_cpu_list(are)),
        "a scheduler runs with the topology of its own machine; scxtopo shows any");
  };
  if (told.possible() != here.possible) return differ("possible", told.possible(), here.possible);
  if (told.online() != here.online) return differ("online", told.online(), here.online);
  return {};
}

}  // namespace scx
