// SPDX-License-Identifier: GPL-2.0-only
//
// What hwloc takes for granted in XML. Its own parser (2.9) passes over attributes that are
// missing, then reads through null pointers, asserts that sets are well written, and makes room for
// any number; so it sees only an XML of our own, written from what was understood of the other.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "hwloc_load.h"
#include "scx/base/cpu_set.h"
#include "scx/base/file.h"
#include "xml_scanner.h"

namespace scx {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-";
constexpr std::int64_t kLatencies = 4;  // hwloc's bit in the kind of a table of distances

// Of what is not a CPU, a cache or memory, nothing is kept, as no CPU or node lies inside.
constexpr std::array<std::string_view, 4> kDevices = {"Bridge", "PCIDev", "OSDev", "Misc"};
constexpr std::array<std::string_view, 4> kNumbered = {"Package", "Die", "Core", "Group"};
constexpr std::array<std::string_view, 8> kCaches = {"L1Cache", "L2Cache",  "L3Cache",  "L4Cache",
                                                     "L5Cache", "L1iCache", "L2iCache", "L3iCache"};
constexpr std::array<std::string_view, 4> kInfos = {"CoreType", "FrequencyMaxMHz",
                                                    "FrequencyBaseMHz", "LinuxCapacity"};

bool contains(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// A decimal number of plain digits, no larger than `most`.
std::optional<std::int64_t> plain_number(std::optional<std::string_view> text,
                                         std::int64_t most = INT64_MAX) {
  if (!text || text->empty() || text->find_first_not_of(kDigits) != std::string_view::npos)
    return std::nullopt;
  const auto number = parse_int(*text);
  return number && *number <= most ? number : std::nullopt;
}

// A set as hwloc writes it: "0x1,,0x0" is CPU 64, an empty word is 0. Nothing for anything else,
// and for a set with a number above kMaxCpu or, "0xf...f", without an end.
std::optional<CpuSet> parse_set(std::optional<std::string_view> text) {
  if (!text || text->empty()) return std::nullopt;
  std::string mask;
  for (std::string_view rest = *text;;) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    std::string_view word = rest.substr(0, end);
    if (word.starts_with("0x") && word.size() > 2)
      word.remove_prefix(2);
    else if (!word.empty())
      return std::nullopt;
    if (word.size() > 8 || word.find_first_not_of(kHexDigits) != std::string_view::npos)
      return std::nullopt;
    mask.append(mask.empty() ? "" : ",").append(8 - word.size(), '0').append(word);
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
  }
  const auto set = parse_cpu_mask(mask);
  return set ? std::optional(*set) : std::nullopt;
}

// Short where a set is sparse, so that what is written is hardly longer than what was read.
std::string hwloc_set(const CpuSet& set) {
  const std::string mask = to_cpu_mask(set);
  std::string words;
  for (std::size_t at = 0; at < mask.size();) {
    const std::size_t end = std::min(mask.find(',', at), mask.size());
    const std::string_view word = std::string_view(mask).substr(at, end - at);
    if (word.find_first_not_of('0') != std::string_view::npos || end == mask.size())
      words.append("0x").append(word);
    if (end < mask.size()) words += ',';
    at = end + 1;
  }
  return words;
}

class Cleaner {
 public:
  explicit Cleaner(std::string_view xml) : scanner_(xml) {}

  Result<std::string> clean() {
    const auto root = SCX_TRY(scanner_.next());
    if (!root || root->name != "topology" || root->is_empty)
      return scanner_.refuse("expected a <topology> with a Machine", root ? root->at : 0);
    const std::string_view version = root->value("version").value_or("1");
    if (version.starts_with("1") || version.starts_with("0"))
      return scanner_.refuse("hwloc 1.x wrote it: export it again with hwloc 2 or later", root->at);
    if (!version.starts_with("2.") && !version.starts_with("3."))
      return scanner_.refuse("expected version 2 or 3 of hwloc's XML", root->at);
    while (const auto child = SCX_TRY(scanner_.next())) SCX_TRY(take_part(*child));
    if (objects_.empty() || !has_cpu_ || !has_node_)
      return scanner_.refuse("expected a Machine with a PU and a NUMANode", root->at);
    if (const auto more = SCX_TRY(scanner_.next()))
      return scanner_.refuse("expected nothing after </topology>", more->at);
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n<topology version=\"2.0\">\n" +
           objects_ + distances_ + kinds_ + "</topology>\n";
  }

 private:
  Status take_part(const XmlElement& part) {
    if (part.name == "object") return take_root(part);
    if (part.name == "distances2") return take_distances(part);
    if (part.name == "cpukind") return take_kind(part);
    return scanner_.skip(part);
  }

  Status take_root(const XmlElement& object) {
    if (object.value("type") != "Machine" || !objects_.empty())
      return scanner_.refuse("expected one Machine with all other objects inside", object.at);
    return take_object(object, "");
  }

  Status take_object(const XmlElement& object, std::string_view parent) {
    const std::string_view type = object.value("type").value_or("");
    if (contains(kDevices, type)) return scanner_.skip(object);
    if (parent == "PU" || parent == "NUMANode")
      return scanner_.refuse(fmt::format("expected no object in a {}", parent), object.at);
    if (parent == "MemCache" && type != "NUMANode" && type != "MemCache")
      return scanner_.refuse("expected nothing but a NUMANode in a MemCache", object.at);
    // Nobody asks for the caches of memory; what is inside is kept.
    if (type == "MemCache") return take_children(object, type);
    const bool numbered = contains(kNumbered, type), cache = contains(kCaches, type);
    if (!numbered && !cache && type != "PU" && type != "NUMANode" &&
        (type != "Machine" || !parent.empty()))
      return scanner_.refuse("expected another type of object here", object.at);
    objects_ += fmt::format("<object type=\"{}\"", type);
    SCX_TRY(add_number(object, type));
    SCX_TRY(add_sets(object, type));
    objects_ += fmt::format(" gp_index=\"{}\"", ++count_);
    if (cache) SCX_TRY(add_cache(object, type));
    if (type == "NUMANode") SCX_TRY(add_memory(object));
    has_cpu_ |= type == "PU";
    has_node_ |= type == "NUMANode";
    objects_ += ">\n";
    SCX_TRY(take_children(object, type));
    objects_ += "</object>\n";
    return {};
  }

  Status take_children(const XmlElement& object, std::string_view type) {
    if (object.is_empty) return {};
    while (const auto child = SCX_TRY(scanner_.next()))
      SCX_TRY(child->name == "object" ? take_object(*child, type) : scanner_.skip(*child));
    return {};
  }

  // hwloc makes sets of the numbers of PUs and nodes, so it takes half a gigabyte for one of those
  // that has none.
  Status add_number(const XmlElement& object, std::string_view type) {
    std::int64_t number = 0;
    if (type != "Machine") {
      const auto text = object.value("os_index");
      if (type != "PU" && type != "NUMANode" && (!text || contains(kCaches, type))) return {};
      const auto found = plain_number(text, kMaxCpu);
      if (!found)
        return scanner_.refuse(fmt::format("expected an os_index from 0 to {}", kMaxCpu),
                               object.at);
      number = *found;
    }
    objects_ += fmt::format(" os_index=\"{}\"", number);
    return {};
  }

  // A complete set that has no end says no more than the other.
  Status add_sets(const XmlElement& object, std::string_view type) {
    for (const char* kind : {"cpuset", "nodeset"}) {
      const auto whole = object.value(fmt::format("complete_{}", kind));
      const auto set = parse_set(object.value(kind));
      const auto complete = whole && whole->starts_with("0xf...f") ? set : parse_set(whole);
      if (!set || !complete)
        return scanner_.refuse(
            fmt::format("the object has no sets of CPUs and nodes: expected its {0} and "
                        "complete_{0}, with numbers up to {1}",
                        kind, kMaxCpu),
            object.at);
      objects_ += fmt::format(" {0}=\"{1}\" complete_{0}=\"{2}\"", kind, hwloc_set(*set),
                              hwloc_set(*complete));
      if (type == "Machine") objects_ += fmt::format(" allowed_{}=\"{}\"", kind, hwloc_set(*set));
    }
    return {};
  }

  Status add_cache(const XmlElement& object, std::string_view type) {
    const auto size = plain_number(object.value("cache_size").value_or("0"));
    const auto kind = plain_number(object.value("cache_type").value_or("0"), 2);
    const bool instructions = type[2] == 'i';
    if (!size || !kind || (*kind == 2) != instructions)
      return scanner_.refuse("expected a cache_size and a cache_type that go with the type",
                             object.at);
    objects_ +=
        fmt::format(" cache_size=\"{}\" depth=\"{}\" cache_type=\"{}\"", *size, type[1], *kind);
    return {};
  }

  Status add_memory(const XmlElement& object) {
    const auto bytes = plain_number(object.value("local_memory").value_or("0"));
    if (!bytes) return scanner_.refuse("expected a number as local_memory", object.at);
    objects_ += fmt::format(" local_memory=\"{}\"", *bytes);
    return {};
  }

  // Numbers with white space between them; false where anything else is there.
  static bool take_numbers(std::string_view text, std::vector<std::int64_t>& numbers) {
    for (std::size_t at = 0;;) {
      at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
      if (at == text.size()) return true;
      const std::size_t end = std::min(text.find_first_of(" \t\r\n", at), text.size());
      const auto number = plain_number(text.substr(at, end - at));
      if (!number) return false;
      numbers.push_back(*number);
      at = end;
    }
  }

  // The first table of latencies between nodes: nobody asks for another.
  Status take_distances(const XmlElement& table) {
    if (table.value("type") != "NUMANode" || table.value("indexing") != "os" ||
        !(plain_number(table.value("kind")).value_or(0) & kLatencies) || !distances_.empty())
      return scanner_.skip(table);
    std::vector<std::int64_t> nodes, values;
    bool sound = true;
    while (!table.is_empty) {
      const auto part = SCX_TRY(scanner_.next());
      if (!part) break;
      if (part->name == "indexes") sound &= take_numbers(text_of(*part), nodes);
      if (part->name == "u64values") sound &= take_numbers(text_of(*part), values);
      SCX_TRY(scanner_.skip(*part));
    }
    const auto count = plain_number(table.value("nbobjs"), kMaxCpu + 1);
    const auto known = [](std::int64_t node) { return node <= kMaxCpu; };
    if (!sound || !count || *count == 0 || std::ssize(nodes) != *count ||
        std::ssize(values) != *count * *count || !std::ranges::all_of(nodes, known))
      return scanner_.refuse("expected nbobjs indexes, and a distance for each pair of them",
                             table.at);
    write_distances(nodes, values);
    return {};
  }

  std::string_view text_of(const XmlElement& element) const {
    return element.is_empty ? "" : scanner_.text();
  }

  void write_distances(const std::vector<std::int64_t>& nodes,
                       const std::vector<std::int64_t>& values) {
    distances_ = fmt::format(
        "<distances2 type=\"NUMANode\" nbobjs=\"{}\" kind=\"5\" name=\"NUMALatency\" "
        "indexing=\"os\">\n",
        nodes.size());
    const auto add = [&](std::string_view name, const auto from) {
      std::string numbers;
      for (std::size_t n = 0; n < nodes.size(); ++n)
        numbers += fmt::format("{} ", *std::next(from, static_cast<std::ptrdiff_t>(n)));
      distances_ += fmt::format("<{0} length=\"{1}\">{2}</{0}>\n", name, numbers.size(), numbers);
    };
    add("indexes", nodes.begin());
    for (auto row = values.begin(); row != values.end(); row += std::ssize(nodes))
      add("u64values", row);
    distances_ += "</distances2>\n";
  }

  Status take_kind(const XmlElement& kind) {
    const auto cpus = parse_set(kind.value("cpuset"));
    if (!cpus) return scanner_.refuse("expected a set of CPUs for the core kind", kind.at);
    kinds_ += fmt::format("<cpukind cpuset=\"{}\"", hwloc_set(*cpus));
    if (const auto efficiency = plain_number(kind.value("forced_efficiency"), INT32_MAX))
      kinds_ += fmt::format(" forced_efficiency=\"{}\"", *efficiency);
    kinds_ += ">\n";
    while (!kind.is_empty) {
      const auto part = SCX_TRY(scanner_.next());
      if (!part) break;
      if (part->name == "info") add_info(*part);
      SCX_TRY(scanner_.skip(*part));
    }
    kinds_ += "</cpukind>\n";
    return {};
  }

  // The infos by which hwloc ranks the kinds, and that say how fast they are.
  void add_info(const XmlElement& info) {
    const std::string_view name = info.value("name").value_or("");
    const std::string_view value = info.value("value").value_or("");
    const bool word = name == "CoreType" && !value.empty() && value.size() <= 32 &&
                      value.find_first_not_of(kLetters) == std::string_view::npos;
    if (contains(kInfos, name) && (word || plain_number(value, INT32_MAX)))
      kinds_ += fmt::format("<info name=\"{}\" value=\"{}\"/>\n", name, value);
  }

  XmlScanner scanner_;
  std::string objects_, distances_, kinds_;
  std::int64_t count_ = 0;
  bool has_cpu_ = false, has_node_ = false;
};

}  // namespace

Result<std::string> clean_xml(std::string_view xml) { return Cleaner(xml).clean(); }

}  // namespace scx
