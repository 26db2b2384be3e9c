// SPDX-License-Identifier: GPL-2.0-only
//
// Renderer: one value of known metadata as text; see View::render() for what it looks like.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "scx/stats/metadata.h"

namespace scx::stats {

// One text or number as people read it; "-" for anything else.
std::string value_text(const nlohmann::json& value);

class Renderer {
 public:
  using Tree = nlohmann::json;

  // `seconds` since the values that are passed as `before`; not positive: no rates.
  Renderer(const Structs& structs, double seconds) : structs_(structs), seconds_(seconds) {}

  // `before` is null where there is no earlier value; both may be of any type and shape.
  std::string render(const StructSchema& schema, const Tree& now, const Tree* before,
                     std::size_t depth = 0) const;

 private:
  // One element of an array or dictionary, by index or key.
  struct Element {
    std::string label;
    const Tree* now;
    const Tree* before;
  };
  using Row = std::vector<std::string>;

  std::string list(const FieldSchema& field, const std::vector<Element>& elements,
                   std::size_t depth) const;
  std::string struct_table(const StructSchema& schema, const std::vector<Element>& elements,
                           std::size_t depth) const;
  void add_headers(Row& row, const StructSchema& schema, const std::string& prefix, bool rates,
                   std::size_t depth) const;
  void add_cells(Row& row, const StructSchema& schema, const Tree* now, const Tree* before,
                 bool rates, std::size_t depth) const;
  std::string cell(const FieldSchema& field, const Tree* now, const Tree* before, bool rates) const;

  static std::vector<Element> elements_of(const FieldSchema& field, const Tree& now,
                                          const Tree* before);
  const StructSchema* struct_of(const FieldSchema& field) const;
  // "12.0", or "" where there is none.
  std::string rate(const Tree& now, const Tree* before) const;

  const Structs& structs_;
  double seconds_;
};

}  // namespace scx::stats
