// SPDX-License-Identifier: GPL-2.0-only
//
// A bundle in memory, and as the text of its file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "file_tree.h"
#include "scx/base/result.h"

namespace scx {

struct Bundle {
  std::string kernel, machine, model;  // for people; "" where not known
  TreeContents tree;
  std::string hwloc_xml;    // "" where hwloc was not asked, or could not answer
  std::string hwloc_error;  // why it could not
};

// The same bundle gives the same bytes.
std::string to_text(const Bundle& bundle);

// parse(to_text(b)) is b. `name` is what errors call the text. Errors: invalid, saying what was
// found where.
Result<Bundle> parse_bundle(std::string_view text, std::string_view name);

// Errors: those of read_input() and parse_bundle().
Result<Bundle> read_bundle(const std::filesystem::path& path);

// JSON holds Unicode; a file of a broken machine may hold any bytes. Text that is UTF-8 stays as it
// is, but for the characters U+10FF80 to U+10FFFF, of which nobody has a use: U+10FF00 + b stands
// for a byte b that belongs to no character, and for each byte of those characters themselves.
// Pure; from_json_text(to_json_text(x)) is x for all bytes x.
std::string to_json_text(std::string_view bytes);
std::string from_json_text(std::string_view text);

}  // namespace scx
