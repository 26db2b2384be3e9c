// SPDX-License-Identifier: GPL-2.0-only
#include "view.h"

#include <fmt/format.h>
#include <sys/utsname.h>

namespace scx::scxtopo {
namespace {

void extend(std::vector<Units>& table, std::size_t unit, std::size_t index) {
  if (unit >= table.size()) table.resize(unit + 1);
  if (table[unit].count++ == 0) table[unit].first = index;
}

}  // namespace

View make_view(std::string source, Topology topology, const DomainOptions& options) {
  CidMap cids = make_cid_map(topology);
  Domains domains = make_domains(topology, cids, options);
  PreferenceOrders orders = make_orders(topology, cids, domains);
  View view{.source = std::move(source),
            .kernel = {},
            .topology = std::move(topology),
            .cids = std::move(cids),
            .domains = std::move(domains),
            .orders = std::move(orders),
            .node_llcs = {},
            .llc_domains = {},
            .domain_cores = {}};
  for (std::size_t llc = 0; llc < view.cids.llcs().size(); ++llc) {
    const int node = view.cids.node_unit(view.cids.llcs()[llc].first);
    extend(view.node_llcs, static_cast<std::size_t>(node), llc);
  }
  for (const Domain& domain : view.domains.all())
    extend(view.llc_domains, domain.llc.index(), domain.id.index());
  for (std::size_t core = 0; core < view.cids.cores().size(); ++core)
    extend(view.domain_cores, view.domains.domain(view.cids.cores()[core].first).index(), core);
  return view;
}

std::string headline(const View& view) {
  const bool words = view.source != kThisMachine && view.source.find(' ') != view.source.npos;
  const std::string_view quote = words ? "'" : "";
  return fmt::format("{}{}{}: {}", quote, view.source, quote, summary(view.topology));
}

Result<View> look_at(const Source& source, std::string name, const TopologyOptions& options,
                     const DomainOptions& domains) {
  View view = make_view(std::move(name), SCX_TRY(Topology::discover(source, options)), domains);
  utsname running{};
  if (source.is_this_machine() && ::uname(&running) == 0) view.kernel = running.release;
  return view;
}

}  // namespace scx::scxtopo
