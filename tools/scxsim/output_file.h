// SPDX-License-Identifier: GPL-2.0-only
//
// A file that somebody finds whole or not at all: it is written as FILE.part, and takes its name
// when it is complete. What is there already and is no regular file (a pipe, /dev/stdout) is
// written to as it is.
//
//   OutputFile file = SCX_TRY(OutputFile::create("run.json"));
//   file.write(text);          // as often as needed; a failure is kept
//   SCX_TRY(file.commit());
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "scx/base/fd.h"
#include "scx/base/result.h"

namespace scx::scxsim {

class OutputFile {
 public:
  // Errors: as open(2), naming the file.
  static Result<OutputFile> create(const std::filesystem::path& file);
  OutputFile(OutputFile&&) noexcept = default;
  OutputFile& operator=(OutputFile&&) noexcept = delete;
  ~OutputFile();  // what was not committed goes away

  void write(std::string_view text);
  // Errors: io, for this and for what was written before.
  Status commit();

 private:
  OutputFile(Fd fd, std::filesystem::path file, std::filesystem::path part)
      : fd_(std::move(fd)), file_(std::move(file)), part_(std::move(part)) {}
  void flush();

  Fd fd_;
  std::filesystem::path file_, part_;  // `part_` is empty where `file_` is written to itself
  std::string buffer_;
  int failed_ = 0;  // errno
};

}  // namespace scx::scxsim
