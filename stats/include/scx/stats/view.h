// SPDX-License-Identifier: GPL-2.0-only
//
// What people read: any scheduler's statistics as aligned text, made from its metadata alone, and a
// help text of what there is. The same for a scheduler that prints beside itself (--stats), for a
// monitor in another process, and for schedulers of the Rust framework.
//
//   View view = SCX_TRY(View::make(service.metadata()));
//   std::string text = SCX_TRY(view.render(to_json(counters), 1s));
//
//     local       1204  602.0/s
//     busy       43.21 %
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "scx/base/result.h"
#include "scx/stats/json.h"

namespace scx::stats {

using Seconds = std::chrono::duration<double>;

// Shows one struct and remembers the last value it showed, so that counters get a rate. One thread
// at a time.
class View {
 public:
  // `metadata` as Service::metadata() or `stats_meta` give it. `root` is the struct's name; without
  // one it is the last by name that has the attribute top, which is how clients of scx_stats
  // choose. Errors: invalid for metadata that are none or mark no struct, missing where no struct
  // is named `root`.
  static Result<View> make(const Json& metadata, std::string_view root = {});

  ~View();
  View(View&&) noexcept;
  View& operator=(View&&) noexcept;

  // Lines, each ended by a newline: a line a number or text with unit, for counters with the rate
  // over `since_previous` (none at the first call, and none where a counter went backwards); a
  // block a nested struct; a table with a row an element for arrays and dictionaries of structs.
  // Control characters in texts are shown as '?'. Values that metadata do not tell of are left
  // out, as are those that are told of and not there. Errors: invalid when `value` is no object.
  Result<std::string> render(const Json& value, Seconds since_previous);

 private:
  struct Impl;
  explicit View(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Help: each struct's name and description, its fields with type, kind, unit and description.
// Errors: invalid for metadata that are none.
Result<std::string> describe(const Json& metadata);

}  // namespace scx::stats
