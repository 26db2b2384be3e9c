// SPDX-License-Identifier: GPL-2.0-only
//
// This machine as hwloc's XML, for a bundle that a stranger will read.
#include <cerrno>

#include "hwloc_load.h"
#include "readers.h"

namespace scx {

Result<std::string> hwloc_xml_of_this_machine() {
  const HwlocTopology topology = SCX_TRY(load_this_machine());
  char* text = nullptr;
  int size = 0;
  if (hwloc_topology_export_xmlbuffer(topology.get(), &text, &size, 0) != 0)
    return fail_errno(errno, "hwloc cannot write this machine as XML");
  Result<std::string> xml = clean_xml(text);
  hwloc_free_xmlbuffer(topology.get(), text);
  return xml;
}

}  // namespace scx
