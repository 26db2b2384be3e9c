// SPDX-License-Identifier: GPL-2.0-only
//
// scx_lavd's compute domains, target "domains" of its statistics: how loaded each is, and what
// balancing wants of it.
#pragma once

#include <scx/base/result.h>
#include <scx/stats/metrics.h>
#include <scx/stats/service.h>

#include <cstdint>
#include <map>
#include <span>

#include "intf.h"

namespace lavd {

struct Domain {
  std::uint64_t first_cid = 0, nr_cids = 0, nr_active = 0;
  std::uint64_t queued = 0;
  double util = 0, util_stolen = 0, load = 0;
  std::int64_t budget = 0;
};

struct Domains {
  std::map<std::uint64_t, Domain> doms;
};

// What BPF keeps of each domain and each cid; `table` is the framework's, as long as `domains`.
Domains describe_domains(std::span<const lavd_domain> domains,
                         std::span<const scx_domain_info> table, std::span<const lavd_cpu> cpus);

// For App::target().
inline auto domains_opener() {
  return [] {
    return [](const auto& attached, const scx::stats::Args&) -> scx::Result<scx::stats::Json> {
      const auto domains = attached.template per_unit<lavd_domain>("lavd_domain");
      return scx::stats::to_json(describe_domains(
          domains, {attached.skeleton().rodata_scx_domains->scx_domains, domains.size()},
          attached.template per_unit<lavd_cpu>("lavd_cpu")));
    };
  };
}

SCX_METRICS(
    Domain, "a compute domain: cids of one core type that share a last-level cache",
    gauge(&Domain::first_cid, "first_cid", "Its cids are a range that begins with this one"),
    gauge(&Domain::nr_cids, "nr_cids", "How many they are"),
    gauge(&Domain::nr_active, "nr_active", "Of these, in use; core compaction leaves out some"),
    gauge(&Domain::queued, "queued", "Tasks that wait in its queue and in those of its cids"),
    gauge(&Domain::util, "util", "Time that its cids were not idle, on average").unit("%"),
    gauge(&Domain::util_stolen, "util_stolen",
          "Time that interrupts and other scheduling classes took from its cids, on average")
        .unit("%"),
    gauge(
        &Domain::load, "load",
        "What runs and what waits, of the capacity in use; above 100: more than it can do at once")
        .unit("%"),
    gauge(&Domain::budget, "budget", "Tasks that it should take from others; below 0: give"));

SCX_METRICS(
    Domains, "scx_lavd's compute domains",
    field(&Domains::doms, "doms", "The domains by number").attribute("_om_label", "domain"));

}  // namespace lavd
