// SPDX-License-Identifier: GPL-2.0-only
//
// Table: a list of structs in an answer as lines under headings, for people who watch them go by: a
// line an element, the fields in the order of their declaration. A heading is the field's attribute
// "_column", or its name where it has none. For a struct of statistics use View (view.h).
//
//   Table table(Schema::of<Sample>(), "samples");
//   std::string text = SCX_TRY(table.render(answer, 80));
//
//      PID  COMM     CPU …
//     1204  make       3
//     1207  cc1plus    0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "scx/base/result.h"
#include "scx/stats/json.h"
#include "scx/stats/schema.h"

namespace scx::stats {

// Remembers how wide its columns have become, so that lines below each other fit. One thread at a
// time.
class Table {
 public:
  // Shows the list `member` of answers, whose elements are the schema's root. Fields that are no
  // single text or number are left out.
  Table(const Schema& schema, std::string member);
  // The same of a scheduler that is known by its metadata only, where `element` names the struct.
  // Errors: invalid for metadata that are none, missing where no struct has that name.
  static Result<Table> make(const Json& metadata, std::string_view element, std::string member);

  // One line for each element, each ended by a newline; nothing for an empty list. With `columns`,
  // the width of a terminal, there are headings above them, and the last fields that do not fit are
  // left out, for which "…" ends the headings. With 0, for a file or a pipe, there are all fields,
  // and headings above the first lines only. Errors: invalid when `value` has no such list.
  Result<std::string> render(const Json& value, std::size_t columns);

 private:
  struct Column {
    std::string name;
    std::string heading;
    bool is_text;
    std::size_t width;
  };
  Table(const StructSchema& element, std::string member);
  // How many of the columns, from the first on, fit; at least one.
  std::size_t that_fit(std::size_t columns) const;
  std::string line(const std::vector<std::string>& cells, std::size_t count) const;
  std::string headings(std::size_t count) const;

  std::string member_;
  std::vector<Column> columns_;
  bool headed_ = false;
};

}  // namespace scx::stats
