// SPDX-License-Identifier: GPL-2.0-only
#include "file_tree.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>

#include "scx/base/file.h"

namespace scx {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> cannot_read(int err, const std::string& name) {
  return fail_errno(err, fmt::format("cannot read {}", name));
}

std::unexpected<Error> cannot_list(int err, const std::string& name) {
  return fail_errno(err, fmt::format("cannot list {}", name));
}

std::string without_slashes(std::string root) {
  if (root.empty()) return ".";
  while (root.ends_with('/')) root.pop_back();
  return root;
}

// The line with the total in it, and its end of line.
std::string total_of(const std::string& meminfo) {
  const std::size_t at = meminfo.find("MemTotal:");
  if (at == std::string::npos) return {};
  const std::size_t before = meminfo.rfind('\n', at);
  const std::size_t start = before == std::string::npos ? 0 : before + 1;
  return meminfo.substr(start, meminfo.find('\n', at) - start) + '\n';
}

}  // namespace

DiskTree::DiskTree(const fs::path& root) : root_(without_slashes(root.native())) {}

Result<std::string> DiskTree::read(const std::string& path) const {
  const std::string file = name(path);
  auto text = read_file(file);
  if (text) return text;
  // One wording, whether opening or reading failed: a replay knows the number only.
  const int err = text.error().kind == ErrorKind::invalid ? EFBIG : text.error().err;
  return cannot_read(err, file);
}

Result<std::vector<std::string>> DiskTree::list(const std::string& dir) const {
  std::error_code problem;
  std::vector<std::string> names;
  fs::directory_iterator at{name(dir), problem};
  while (!problem && at != fs::directory_iterator{}) {
    names.push_back(at->path().filename().native());
    at.increment(problem);
  }
  if (problem) return cannot_list(problem.value(), name(dir));
  std::sort(names.begin(), names.end());
  return names;
}

void TreeContents::add_file(std::string path, std::string text) {
  absent_.erase(path);
  files_.insert_or_assign(std::move(path), &*texts_.insert(std::move(text)).first);
}

void TreeContents::add_listing(std::string dir, std::vector<std::string> names) {
  absent_.erase(dir);
  listings_.insert_or_assign(std::move(dir), std::move(names));
}

void TreeContents::add_absent(std::string path, int err) {
  files_.erase(path);
  listings_.erase(path);
  absent_.insert_or_assign(std::move(path), err);
}

void TreeContents::plant(const std::string& path, std::string text) {
  add_file(path, std::move(text));
  std::string_view rest = path;
  for (std::size_t slash = rest.rfind('/'); slash != 0 && slash != std::string_view::npos;
       slash = rest.rfind('/')) {
    std::string name(rest.substr(slash + 1));
    rest = rest.substr(0, slash);
    std::vector<std::string>& names = listings_[std::string(rest)];
    const auto place = std::lower_bound(names.begin(), names.end(), name);
    if (place != names.end() && *place == name) return;
    names.insert(place, std::move(name));
  }
}

int MemoryTree::error_of(const std::string& path) const {
  const auto found = contents_.absent().find(path);
  return found == contents_.absent().end() ? ENOENT : found->second;
}

Result<std::string> MemoryTree::read(const std::string& path) const {
  const auto found = contents_.files().find(path);
  if (found != contents_.files().end()) return *found->second;
  return cannot_read(error_of(path), name(path));
}

Result<std::vector<std::string>> MemoryTree::list(const std::string& dir) const {
  const auto found = contents_.listings().find(dir);
  if (found != contents_.listings().end()) return found->second;
  return cannot_list(error_of(dir), name(dir));
}

Result<std::string> RecordingTree::read(const std::string& path) const {
  auto text = from_.read(path);
  if (!text) {
    seen_.add_absent(path, text.error().err);
    return text;
  }
  if (path.ends_with("/meminfo")) *text = total_of(*text);
  seen_.add_file(path, *text);
  return text;
}

Result<std::vector<std::string>> RecordingTree::list(const std::string& dir) const {
  auto names = from_.list(dir);
  if (names) {
    seen_.add_listing(dir, *names);
  } else {
    seen_.add_absent(dir, names.error().err);
  }
  return names;
}

}  // namespace scx
