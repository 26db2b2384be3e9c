// SPDX-License-Identifier: GPL-2.0-only
#include "machine_target.h"

#include <utility>

#include "scx/framework/tables.h"

namespace scx::targets {

Machine describe(const scx::Machine& machine, std::string scheduler, std::string kernel) {
  const Tables tables = make_tables(machine);
  Machine told{std::move(scheduler),
               std::move(kernel),
               tables.machine.nr_cids,
               tables.machine.nr_online,
               {}};
  for (std::int64_t cid = 0; const scx_cid_info& info : tables.cids) {
    MachineCid& one = told.cids.emplace_back();
    one.cid = cid++;
    one.cpu = info.cpu;
    if (info.core < 0) continue;
    one.core = info.core;
    one.llc = info.llc;
    one.node = info.node;
    one.domain = info.domain;
    one.tier = info.tier;
    one.smt = one.cid - info.core_first;
    one.capacity = info.capacity;
  }
  return told;
}

}  // namespace scx::targets
