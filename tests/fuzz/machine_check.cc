// SPDX-License-Identifier: GPL-2.0-only
#include "machine_check.h"

#include <gtest/gtest.h>

#include "fuzz.h"
#include "properties.h"

// The properties are GoogleTest's expectations: here the first that fails ends the program.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  (void)argc, (void)argv;
  GTEST_FLAG_SET(break_on_failure, true);
  return 0;
}

namespace scx::fuzz {
namespace {

void check_order(const PreferenceOrder& order, const CidMap& cids) {
  require(!order.steps.empty() && order.steps.size() <= std::size_t{kMaxOrderSteps},
          "an order has some steps, and not many");
  std::uint64_t carried = 0;
  for (const OrderStep& step : order.steps) {
    require(carried == 0 || step.capacity > carried, "the steps ascend by capacity");
    carried = step.capacity;
    require(step.sequence >= 0 &&
                static_cast<std::size_t>(step.sequence) < order.sequences.size() &&
                step.nr_primary >= 1 && step.nr_primary <= cids.online().count,
            "a step is the first of a sequence");
  }
  for (const std::vector<Cid>& sequence : order.sequences) {
    std::vector<bool> seen(static_cast<std::size_t>(cids.online().count));
    require(sequence.size() == seen.size(), "a sequence has as many cids as are online");
    for (const Cid cid : sequence) {
      require(cids.online().contains(cid) && !seen[cid.index()],
              "a sequence has every online cid once");
      seen[cid.index()] = true;
    }
  }
}

}  // namespace

void check_machine(RawTopology raw, const TopologyOptions& topology_options,
                   const DomainOptions& domain_options) {
  if (raw.possible.count() > kMostCpus || raw.online.count() > kMostCpus) return;
  const bool nobody = raw.online.empty();
  const auto topology = validate(std::move(raw), topology_options);
  if (!topology) {
    require_readable(topology.error());
    const ErrorKind kind = topology.error().kind;
    require(
        nobody ? kind == ErrorKind::invalid : topology_options.big_cpus && kind == ErrorKind::usage,
        "what was read is a machine, unless no CPU is online or the user's options do not fit");
    return;
  }
  test::expect_sound(*topology);
  const CidMap cids = make_cid_map(*topology);
  test::expect_sound(*topology, cids);
  const Domains domains = make_domains(*topology, cids, domain_options);
  test::expect_sound(*topology, cids, domains, domain_options);
  const PreferenceOrders orders = make_orders(*topology, cids, domains);
  check_order(orders.performance, cids);
  check_order(orders.powersave, cids);
  require(!summary(*topology).empty(), "a machine has a summary");
}

}  // namespace scx::fuzz
