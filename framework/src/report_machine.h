// SPDX-License-Identifier: GPL-2.0-only
//
// What a report says of the machine as a scheduler was started for it: its cids, domains, orders.
#pragma once

#include <string>

#include "scx/framework/machine.h"

namespace scx {

// A line for each cid: its CPU and units, -1 for none, and what it can do.
std::string cids_text(const Machine& machine);
// A line for each compute domain, with the others in the order of their nearness.
std::string domains_text(const Machine& machine);
// The preference orders: for each step of each how much it carries, and its CPUs' cids.
std::string orders_text(const Machine& machine);

}  // namespace scx
