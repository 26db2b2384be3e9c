// SPDX-License-Identifier: GPL-2.0-only
//
// The sysfs reader and all that follows, on trees in memory. A tree is a text; each line is a file:
// its path, below /sys/devices/system unless it begins with '/', a space, what it holds. "!13" for
// that is a file that cannot be read (errno 13). Two lines are the user's instead:
//
//   big_cpus 0-3        as --big-cpus has it
//   virt_llc 2 8        as --virt-llc
#include <algorithm>
#include <charconv>
#include <string>

#include "fuzz.h"
#include "machine_check.h"
#include "read/file_tree.h"
#include "read/readers.h"
#include "tree_check.h"

namespace scx::fuzz {
namespace {

struct Input {
  TreeContents tree;
  TopologyOptions topology;
  DomainOptions domains;
};

int number(std::string_view text, int low, int high) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::clamp(value, low, high);
}

void add_line(Input& input, std::string_view line) {
  const std::size_t space = std::min(line.find(' '), line.size());
  const std::string_view path = line.substr(0, space);
  const std::string_view text = line.substr(std::min(space + 1, line.size()));
  if (path.empty()) return;
  if (path == "big_cpus") {
    if (auto cpus = parse_cpu_list(text)) input.topology.big_cpus = *std::move(cpus);
  } else if (path == "virt_llc") {
    VirtLlc cut;
    const std::size_t between = std::min(text.find(' '), text.size());
    cut.min_cores = number(text.substr(0, between), 1, 64);
    cut.max_cores = number(text.substr(std::min(between + 1, text.size())), cut.min_cores, 64);
    input.domains.virt_llc = cut;
  } else {
    const std::string full =
        path.front() == '/' ? std::string(path) : "/sys/devices/system/" + std::string(path);
    if (text.starts_with('!')) {
      input.tree.add_absent(full, number(text.substr(1), 1, 130));
    } else {
      input.tree.plant(full, std::string(text) + '\n');
    }
  }
}

Input input_of(std::string_view text) {
  Input input;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    add_line(input, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return input;
}

// What was read and then replayed is what was read.
void check_replay(const Result<RawTopology>& read, TreeContents recorded) {
  const auto again = read_sysfs(MemoryTree("fuzz", std::move(recorded)));
  require(again.has_value() == read.has_value(), "a replay reads what the original reads");
  if (!read) {
    require(again.error().message() == read.error().message(), "a replay fails the same way");
    return;
  }
  require(again->notes == read->notes, "a replay has the same notes");
  require(again->possible == read->possible && again->online == read->online &&
              again->present == read->present,
          "a replay has the same CPUs");
  require(again->cpus.size() == read->cpus.size() && again->caches.size() == read->caches.size() &&
              again->nodes.size() == read->nodes.size() &&
              again->perf_domains.size() == read->perf_domains.size(),
          "a replay has the same parts");
}

}  // namespace
}  // namespace scx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scx;
  fuzz::Input input = fuzz::input_of(fuzz::text_of(data, size));
  if (fuzz::is_large(input.tree)) return -1;  // not worth keeping
  const MemoryTree tree("fuzz", std::move(input.tree));
  RecordingTree recorder(tree);
  Result<RawTopology> raw = read_sysfs(recorder);
  fuzz::check_replay(raw, recorder.take());
  if (!raw) {
    fuzz::require_readable(raw.error());
    return 0;
  }
  fuzz::check_machine(*std::move(raw), input.topology, input.domains);
  return 0;
}
