// SPDX-License-Identifier: GPL-2.0-only
#include "xml_scanner.h"

#include <fmt/core.h>

#include <algorithm>

namespace scx {
namespace {

// Readers and hwloc itself call themselves for each level.
constexpr std::size_t kDeepest = 128;
constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kAfterName = " \t\r\n/<>=\"";

}  // namespace

std::optional<std::string_view> XmlElement::value(std::string_view attribute) const {
  for (const auto& [key, text] : attributes) {
    if (key == attribute) return text;
  }
  return std::nullopt;
}

Result<std::optional<XmlElement>> XmlScanner::next() {
  if (!skip_to_tag()) {
    if (at_ != text_.size()) return refuse("the comment does not end", at_);
    if (!open_.empty()) return refuse("the file ends too early", at_);
    return std::nullopt;
  }
  XmlElement element;
  element.at = at_;
  take("<");
  if (take("/")) {
    SCX_TRY(close(element.at));
    return std::nullopt;
  }
  element.name = take_until(kAfterName);
  if (element.name.empty() || !take_attributes(element))
    return refuse("the tag is not whole", element.at);
  if (element.is_empty) return element;
  open_.push_back(element.name);
  if (open_.size() > kDeepest) return refuse("the tag is nested too deep", element.at);
  return element;
}

std::string_view XmlScanner::text() const {
  return text_.substr(at_, std::min(text_.find('<', at_), text_.size()) - at_);
}

Status XmlScanner::skip(const XmlElement& element) {
  if (element.is_empty) return {};
  const std::size_t outside = open_.size() - 1;
  while (open_.size() > outside) SCX_TRY(next());
  return {};
}

std::unexpected<Error> XmlScanner::refuse(std::string_view problem, std::size_t at) const {
  const auto line = std::ranges::count(text_.substr(0, at), '\n') + 1;
  return fail(ErrorKind::invalid, fmt::format("{}, in line {}", problem, line));
}

// To the next '<' of a tag, past comments and the like; false at the end of the text, and before a
// comment without end.
bool XmlScanner::skip_to_tag() {
  for (;;) {
    at_ = std::min(text_.find('<', at_), text_.size());
    const std::string_view rest = text_.substr(at_);
    std::string_view end = ">";
    if (rest.starts_with("<!--")) end = "-->";
    if (rest.starts_with("<?")) end = "?>";
    if (end == ">" && !rest.starts_with("<!")) return !rest.empty();
    const std::size_t length = rest.find(end);
    if (length == std::string_view::npos) return false;
    at_ += length + end.size();
  }
}

bool XmlScanner::take(std::string_view expected) {
  if (!text_.substr(at_).starts_with(expected)) return false;
  at_ += expected.size();
  return true;
}

std::string_view XmlScanner::take_until(std::string_view ends) {
  const std::size_t start = at_;
  at_ = std::min(text_.find_first_of(ends, at_), text_.size());
  return text_.substr(start, at_ - start);
}

// With the tag's end.
bool XmlScanner::take_attributes(XmlElement& element) {
  for (;;) {
    const std::size_t before = at_;
    at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size());
    if (take(">")) return true;
    element.is_empty = take("/>");
    if (element.is_empty) return true;
    if (at_ == before) return false;
    const std::string_view attribute = take_until(kAfterName);
    if (attribute.empty() || !take("=\"")) return false;
    const std::string_view value = take_until("<>\"");
    if (!take("\"")) return false;
    element.attributes.emplace_back(attribute, value);
  }
}

Status XmlScanner::close(std::size_t start) {
  const std::string_view name = take_until(kAfterName);
  at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size());
  if (name.empty() || !take(">")) return refuse("the tag is not whole", start);
  if (open_.empty() || open_.back() != name)
    return refuse("the tag ends what did not begin", start);
  open_.pop_back();
  return {};
}

}  // namespace scx
