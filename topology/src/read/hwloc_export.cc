// SPDX-License-Identifier: GPL-2.0-only
//
// This machine as hwloc's XML, for a bundle that a stranger will read.
#include <algorithm>
#include <cerrno>

#include "hwloc_load.h"
#include "readers.h"

namespace scx {

std::string without_infos(std::string_view xml) {
  std::string kept;
  bool in_kind = false;
  while (!xml.empty()) {
    const std::size_t end = std::min(xml.find('\n'), xml.size() - 1) + 1;
    const std::string_view line = xml.substr(0, end);
    const std::string_view tag = line.substr(std::min(line.find('<'), line.size()));
    if (tag.starts_with("<cpukind ")) in_kind = !tag.ends_with("/>\n");
    if (tag.starts_with("</cpukind")) in_kind = false;
    const bool info = tag.starts_with("<info ") && !in_kind;
    if (!info && !tag.starts_with("<page_type ")) kept += line;
    xml.remove_prefix(end);
  }
  return kept;
}

Result<std::string> hwloc_xml_of_this_machine() {
  const HwlocTopology topology = SCX_TRY(load_this_machine());
  char* text = nullptr;
  int size = 0;
  if (hwloc_topology_export_xmlbuffer(topology.get(), &text, &size, 0) != 0)
    return fail_errno(errno, "hwloc cannot write this machine as XML");
  std::string xml = without_infos(text);
  hwloc_free_xmlbuffer(topology.get(), text);
  return xml;
}

}  // namespace scx
