// SPDX-License-Identifier: GPL-2.0-only
//
// What hwloc takes for granted in XML. Its own parser (2.9) passes over attributes and ends that
// are missing, then reads through null pointers, and descends as deep as the file says; so it sees
// only what is whole. This reads no more of XML than hwloc writes.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "hwloc_load.h"

namespace scx {
namespace {

constexpr std::size_t kDeepest = 128;
constexpr std::string_view kSpace = " \t\r\n";

struct Tag {
  std::string_view name;
  bool opens = false, closes = false;  // both: <name/>
  std::vector<std::pair<std::string_view, std::string_view>> attributes;

  std::optional<std::string_view> value(std::string_view wanted) const {
    for (const auto& [attribute, text] : attributes) {
      if (attribute == wanted) return text;
    }
    return std::nullopt;
  }
};

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  // The problem, if there is one, is in line().
  std::string check() {
    std::vector<std::string_view> open;
    while (skip_to_tag()) {
      const auto tag = take_tag();
      if (!tag) return "the tag is not whole";
      if (tag->name == "object" && tag->opens && !is_sound(*tag))
        return "the object has no sets of CPUs";
      if (tag->opens) open.push_back(tag->name);
      if (open.size() > kDeepest) return "the tag is nested too deep";
      if (!tag->closes) continue;
      if (open.empty() || open.back() != tag->name) return "the tag ends what did not begin";
      open.pop_back();
    }
    if (at_ != text_.size()) return "the comment does not end";
    return open.empty() ? "" : "the file ends too early";
  }

  auto line() const {
    return std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n') + 1;
  }

 private:
  // To the next '<' of a tag, past comments and the like; false at the end of the text, and before
  // a comment without end.
  bool skip_to_tag() {
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

  bool take(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  std::string_view take_until(std::string_view ends) {
    const std::size_t start = at_;
    at_ = std::min(text_.find_first_of(ends, at_), text_.size());
    return text_.substr(start, at_ - start);
  }

  std::optional<Tag> take_tag() {
    Tag tag;
    take("<");
    tag.closes = take("/");
    tag.opens = !tag.closes;
    tag.name = take_until(" \t\r\n/<>=\"");
    if (tag.name.empty()) return std::nullopt;
    for (;;) {
      const std::size_t before = at_;
      at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size());
      if (take(">")) return tag;
      if (tag.opens && take("/>")) {
        tag.closes = true;
        return tag;
      }
      if (at_ == before || tag.closes) return std::nullopt;
      const std::string_view attribute = take_until(" \t\r\n/<>=\"");
      if (attribute.empty() || !take("=\"")) return std::nullopt;
      const std::string_view value = take_until("<>\"");
      if (!take("\"")) return std::nullopt;
      tag.attributes.emplace_back(attribute, value);
    }
  }

  static bool is_sound(const Tag& tag) {
    // Devices have no CPUs of their own, and no sets.
    constexpr std::array<std::string_view, 4> kDevices = {"Bridge", "PCIDev", "OSDev", "Misc"};
    constexpr std::string_view kOfSets = "0123456789abcdefABCDEFx,.";
    const auto cpus = tag.value("cpuset"), nodes = tag.value("nodeset");
    const bool device =
        std::ranges::find(kDevices, tag.value("type").value_or("")) != kDevices.end();
    for (const auto& [attribute, value] : tag.attributes) {
      if (attribute.ends_with("set") && value.find_first_not_of(kOfSets) != std::string_view::npos)
        return false;
    }
    return (cpus || device) && cpus.has_value() == tag.value("complete_cpuset").has_value() &&
           nodes.has_value() == tag.value("complete_nodeset").has_value();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Status check_xml(std::string_view xml) {
  Scanner scanner(xml);
  const std::string problem = scanner.check();
  if (problem.empty()) return {};
  return fail(ErrorKind::invalid, fmt::format("{}, in line {}", problem, scanner.line()));
}

}  // namespace scx
