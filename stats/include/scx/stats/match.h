// SPDX-License-Identifier: GPL-2.0-only
//
// match(): which struct of the metadata an answer is. The protocol says it of the target "top"
// alone; a client that shows any target of any scheduler (scxstat) has to look at what came. A
// client that knows the target it asks for names the struct itself.
#pragma once

#include <string>
#include <string_view>

#include "scx/base/result.h"
#include "scx/stats/json.h"

namespace scx::stats {

struct Match {
  std::string root;  // a struct's name
  std::string list;  // the answer's one member, a list of `root`; empty: the answer itself is one
  bool operator==(const Match&) const = default;
};

// "top" is the last struct by name that has the attribute top. Any other target is a struct, or
// else a list of structs, that has all the members that came; among several the one that is called
// like the target ("sched_samples": SchedSamples), then the one of which the least is missing, then
// the first by name. Errors: invalid for metadata that are none, missing where nothing fits.
Result<Match> match(const Json& metadata, std::string_view target, const Json& answer);

}  // namespace scx::stats
