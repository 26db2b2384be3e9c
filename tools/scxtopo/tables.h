// SPDX-License-Identifier: GPL-2.0-only
//
// The views that are tables and lists: --cids, --domains, --order, --evidence.
#pragma once

#include <string>

#include "view.h"

namespace scx::scxtopo {

// A line a cid: where it belongs and what it can do; "-" for what an offline CPU does not have.
std::string cid_table(const View& view);
// A line a domain, with its neighbours by distance class, nearest first.
std::string domain_table(const View& view);
// The steps of both preference orders.
std::string order_lists(const View& view);
// Why the core types are what they are; nodes and distances; the notes.
std::string evidence_list(const View& view);

}  // namespace scx::scxtopo
