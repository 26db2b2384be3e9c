// SPDX-License-Identifier: GPL-2.0-only
#include "scx/stats/service.h"

#include <fmt/core.h>

namespace scx::stats {

Service& Service::add(std::string name, Schema schema, Opener open) {
  if (name == "top") schema.mark_top();
  if (Status merged = schema_.merge(schema); !merged) status_ = merged;
  const auto [target, inserted] = targets_.try_emplace(std::move(name), std::move(open));
  if (!inserted) {
    status_ = fail(ErrorKind::invalid,
                   fmt::format("the target {} of the statistics is there twice", target->first));
  }
  return *this;
}

}  // namespace scx::stats
