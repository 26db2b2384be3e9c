// SPDX-License-Identifier: GPL-2.0-only
#include "domains.h"

#include <algorithm>

namespace lavd {
namespace {

// BPF keeps parts of 1024.
double percent(double of_1024) { return of_1024 * 100 / 1024; }

Domain describe(const lavd_domain& domain, const scx_domain_info& info,
                std::span<const lavd_cpu> own) {
  Domain one;
  one.first_cid = static_cast<std::uint64_t>(info.first);
  one.nr_cids = own.size();
  one.nr_active = domain.nr_active;
  one.queued = static_cast<std::uint64_t>(std::max<s64>(0, domain.nr_queued));
  std::uint64_t util = 0, stolen = 0;
  for (const lavd_cpu& cpu : own) {
    one.queued += cpu.nr_pinned;
    util += cpu.util_wall;
    stolen += cpu.util_stolen;
  }
  const auto nr = static_cast<double>(std::max<std::size_t>(1, own.size()));
  one.util = percent(static_cast<double>(util) / nr);
  one.util_stolen = percent(static_cast<double>(stolen) / nr);
  one.load = percent(static_cast<double>(domain.load));
  one.budget = domain.budget;
  return one;
}

}  // namespace

Domains describe_domains(std::span<const lavd_domain> domains,
                         std::span<const scx_domain_info> table, std::span<const lavd_cpu> cpus) {
  Domains all;
  for (std::size_t id = 0; id < std::min(domains.size(), table.size()); ++id) {
    const scx_domain_info& info = table[id];
    all.doms[id] = describe(
        domains[id], info,
        cpus.subspan(static_cast<std::size_t>(info.first), static_cast<std::size_t>(info.nr)));
  }
  return all;
}

}  // namespace lavd
