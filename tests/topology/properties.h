// SPDX-License-Identifier: GPL-2.0-only
//
// What holds for every machine, however odd.
#pragma once

#include "scx/topology/domains.h"

namespace scx::test {

// Each adds gtest failures for what does not hold.
void expect_sound(const Topology& topology);
void expect_sound(const Topology& topology, const CidMap& cids);
void expect_sound(const Topology& topology, const CidMap& cids, const Domains& domains,
                  const DomainOptions& options = {});
// All of them.
void expect_all_sound(const Topology& topology, const DomainOptions& options = {});

// Summary, evidence, notes, units, domains and neighbours as text, a line each.
std::string describe(const Topology& topology);

}  // namespace scx::test
