// SPDX-License-Identifier: GPL-2.0-only
#include "numbering.h"

#include <fmt/core.h>
#include <scx/framework/tables.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <utility>
#include <vector>

namespace qmap {
namespace {

using scx::Cid;
using scx::CpuId;
using scx::Machine;
using scx::Result;
using scx::Status;

Status expect_cpus(std::size_t needed, std::size_t found, std::string_view mode) {
  if (found >= needed) return {};
  return scx::fail(scx::ErrorKind::unsupported,
                   fmt::format("--cid-override {} needs {} CPUs, and there {} {}", mode, needed,
                               found == 1 ? "is" : "are", found));
}

// Any order of the online CPUs but the kernel's.
std::vector<CpuId> shuffled(const Machine& machine) {
  const auto& online = machine.topology.online();
  std::vector<CpuId> kernels;
  std::ranges::copy_if(kernel_default_order(machine.topology), std::back_inserter(kernels),
                       [&](CpuId cpu) { return online.contains(cpu); });
  std::vector<CpuId> order = kernels;
  std::mt19937 random(1);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  if (order == kernels) std::swap(order.front(), order.back());
  return order;
}

Result<Machine> shuffle(const Machine& machine) {
  SCX_TRY(expect_cpus(2, machine.topology.online().count(), "shuffle"));
  return renumber(machine, shuffled(machine));
}

// The numbering as it would be installed, with one thing wrong.
Result<Machine> spoil(CidOverride mode, Machine machine) {
  const auto possible = static_cast<std::size_t>(machine.cids.nr_cids());
  scx::CidOverride numbering = SCX_TRY(make_override(machine, 0));
  const auto cid_of = [&](Cid cid) -> std::int32_t& {
    return numbering.cpu_to_cid[machine.cids.cpu(cid).index()];
  };
  if (mode == CidOverride::bad_dup) {
    SCX_TRY(expect_cpus(2, possible, "bad-dup"));
    cid_of(Cid{1}) = 0;
  } else if (mode == CidOverride::bad_range) {
    cid_of(Cid{0}) = static_cast<std::int32_t>(numbering.cpu_to_cid.size());
  } else {
    SCX_TRY(expect_cpus(3, possible, "bad-mono"));
    numbering.shard_starts = {0, 2, 1};
  }
  machine.cid_override = std::move(numbering);
  return machine;
}

}  // namespace

Result<Machine> renumbered(CidOverride mode, Machine machine) {
  if (mode == CidOverride::none) return machine;
  if (mode == CidOverride::shuffle) return shuffle(machine);
  return spoil(mode, std::move(machine));
}

}  // namespace qmap
