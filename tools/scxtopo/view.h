// SPDX-License-Identifier: GPL-2.0-only
//
// View: the machine that scxtopo looks at, with all that is computed from it. Made once; every view
// of it (tree, tables, JSON, picture) reads it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scx/base/result.h"
#include "scx/topology/cid_map.h"
#include "scx/topology/cpu_order.h"
#include "scx/topology/domains.h"
#include "scx/topology/source.h"
#include "scx/topology/topology.h"

namespace scx::scxtopo {

// Units of one kind that lie in one unit of another: a run of indexes, for the units are in cid
// order.
struct Units {
  std::size_t first = 0, count = 0;
};

inline constexpr std::string_view kThisMachine = "this machine";

struct View {
  std::string source;  // as the user named it; kThisMachine
  std::string kernel;  // the release of the running kernel; empty for another machine
  Topology topology;
  CidMap cids;
  Domains domains;
  PreferenceOrders orders;

  std::vector<Units> node_llcs;     // by index into cids.nodes(): indexes into llcs()
  std::vector<Units> llc_domains;   // by LLC: indexes into domains.all()
  std::vector<Units> domain_cores;  // by domain: indexes into cores()
};

// Pure; `topology` decides all of it.
View make_view(std::string source, Topology topology, const DomainOptions& options = {});

// "this machine: 8 CPUs, 1 node, …"; a source of several words is put in quotes.
std::string headline(const View& view);

// Reads the machine. Errors: those of Topology::discover().
Result<View> look_at(const Source& source, std::string name, const TopologyOptions& options,
                     const DomainOptions& domains);

}  // namespace scx::scxtopo
