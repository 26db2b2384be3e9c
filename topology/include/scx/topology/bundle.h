// SPDX-License-Identifier: GPL-2.0-only
//
// A bundle: one file from which another person's machine is replayed. It holds every file and
// directory listing that read_machine() asked sysfs (and debugfs) for, what was missing included,
// and hwloc's XML of the machine; nothing else of the machine but the kernel's release and the
// processor's model name. So a bug in reading is replayed as well as one in what follows.
//
//   SCX_TRY(write_bundle(Source{}, "machine.scxx"));
//   Topology same = SCX_TRY(Topology::discover(SCX_TRY(Source::parse("machine.scxx"))));
#pragma once

#include <filesystem>
#include <string>

#include "scx/base/result.h"
#include "scx/topology/source.h"

namespace scx {

// The text of the bundle of a directory source (this machine or a snapshot) or of another bundle,
// which gives the same bytes again. JSON, keys sorted: the same machine gives the same bytes.
// A machine that read_machine() calls invalid is bundled all the same, as far as it was read, and
// its replay is invalid in the same way.
// Errors: the others of read_machine(); unsupported for XML and synthetic sources, which are files or
// texts that replay already.
Result<std::string> make_bundle(const Source& source);

// The same into a file, which is replaced as a whole or not at all. Errors: also io, permission.
Status write_bundle(const Source& source, const std::filesystem::path& path);

}  // namespace scx
