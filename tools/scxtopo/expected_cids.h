// SPDX-License-Identifier: GPL-2.0-only
//
// What the kernel should say of each cid, for one of the two numberings that it can have.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "probe.h"
#include "scx/framework/machine.h"

namespace scx::scxtopo {

// By cid, for the numbering that the kernel makes by itself. Shards are -1 where our numbering
// differs from it: their rule is known for ours alone.
std::vector<probe_cid> kernel_default_cids(const Machine& machine);

// By cid, once our numbering is installed: the kernel then knows of no units.
std::vector<probe_cid> installed_cids(const Machine& machine);

// The first cid of which the kernel says something else, in words; nothing where there is none. A
// member that is -1 on every cid on the kernel's side is one that this kernel does not have.
// Requires: both have an entry a cid, or the difference is that.
std::optional<std::string> first_difference(std::span<const probe_cid> kernel,
                                            std::span<const probe_cid> expected);

}  // namespace scx::scxtopo
