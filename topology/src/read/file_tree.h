// SPDX-License-Identifier: GPL-2.0-only
//
// FileTree: where the sysfs reader reads from. All that it knows of a machine passes through one of
// these, so a machine can be read from disk, recorded while it is read, and replayed from memory
// with the same text in every note and error.
//
//   DiskTree disk("/");
//   RecordingTree recorder(disk);
//   Result<RawTopology> raw = read_sysfs(recorder);
//   MemoryTree replay("machine.scxx", recorder.take());
//   read_sysfs(replay);  // the same, and its notes name files as "machine.scxx: /sys/…"
//
// Paths are absolute ("/sys/devices/…"). A tree is for one thread at a time.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "scx/base/result.h"

namespace scx {

class FileTree {
 public:
  FileTree() = default;
  FileTree(const FileTree&) = delete;
  FileTree& operator=(const FileTree&) = delete;
  virtual ~FileTree() = default;

  // The whole file, at most 1 MiB. Errors: as read_file() (scx/base/file.h); err is what the system
  // said, ENOENT for what is not there, and EFBIG for a file that is larger.
  virtual Result<std::string> read(const std::string& path) const = 0;
  // The names in a directory, sorted. Errors: as above, ENOTDIR too.
  virtual Result<std::vector<std::string>> list(const std::string& dir) const = 0;
  // How an error calls it: what a person finds it by.
  virtual std::string name(const std::string& path) const = 0;
};

// A directory on disk that stands for "/".
class DiskTree final : public FileTree {
 public:
  explicit DiskTree(const std::filesystem::path& root);
  Result<std::string> read(const std::string& path) const override;
  Result<std::vector<std::string>> list(const std::string& dir) const override;
  std::string name(const std::string& path) const override { return root_ + path; }

 private:
  std::string root_;  // without a slash at its end
};

// Files, listings, and what could not be had, by path. Moves only.
class TreeContents {
 public:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  template <typename T>
  using ByPath = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  TreeContents() = default;
  TreeContents(TreeContents&&) = default;
  TreeContents& operator=(TreeContents&&) = default;
  TreeContents(const TreeContents&) = delete;
  TreeContents& operator=(const TreeContents&) = delete;

  // The last word on a path counts.
  void add_file(std::string path, std::string text);
  void add_listing(std::string dir, std::vector<std::string> names);
  void add_absent(std::string path, int err);
  // A file in a tree made by hand: the directories above it list it.
  void plant(const std::string& path, std::string text);

  // On a machine of thousands of CPUs, thousands of files hold one and the same mask: each text is
  // here once, and the files point at it.
  const ByPath<const std::string*>& files() const { return files_; }
  const ByPath<std::vector<std::string>>& listings() const { return listings_; }
  const ByPath<int>& absent() const { return absent_; }

 private:
  std::unordered_set<std::string> texts_;
  ByPath<const std::string*> files_;
  ByPath<std::vector<std::string>> listings_;
  ByPath<int> absent_;
};

// A machine in memory. What it does not hold is absent (ENOENT).
class MemoryTree final : public FileTree {
 public:
  MemoryTree(std::string label, TreeContents contents)
      : label_(std::move(label)), contents_(std::move(contents)) {}
  Result<std::string> read(const std::string& path) const override;
  Result<std::vector<std::string>> list(const std::string& dir) const override;
  std::string name(const std::string& path) const override { return label_ + ": " + path; }

 private:
  int error_of(const std::string& path) const;

  std::string label_;
  TreeContents contents_;
};

// Hands on what another tree says and remembers it. Of a node's meminfo it hands on and remembers
// the total alone: the other lines change all the time, and say what the machine is doing.
class RecordingTree final : public FileTree {
 public:
  explicit RecordingTree(const FileTree& from) : from_(from) {}  // from: outlives this
  Result<std::string> read(const std::string& path) const override;
  Result<std::vector<std::string>> list(const std::string& dir) const override;
  std::string name(const std::string& path) const override { return from_.name(path); }

  // All that was asked so far; the recording starts anew.
  TreeContents take() { return std::exchange(seen_, {}); }

 private:
  const FileTree& from_;
  mutable TreeContents seen_;
};

}  // namespace scx
