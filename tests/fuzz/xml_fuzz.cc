// SPDX-License-Identifier: GPL-2.0-only
//
// Machines from hwloc's XML that contradict themselves, and all that follows; xml_text_fuzz.cc has
// XML that is damaged. A machine is a text; each line is an object: how deep it lies, its type,
// number, CPUs, nodes, and attributes as they are:
//
//   2 L3Cache - 0-1 0 cache_size=8388608 depth=3 cache_type=0
//   3 PU 0 0 0
//   kind 0-1 1              a core kind: its CPUs, its efficiency
//   distances 0 1 10 20 20 10    the numbers of n nodes, their n × n distances
#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "fuzz.h"
#include "machine_check.h"
#include "read/readers.h"

namespace scx::fuzz {
namespace {

constexpr std::string_view kNumber = "0123456789-";
constexpr std::string_view kName =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

bool only(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(at), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}

// A CPU list as hwloc writes sets: "0x1,0x00000000". What is no list is the empty set.
std::string hwloc_set(std::string_view list) {
  std::string words = "0x" + to_cpu_mask(parse_cpu_list(list).value_or(CpuSet{}));
  for (std::size_t at = 0; (at = words.find(',', at)) != std::string::npos; at += 3)
    words.insert(at + 1, "0x");
  return words;
}

class Writer {
 public:
  void add(std::string_view line) {
    const auto words = split(line, ' ');
    if (words.empty()) return;
    if (words[0] == "kind" && words.size() == 3 && only(words[2], kNumber)) {
      tail_ += "<cpukind" + attribute("cpuset", hwloc_set(words[1])) +
               attribute("forced_efficiency", words[2]) + "/>\n";
    } else if (words[0] == "distances") {
      add_distances(words);
    } else if (words.size() >= 5) {
      add_object(words);
    }
  }

  std::string take() {
    close_to(0);
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n"
           "<topology version=\"2.0\">\n" +
           objects_ + tail_ + "</topology>\n";
  }

 private:
  void add_object(const std::vector<std::string_view>& words) {
    std::size_t depth = 0;
    std::from_chars(words[0].data(), words[0].data() + words[0].size(), depth);
    const bool root = objects_.empty();
    if (!only(words[1], kName)) return;
    const std::string cpus = hwloc_set(words[3]), nodes = hwloc_set(words[4]);
    if (!root) close_to(std::max<std::size_t>(depth, 1));
    objects_ += "<object" + attribute("type", root ? "Machine" : words[1]);
    // Without a number it is 4294967295, and for a set with that hwloc takes half a gigabyte.
    const bool numbered = only(words[2], "0123456789") && words[2].size() <= 5;
    if (words[2] != "-" || !words[1].ends_with("Cache"))
      objects_ += attribute("os_index", numbered ? words[2] : "0");
    for (const char* name : {"cpuset", "complete_cpuset"}) objects_ += attribute(name, cpus);
    for (const char* name : {"nodeset", "complete_nodeset"}) objects_ += attribute(name, nodes);
    if (root) {
      objects_ += attribute("allowed_cpuset", cpus) + attribute("allowed_nodeset", nodes);
    }
    objects_ += attribute("gp_index", std::to_string(++count_));
    for (std::size_t w = 5; w < words.size(); ++w) {
      const auto parts = split(words[w], '=');
      if (parts.size() == 2 && only(parts[0], kName) && only(parts[1], kNumber))
        objects_ += attribute(parts[0], parts[1]);
    }
    objects_ += ">\n";
    ++open_;
  }

  void add_distances(const std::vector<std::string_view>& words) {
    std::size_t nodes = 0;
    while ((nodes + 1) * (nodes + 2) <= words.size() - 1) ++nodes;
    if (nodes == 0) return;
    std::string indexes, values;
    for (std::size_t w = 1; w <= nodes * (nodes + 1); ++w) {
      if (!only(words[w], "0123456789")) return;
      (w <= nodes ? indexes : values) += std::string(words[w]) + " ";
    }
    tail_ += "<distances2" + attribute("type", "NUMANode") +
             attribute("nbobjs", std::to_string(nodes)) + attribute("kind", "5") +
             attribute("indexing", "os") + ">\n<indexes" +
             attribute("length", std::to_string(indexes.size())) + ">" + indexes +
             "</indexes>\n<u64values" + attribute("length", std::to_string(values.size())) + ">" +
             values + "</u64values>\n</distances2>\n";
  }

  void close_to(std::size_t depth) {
    for (; open_ > depth; --open_) objects_ += "</object>\n";
  }

  std::string objects_, tail_;
  std::size_t open_ = 0, count_ = 0;
};

}  // namespace
}  // namespace scx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scx;
  fuzz::Writer writer;
  for (const std::string_view line : fuzz::split(fuzz::text_of(data, size), '\n')) writer.add(line);
  auto raw = read_hwloc_xml(writer.take(), "fuzz");
  if (!raw) {
    fuzz::require_readable(raw.error());
    return 0;
  }
  fuzz::check_machine(*std::move(raw));
  return 0;
}
