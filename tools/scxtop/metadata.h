// SPDX-License-Identifier: GPL-2.0-only
//
// Structs of statistics taken apart by their metadata alone, so that those of schedulers and
// frameworks that scxtop has never heard of are shown too.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model.h"
#include "read.h"

namespace scx::scxtop {

// What metadata say of one field, as far as a view needs it.
struct Field {
  std::string name, description = {}, heading = {}, unit = {};
  std::string inner = {};  // the name of the struct that it is made of; "" for texts and numbers
  bool single = true;      // not a list or dictionary
  bool counter = false;
};

class Metadata {
 public:
  // The answer to `stats_meta`; what stats::parse_metadata() does not take is as if it told
  // nothing.
  static Metadata read(const stats::Json& json);

  // The struct that the target `top` answers: the last by name that has the attribute top. "" where
  // there is none.
  const std::string& top() const { return top_; }

  // The fields of a struct in their order; where metadata tell nothing of it, those that the value
  // has.
  std::vector<Field> fields(std::string_view name, const Tree& value) const;

 private:
  std::map<std::string, std::vector<Field>, std::less<>> structs_;
  std::string top_;
};

// `before` is an earlier answer (null: none), by `seconds`: what counters have counted since then
// gives their rates. A counter that went backwards has none.
Stats read_stats(const Metadata& metadata, std::string_view name, const Tree& now,
                 const Tree& before, double seconds);

}  // namespace scx::scxtop
