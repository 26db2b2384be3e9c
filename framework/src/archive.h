// SPDX-License-Identifier: GPL-2.0-only
//
// Archive: some texts as one file that `tar` unpacks, for a person to send to another one.
//
//   Archive archive("scx_simple-report");                   // the folder that it unpacks to
//   archive.add("README.txt", "…");
//   const fs::path where = SCX_TRY(archive.write("report.tar.gz"));
//
// POSIX ustar through zlib, which the framework needs anyway: the headers are 30 lines here, while
// libarchive would bring ten libraries (ICU among them, 36 MB) into every scheduler's process, for
// formats that nobody here reads or writes.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scx/base/fd.h"
#include "scx/base/result.h"

namespace scx {

class Archive {
 public:
  // Where a report's name is taken: at most so many files of that name are left behind.
  static constexpr int kMostFiles = 9;

  explicit Archive(std::string folder) : folder_(std::move(folder)) {}

  // Requires: folder and name have at most 99 bytes together.
  void add(std::string name, std::string content);
  // Null where there is no such member.
  const std::string* find(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& members() const { return members_; }

  // Into a file of mode 0600 that is there as a whole or not at all. A file that is there is not
  // replaced: r.tar.gz becomes r-2.tar.gz, and so on up to r-9.tar.gz, which alone is replaced; so
  // the first ones and the last one stay. Compressed, unless the name ends in ".tar". Returns the
  // name that it has. Errors: invalid, for what is there and is no regular file; permission,
  // missing, io.
  Result<std::filesystem::path> write(const std::filesystem::path& path) const;

  // Whether write() could do that now, as far as it can be known without the contents. Errors: as
  // write().
  static Status check(const std::filesystem::path& path);

 private:
  Status write_members(int fd, bool compress) const;

  std::string folder_;
  std::vector<std::pair<std::string, std::string>> members_;
};

}  // namespace scx
