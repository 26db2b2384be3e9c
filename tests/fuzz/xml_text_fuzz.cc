// SPDX-License-Identifier: GPL-2.0-only
//
// Any text as hwloc's XML, damaged or not: it is refused with an error, or it is a machine. What
// hwloc itself may see of it is hwloc_xml_clean.cc's choice, so a crash inside hwloc is a rule that
// is missing there.
#include "fuzz.h"
#include "machine_check.h"
#include "read/readers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scx;
  auto raw = read_hwloc_xml(std::string(fuzz::text_of(data, size)), "fuzz");
  if (!raw) {
    fuzz::require_readable(raw.error());
    return 0;
  }
  fuzz::check_machine(*std::move(raw));
  return 0;
}
