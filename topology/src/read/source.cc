// SPDX-License-Identifier: GPL-2.0-only
#include "scx/topology/source.h"

#include <fmt/core.h>

#include <array>

#include "input_file.h"

namespace scx {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExpected =
    "expected a directory that stands for / of a Linux machine, a file that lstopo wrote as XML, a "
    "bundle, or a description such as 'node:2 core:4 pu:2'";

// What a file is, by its first bytes.
Result<Source::Kind> kind_of(const fs::path& path) {
  constexpr std::array<std::string_view, 3> kXml = {"<?xml", "<topology", "<!DOCTYPE"};
  auto head = read_head(path, 4096);
  if (!head) {
    if (head.error().cure.empty()) head.error().cure = kExpected;
    return std::unexpected(std::move(head).error());
  }
  std::string_view text = *head;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a mark that editors put there
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (text.starts_with('{')) return Source::Kind::bundle;
  for (std::string_view start : kXml) {
    if (text.starts_with(start)) return Source::Kind::xml;
  }
  return fail(
      ErrorKind::invalid,
      fmt::format("{} is {}", path.native(), head->empty() ? "empty" : "neither XML nor a bundle"),
      kExpected);
}

bool is_no_file(const std::error_code& problem) {
  return problem == std::errc::no_such_file_or_directory || problem == std::errc::not_a_directory ||
         problem == std::errc::filename_too_long;
}

}  // namespace

bool Source::is_this_machine() const {
  return kind == Kind::directory && path.lexically_normal() == "/";
}

Result<Source> Source::parse(std::string_view text) {
  Source source{.path = text};
  std::error_code problem;
  const fs::file_status status = fs::status(source.path, problem);
  if (fs::is_directory(status)) return source;
  if (fs::exists(status)) {
    source.kind = SCX_TRY(kind_of(source.path));
    return source;
  }
  if (!is_no_file(problem))
    return fail_errno(problem.value(), fmt::format("cannot look at {}", text), kExpected);
  if (text.find(':') == std::string_view::npos)
    return fail(ErrorKind::missing, fmt::format("there is no '{}'", text.substr(0, 200)),
                kExpected);
  return Source{.kind = Kind::synthetic, .synthetic = std::string(text)};
}

}  // namespace scx
