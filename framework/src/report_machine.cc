// SPDX-License-Identifier: GPL-2.0-only
#include "report_machine.h"

#include <fmt/format.h>

#include <iterator>
#include <span>
#include <string_view>
#include <vector>

#include "scx/framework/tables.h"
#include "scx/topology/cpu_order.h"

namespace scx {
namespace {

// Numbers in their order, those that follow one another as a range: "0-3 6 5".
std::string ranges(std::span<const Cid> cids) {
  std::string text;
  for (std::size_t i = 0; i < cids.size();) {
    std::size_t end = i + 1;
    while (end < cids.size() && cids[end].value() == cids[end - 1].value() + 1) ++end;
    fmt::format_to(std::back_inserter(text), "{}{}", text.empty() ? "" : " ", cids[i].value());
    if (end - i > 1) fmt::format_to(std::back_inserter(text), "-{}", cids[end - 1].value());
    i = end;
  }
  return text;
}

void add_order(std::string& text, std::string_view name, const PreferenceOrder& order) {
  auto out = std::back_inserter(text);
  fmt::format_to(out, "{}: {} steps, {} sequences\n", name, order.steps.size(),
                 order.sequences.size());
  for (std::size_t i = 0; i < order.sequences.size(); ++i)
    fmt::format_to(out, "  sequence {}: cids {}\n", i, ranges(order.sequences[i]));
  for (const OrderStep& step : order.steps)
    fmt::format_to(out, "  up to capacity {:>8}: the first {} of sequence {}\n", step.capacity,
                   step.nr_primary, step.sequence);
}

}  // namespace

std::string cids_text(const Machine& machine) {
  const Tables tables = make_tables(machine);
  std::string text = fmt::format("# {}\n", summary(machine.topology));
  fmt::format_to(
      std::back_inserter(text), "# the kernel {} by itself\n",
      machine.cids.equals_kernel_default() ? "numbers them so" : "numbers them otherwise");
  fmt::format_to(std::back_inserter(text), "{:>5}{:>6}{:>6}{:>5}{:>6}{:>8}{:>6}{:>10}{:>10}\n",
                 "cid", "cpu", "core", "llc", "node", "domain", "tier", "capacity", "max_khz");
  for (int cid = 0; const scx_cid_info& info : tables.cids)
    fmt::format_to(std::back_inserter(text), "{:>5}{:>6}{:>6}{:>5}{:>6}{:>8}{:>6}{:>10}{:>10}\n",
                   cid++, info.cpu, info.core, info.llc, info.node, info.domain, info.tier,
                   info.capacity, info.max_khz);
  return text;
}

std::string domains_text(const Machine& machine) {
  const Tables tables = make_tables(machine);
  std::string text =
      fmt::format("{:>6}{:>7}{:>6}{:>5}{:>6}{:>6}{:>10}  {}\n", "domain", "first", "cids", "llc",
                  "node", "tier", "capacity", "others, as first+count@distance class");
  for (int id = 0; const scx_domain_info& info : tables.domains) {
    auto out = std::back_inserter(text);
    fmt::format_to(out, "{:>6}{:>7}{:>6}{:>5}{:>6}{:>6}{:>10} ", id++, info.first, info.nr,
                   info.llc, info.node, info.tier, info.capacity);
    for (const scx_neighbor& near :
         std::span(tables.neighbors).subspan(info.near_first, info.near_nr))
      fmt::format_to(out, " {}+{}@{}", near.first, near.nr, near.distance);
    text += '\n';
  }
  return text;
}

std::string orders_text(const Machine& machine) {
  const PreferenceOrders orders =
      machine.orders ? *machine.orders
                     : make_orders(machine.topology, machine.cids, machine.domains);
  std::string text;
  if (machine.orders)
    text = "# the user's own\n";
  else if (orders.from_energy_model)
    text = "# powersave is by the energy model\n";
  add_order(text, "performance", orders.performance);
  add_order(text, "powersave", orders.powersave);
  return text;
}

}  // namespace scx
