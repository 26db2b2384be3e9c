// SPDX-License-Identifier: GPL-2.0-only
//
// Bundles from memory: parsed, written, parsed again, and replayed as far as the topology.
#include "fuzz.h"
#include "machine_check.h"
#include "read/bundle_text.h"
#include "read/readers.h"
#include "tree_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scx;
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::require(from_json_text(to_json_text(text)) == text, "any bytes survive JSON");

  auto bundle = parse_bundle(text, "fuzz");
  if (!bundle) {
    fuzz::require_readable(bundle.error());
    return 0;
  }
  const std::string written = to_text(*bundle);
  const auto again = parse_bundle(written, "fuzz");
  fuzz::require(again.has_value(), "what was written can be read");
  fuzz::require(to_text(*again) == written, "the same bundle gives the same bytes");

  if (fuzz::is_large(bundle->tree)) return -1;  // not worth keeping
  auto raw = read_sysfs(MemoryTree("fuzz", std::move(bundle->tree)));
  if (!raw) {
    fuzz::require_readable(raw.error());
    return 0;
  }
  fuzz::check_machine(*std::move(raw));
  return 0;
}
