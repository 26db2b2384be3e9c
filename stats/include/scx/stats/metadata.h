// SPDX-License-Identifier: GPL-2.0-only
//
// Metadata read back from `stats_meta`, of this library's server or any other that speaks the
// protocol: what a program needs that shows statistics in a way of its own. Text and OpenMetrics
// are there already (view.h, table.h, openmetrics.h).
//
//   const Structs structs = SCX_TRY(parse_metadata(SCX_TRY(client.request("stats_meta"))));
//   for (const FieldSchema& field : SCX_TRY(root_of(structs, ""))->fields) …
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "scx/base/result.h"
#include "scx/stats/schema.h"

namespace scx::stats {

using Structs = std::map<std::string, StructSchema>;

// Fields in the order in which they came. Fields of a kind that this library does not know are left
// out. Structs may contain each other. Errors: invalid when it is no metadata, or larger than 1
// MiB.
Result<Structs> parse_metadata(const Json& metadata);

// `root`, or without one the last struct that has the attribute top; it is in `structs`. Errors:
// missing, invalid where none has it.
Result<const StructSchema*> root_of(const Structs& structs, std::string_view root);

// What a user attribute says, "" where it is not there.
std::string_view user_of(const FieldSchema& field, std::string_view name);

}  // namespace scx::stats
