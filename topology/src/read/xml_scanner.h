// SPDX-License-Identifier: GPL-2.0-only
//
// As much XML as hwloc writes: elements, attributes, text. Comments, declarations and entities are
// passed over. Pure, and safe on any bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "scx/base/result.h"

namespace scx {

struct XmlElement {
  std::string_view name;
  std::vector<std::pair<std::string_view, std::string_view>> attributes;  // as they are written
  std::size_t at = 0;                                                     // of its '<' in the text
  bool is_empty = false;                                                  // <name/>

  // The first of that name.
  std::optional<std::string_view> value(std::string_view attribute) const;
};

// Walks the elements of a text, which must outlive it.
//
//   while (const auto child = SCX_TRY(scanner.next())) SCX_TRY(scanner.skip(*child));
class XmlScanner {
 public:
  explicit XmlScanner(std::string_view text) : text_(text) {}

  // The next element inside the one that is open; nothing where that ends, which closes it, and at
  // the end of the text. What it returns is open from then on, unless it is empty.
  // Errors: invalid, with the line, for what is not whole, ends out of order, or lies too deep.
  Result<std::optional<XmlElement>> next();

  // The text between the tag that was read last and the one that follows.
  std::string_view text() const;

  // Everything up to the end of `element`, the one that next() gave last. Errors: as next().
  Status skip(const XmlElement& element);

  // Errors made by the reader of the elements: "problem, in line n".
  std::unexpected<Error> refuse(std::string_view problem, std::size_t at) const;

 private:
  bool skip_to_tag();
  bool take(std::string_view expected);
  std::string_view take_until(std::string_view ends);
  bool take_attributes(XmlElement& element);
  Status close(std::size_t start);

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string_view> open_;
};

}  // namespace scx
