// SPDX-License-Identifier: GPL-2.0-only
//
// Target "machine" of the statistics: what the cids of a run are, the same from its start to its
// end.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scx/framework/machine.h"
#include "scx/stats/metrics.h"

// Names of structs here are those in the metadata.
namespace scx::targets {

// -1 where it belongs to no such unit.
struct MachineCid {
  std::int64_t cid = -1, cpu = -1, core = -1, llc = -1, node = -1, domain = -1, tier = -1;
  std::int64_t smt = -1;
  std::uint64_t capacity = 0;
};

struct Machine {
  std::string scheduler, kernel;
  std::uint64_t nr_cids = 0, nr_online = 0;
  std::vector<MachineCid> cids;
};

Machine describe(const scx::Machine& machine, std::string scheduler, std::string kernel);

SCX_METRICS(MachineCid,
            "a cid; -1 where it has no such unit, as CPUs that were offline at the start",
            gauge(&MachineCid::cid, "cid", "Number of the cid"),
            gauge(&MachineCid::cpu, "cpu", "Number of its CPU"),
            gauge(&MachineCid::core, "core", "Number of its core"),
            gauge(&MachineCid::llc, "llc", "Number of its last-level cache"),
            gauge(&MachineCid::node, "node", "Number of its NUMA node, among those with CPUs"),
            gauge(&MachineCid::domain, "domain", "Number of its compute domain"),
            gauge(&MachineCid::tier, "tier", "Type of its core, 0 the biggest"),
            gauge(&MachineCid::smt, "smt", "Which of its core's hardware threads it is, from 0 on"),
            gauge(&MachineCid::capacity, "capacity",
                  "What it can do, of 1024; 1024 is the biggest of the machine"));

SCX_METRICS(Machine, "the machine, as the scheduler found it at its start",
            field(&Machine::scheduler, "scheduler", "Name of the scheduler"),
            field(&Machine::kernel, "kernel", "Release of the kernel"),
            gauge(&Machine::nr_cids, "nr_cids", "Possible CPUs, offline ones among them"),
            gauge(&Machine::nr_online, "nr_online", "Of these, online; they are the first ones"),
            field(&Machine::cids, "cids", "The cids, in their order"));

}  // namespace scx::targets
