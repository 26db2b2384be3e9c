// SPDX-License-Identifier: GPL-2.0-only
//
// Source: which machine to look at. The default is the one that runs us. The others replay a machine
// that is not here: for tests, for bug reports, for machines nobody owns.
//
//   Source source = SCX_TRY(Source::parse("node:2 core:4 pu:2"));
//   Topology topology = SCX_TRY(Topology::discover(source));
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "scx/base/result.h"

namespace scx {

struct Source {
  enum class Kind {
    directory,  // stands for "/": sysfs is read from path/sys
    xml,        // a file that hwloc's lstopo wrote
    bundle,     // a file that write_bundle() wrote (bundle.h): the sysfs files that were read
    synthetic,  // hwloc's description of a machine that was never built, in `synthetic`
  };

  std::filesystem::path path = "/";
  Kind kind = Kind::directory;
  std::string synthetic = {};

  // Whether this is the running machine.
  bool is_this_machine() const;

  // What a user wrote after --topology: an existing directory or file is taken as such (the file's
  // first bytes say which kind), anything with a ':' in it as a synthetic description.
  // Errors: missing, permission, io, invalid: naming the text, and the four things expected.
  static Result<Source> parse(std::string_view text);
};

}  // namespace scx
